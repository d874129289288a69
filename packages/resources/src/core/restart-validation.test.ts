import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restartProblems } from './restart-validation.ts'

const onOne = { operator: 'In', values: [1] }
const rules: [string, object, string[]][] = [
  [
    'a rule for an exit code',
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: onOne }] },
    [],
  ],
  [
    'a rule for the whole pod',
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: onOne }] },
    [],
  ],
  ['a rule without a policy', { restartPolicyRules: [{ action: 'Restart', exitCodes: onOne }] }, ['restartPolicy']],
  [
    'an unknown action',
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Explode', exitCodes: onOne }] },
    ['restartPolicyRules[0].action'],
  ],
  [
    'a rule about nothing',
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart' }] },
    ['restartPolicyRules[0].exitCodes'],
  ],
  [
    'an unknown comparison',
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'Near' } }] },
    ['restartPolicyRules[0].exitCodes.operator'],
  ],
]

for (const [name, own, refused] of rules)
  test(`${name} of a container: ${refused.length > 0 ? 'refused' : 'taken'}`, () => {
    const fields = [...restartProblems('at', { name: 'one', ...own } as never)].map(({ field }) => field.slice(3))
    assert.deepEqual(fields, refused)
  })
