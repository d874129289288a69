import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildOf, parametersOf } from './set.ts'

test('flags become a change of parameters: a variable that is unset is null, no host means none', () => {
  const flags = { port: '3000', env: ['A=1'], unset: ['B'], host: [''], check: '/healthz' } as never
  assert.deepEqual(parametersOf({ flags }), {
    port: 3000,
    env: { A: '1', B: null },
    route: { hosts: [] },
    check: { path: '/healthz' },
  })
  assert.deepEqual(parametersOf({ flags: {} }), {})
})

test('flags of the build become fields of the app, and only those that were said', () => {
  const flags = { 'build-memory': '4Gi', 'build-timeout': '90', protected: 'off' }
  assert.deepEqual(buildOf({ flags }), {
    build: { memory: '4Gi', timeoutSeconds: 90 },
    pipelines: { protected: false },
  })
  assert.deepEqual(buildOf({ flags: {} }), {})
  assert.throws(() => buildOf({ flags: { 'build-pids': 'many' } }), /--build-pids many: use a whole number/)
  assert.throws(() => buildOf({ flags: { protected: 'yes' } }), /say on or off/)
})
