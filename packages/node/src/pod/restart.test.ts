import assert from 'node:assert/strict'
import { test } from 'node:test'
import { container, exited, type PodWish, podOf } from './fixtures.ts'
import { wantsRestart } from './restart.ts'

const rule = (operator: string, ...values: number[]) => ({ action: 'Restart', exitCodes: { operator, values } })
const pod = (policy: string, own: object = {}): PodWish => ({
  spec: { restartPolicy: policy, containers: [container('main', own)] },
})

/** The pod, an exit code, whether its container starts again. */
const cases: [string, PodWish, number, boolean][] = [
  ['Always', pod('Always'), 0, true],
  ['OnFailure, after success', pod('OnFailure'), 0, false],
  ['OnFailure, after a failure', pod('OnFailure'), 1, true],
  ['Never', pod('Never'), 1, false],
  ['a container that wants more than its pod', pod('Never', { restartPolicy: 'OnFailure' }), 1, true],
  ['a container that wants less than its pod', pod('Always', { restartPolicy: 'Never' }), 1, false],
  ['a rule for this exit', pod('Never', { restartPolicyRules: [rule('In', 42)] }), 42, true],
  ['a rule for another exit', pod('Never', { restartPolicyRules: [rule('In', 42)] }), 1, false],
  ['a rule for all but some', pod('Never', { restartPolicyRules: [rule('NotIn', 0, 1)] }), 3, true],
  ['a rule for all but this', pod('Never', { restartPolicyRules: [rule('NotIn', 0, 1)] }), 1, false],
]

for (const [name, wish, exitCode, want] of cases)
  test(`restart policy: ${name}`, () => assert.equal(wantsRestart(podOf(wish), 'app', exited('main', exitCode)), want))

test('restart policy: an init container of its own mind', () => {
  const init = { ...container('init'), restartPolicy: 'Never' }
  const wish = podOf({ spec: { restartPolicy: 'Always', initContainers: [init], containers: [container('main')] } })
  assert.equal(wantsRestart(wish, 'init', exited('init', 1)), false)
})
