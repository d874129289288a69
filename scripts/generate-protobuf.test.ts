import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { completed, messagesIn, target, written } from './generate-protobuf.ts'

const kubectl = '/usr/lib/google-cloud-sdk/bin/kubectl.1.33'

test('the message table in the tree is what the script makes', {
  skip: !existsSync(kubectl) && `no ${kubectl}`,
}, () => {
  const again = `run: node scripts/generate-protobuf.ts ${kubectl}`
  assert.equal(readFileSync(target, 'utf8'), written(completed(messagesIn(readFileSync(kubectl)))), again)
})

test('additions complete a message and stay in order', () => {
  const pkg = 'k8s.io.kube_aggregator.pkg.apis.apiregistration.v1'
  const whole = completed({ [pkg]: { ServiceReference: ['9 more string'], Other: ['1 a int'] } })
  assert.deepEqual(whole[pkg]?.ServiceReference, [
    '1 namespace string',
    '2 name string',
    '3 port int?',
    '9 more string',
  ])
  assert.deepEqual(whole[pkg]?.Other, ['1 a int'])
})
