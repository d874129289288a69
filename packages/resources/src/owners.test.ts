import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicaSet as replicaSetKind } from './apps/replica-set.ts'
import { pod, replicaSet } from './fixtures.ts'
import { controllerOf, isControlledBy, ownedBy, ownerReference } from './owners.ts'

const set = replicaSet('web')
const reference = ownerReference(replicaSetKind, set)

test('an owner reference names kind, object and uid', () => {
  assert.deepEqual(reference, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'web',
    uid: set.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  })
})

test('owners are recognised by uid', () => {
  const owned = pod('web-0', { owner: reference })
  const other = replicaSet('web')
  other.metadata.uid = 'another'
  assert.equal(controllerOf(owned), reference)
  assert.equal(isControlledBy(owned, set), true)
  assert.equal(ownedBy(owned, set), true)
  assert.equal(isControlledBy(owned, other), false)
  assert.equal(ownedBy(owned, other), false)
  assert.equal(controllerOf(pod('free')), undefined)
  assert.equal(ownedBy(pod('free'), set), false)
})

test('an owner that does not manage is no controller', () => {
  const owned = pod('web-0', { owner: { ...reference, controller: false } })
  assert.equal(isControlledBy(owned, set), false)
  assert.equal(ownedBy(owned, set), true)
})
