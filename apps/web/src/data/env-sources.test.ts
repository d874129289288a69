import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesOf } from './env-sources.ts'

test('names are offered once, and not those of the platform and the cluster', () => {
  const objects = ['mail', 'db', 'sampan-registry', 'kube-root-ca.crt', 'db'].map((name) => ({ metadata: { name } }))
  assert.deepEqual(namesOf(objects as never), ['db', 'mail'])
})
