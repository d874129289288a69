import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import { configMap } from '@sampan/resources/core/config-map'
import { event } from '@sampan/resources/core/event'
import { namespace } from '@sampan/resources/core/namespace'
import { defineResource } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { garbageCollector } from './garbage-collector.ts'
import { type OwnerState, verdictOn } from './ownership.ts'
import { type Parts, running } from './run-test.test-support.ts'

const object = (finalizers?: string[], deletionTimestamp?: string): KubeObject => ({
  metadata: { name: 'a', finalizers, deletionTimestamp },
})
const owners = (...states: OwnerState[]) => states.map((state, i) => ({ uid: `u${i}`, state }))

const cases: {
  name: string
  of?: KubeObject
  owners: ReturnType<typeof owners>
  hasDependents?: boolean
  want: object
}[] = [
  { name: 'without owners stays', owners: [], want: { do: 'nothing' } },
  { name: 'with a solid owner stays', owners: owners('solid'), want: { do: 'nothing' } },
  {
    name: 'forgets lost owners beside a solid one',
    owners: owners('solid', 'dangling', 'waiting'),
    want: { do: 'forget', uids: ['u1', 'u2'] },
  },
  {
    name: 'goes with its last owner',
    owners: owners('dangling', 'dangling'),
    want: { do: 'remove', propagation: 'Background' },
  },
  {
    name: 'stays while the kind of an owner is not known',
    owners: owners('unknown', 'dangling'),
    want: { do: 'nothing' },
  },
  {
    name: 'goes in the background when nobody depends on it',
    owners: owners('waiting'),
    want: { do: 'remove', propagation: 'Background' },
  },
  {
    name: 'goes in the foreground when somebody does',
    owners: owners('waiting'),
    hasDependents: true,
    want: { do: 'remove', propagation: 'Foreground' },
  },
  {
    name: 'leaves orphans when it says so itself',
    of: object(['orphan']),
    owners: owners('dangling'),
    want: { do: 'remove', propagation: 'Orphan' },
  },
  {
    name: 'that is going already is left to go',
    of: object([], '2026-01-01T00:00:00Z'),
    owners: owners('dangling'),
    want: { do: 'nothing' },
  },
]
for (const { name, of = object(), owners: states, hasDependents = false, want } of cases)
  test(`an object ${name}`, () => assert.deepEqual(verdictOn(of, states, hasDependents), want))

const collected = (run: (parts: Parts) => Promise<void>) => running([garbageCollector], run)
const at = (name: string) => ({ namespace: 'default', name })
const reference = ({ metadata }: KubeObject, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: metadata.name,
  uid: metadata.uid ?? '',
  ...more,
})

test('a foreground deletion waits for blocking dependents, and for theirs', async () => {
  await collected(async ({ client, settle, names }) => {
    const a = await client.create(configMap, { metadata: { name: 'a' } })
    const blocking = { blockOwnerDeletion: true }
    const b = await client.create(configMap, { metadata: { name: 'b', ownerReferences: [reference(a, blocking)] } })
    await client.create(configMap, {
      metadata: { name: 'c', ownerReferences: [reference(b, blocking)], finalizers: ['test/hold'] },
    })
    await client.remove(configMap, at('a'), { propagation: 'Foreground' })
    await settle()
    assert.deepEqual(await names(configMap), ['a', 'b', 'c'])
    await client.patch(configMap, at('c'), { metadata: { finalizers: null } })
    await settle()
    assert.deepEqual(await names(configMap), [])
  })
})

test('a circle of owners does not block its own deletion', async () => {
  await collected(async ({ client, settle, names }) => {
    const a = await client.create(configMap, { metadata: { name: 'a' } })
    const b = await client.create(configMap, {
      metadata: { name: 'b', ownerReferences: [reference(a, { blockOwnerDeletion: true })] },
    })
    await client.patch(configMap, at('a'), {
      metadata: { ownerReferences: [reference(b, { blockOwnerDeletion: true })] },
    })
    await client.remove(configMap, at('a'), { propagation: 'Foreground' })
    await settle()
    assert.deepEqual(await names(configMap), [])
  })
})

test('an owner in another namespace is no owner, and an event says so', async () => {
  await collected(async ({ client, settle, names }) => {
    const far = await client.create(configMap, { metadata: { name: 'far', namespace: 'other' } })
    await client.create(configMap, { metadata: { name: 'near', ownerReferences: [reference(far)] } })
    await settle()
    assert.deepEqual(await names(configMap, 'default'), [])
    assert.deepEqual(
      (await client.list(event)).items.map(({ reason }) => reason),
      ['OwnerRefInvalidNamespace'],
    )
  })
})

test('a cluster object whose owner is in a namespace is never collected', async () => {
  await collected(async ({ client, settle, names }) => {
    await client.create(namespace, {
      metadata: { name: 'shop', ownerReferences: [reference({ metadata: { name: 'x', uid: 'u-x' } })] },
      spec: {},
    })
    await settle()
    assert.deepEqual(await names(namespace), ['shop'])
  })
})

test('objects of custom kinds own and are owned as others are', async () => {
  const boat = defineResource({ group: 'sea.dev', version: 'v1', kind: 'Boat', plural: 'boats', scope: 'Namespaced' })
  await collected(async ({ client, settle, names }) => {
    const made = await client.create(customResourceDefinition, {
      metadata: { name: 'boats.sea.dev' },
      spec: {
        group: 'sea.dev',
        scope: 'Namespaced',
        names: { kind: 'Boat', plural: 'boats' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    } as never)
    await client.patch(
      customResourceDefinition,
      made.metadata,
      { status: { conditions: [{ type: 'Established', status: 'True' }] } },
      { subresource: 'status' },
    )
    await settle()
    const owner = await client.create(boat, { metadata: { name: 'mary' } })
    const isOwned = { apiVersion: 'sea.dev/v1', kind: 'Boat', name: 'mary', uid: owner.metadata.uid ?? '' }
    await client.create(configMap, { metadata: { name: 'oars', ownerReferences: [isOwned] } })
    await settle()
    assert.deepEqual(await names(configMap), ['oars'])
    await client.remove(boat, at('mary'))
    await settle()
    assert.deepEqual(await names(configMap), [])
  })
})
