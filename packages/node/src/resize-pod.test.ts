import assert from 'node:assert/strict'
import { test } from 'node:test'
import { container } from './pod/fixtures.ts'
import type { Resize } from './pod/resize.ts'
import { checkUse, ResizeFailed } from './resize-pod.ts'

const resize = (memory: string | undefined, mustRestart = false): Resize => ({
  id: 'one',
  mustRestart,
  member: { kind: 'app', container: container('main', { resources: { limits: { ...(memory && { memory }) } } }) },
})
const mebi = 1024 * 1024

/** What is wanted, bytes in use, whether it is refused. */
const cases: [string, Resize, number | undefined, boolean][] = [
  ['room enough', resize('30Mi'), 10 * mebi, false],
  ['less than is in use', resize('10Ki'), 10 * mebi, true],
  ['all that is in use', resize('10Mi'), 10 * mebi, true],
  ['less, by a restart', resize('10Ki', true), 10 * mebi, false],
  ['no limit', resize(undefined), 10 * mebi, false],
  ['a container that is gone', resize('10Ki'), undefined, false],
]

for (const [name, wish, used, isRefused] of cases)
  test(`memory limits of running containers: ${name}`, () => {
    const check = () => checkUse([wish], () => used)
    if (!isRefused) return check()
    assert.throws(check, (error) => {
      assert.ok(error instanceof ResizeFailed)
      return /memory limit \(\d+\) below current usage \(\d+\)/.test(error.message)
    })
  })
