import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job } from '../fixtures.ts'
import { identifyJob } from './job-identity.ts'

test('a job selects its pods by its uid', () => {
  const one = job('once')
  identifyJob(one)
  const uid = one.metadata.uid
  assert.deepEqual(one.spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } })
  assert.deepEqual(one.spec.template.metadata?.labels, {
    app: 'once',
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': 'once',
    'controller-uid': uid,
    'job-name': 'once',
  })
})

test('a job with a selector of its own is left alone', () => {
  const one = job('once', { spec: { manualSelector: true, selector: { matchLabels: { app: 'once' } } } })
  identifyJob(one)
  assert.deepEqual(one.spec.selector, { matchLabels: { app: 'once' } })
  assert.deepEqual(one.spec.template.metadata?.labels, { app: 'once' })
})
