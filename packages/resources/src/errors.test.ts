import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { conflict, invalid, isReason, notFound, reasons } from './errors.ts'
import { invalidValue, required } from './problem.ts'

test('docs/errors.md lists every reason with its code, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8')
  const section = text.split('## ').find((part) => part.startsWith('What the Kubernetes API answers'))!
  const documented = [...section.matchAll(/^\| (\w+) \| (\d+) \|/gm)].map(([, reason, code]) => [reason, Number(code)])
  assert.deepEqual(Object.fromEntries(documented), { ...reasons })
})

const deployments = { plural: 'deployments', group: 'apps' }

test('not found names the resource with its group', () => {
  const { message, reason, code, details } = notFound(deployments, 'web').status()
  assert.equal(message, 'deployments.apps "web" not found')
  assert.deepEqual(
    { reason, code, details },
    { reason: 'NotFound', code: 404, details: { name: 'web', group: 'apps', kind: 'deployments' } },
  )
})

test('a conflict says to read again, or why', () => {
  assert.match(
    conflict(deployments, 'web').message,
    /^Operation cannot be fulfilled on deployments.apps "web": the object has been modified/,
  )
  assert.match(conflict(deployments, 'web', 'uid is another').message, /: uid is another$/)
})

test('invalid has a cause per field and brackets around several', () => {
  const about = { kind: 'Pod', group: '' }
  const one = invalid(about, 'bad', [required('spec.containers[0].image')])
  assert.equal(one.message, 'Pod "bad" is invalid: spec.containers[0].image: Required value')
  const two = invalid(about, 'bad', [required('a'), invalidValue('b', -1, 'must be positive')])
  assert.equal(two.message, 'Pod "bad" is invalid: [a: Required value, b: Invalid value: -1: must be positive]')
  assert.deepEqual(
    two.status().details?.causes?.map(({ field }) => field),
    ['a', 'b'],
  )
  assert.ok(isReason(two, 'Invalid') && !isReason(two, 'NotFound'))
})
