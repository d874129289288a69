import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Definition, defineResource } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { invalidValue } from '@sampan/resources/problem'
import { memoryClient } from './memory-client.ts'

interface Boat extends KubeObject {
  spec: { oars: number; name?: string; nodeName?: string }
  status?: { afloat?: boolean }
}
const boat: Definition<Boat> = defineResource<Boat>({
  group: 'sea.dev',
  version: 'v1',
  kind: 'Boat',
  plural: 'boats',
  scope: 'Namespaced',
  defaults: (object) => {
    object.spec.oars ??= 2
  },
  validate: ({ spec }) => [spec.oars < 0 && invalidValue('spec.oars', spec.oars, 'must not be negative')],
  fields: { 'spec.name': ({ spec }) => spec.name },
})
const at = { namespace: 'default', name: 'a' }
const a = { metadata: { name: 'a' }, spec: { oars: 2 } }

test('what is created has an identity, defaults and no status of its own making', async () => {
  const client = memoryClient({ now: () => new Date('2026-01-02T03:04:05.678Z') })
  const made = await client.create(boat, { ...a, status: { afloat: true } })
  assert.equal(made.apiVersion, 'sea.dev/v1')
  assert.equal(made.metadata.namespace, 'default')
  assert.equal(made.metadata.creationTimestamp, '2026-01-02T03:04:05Z')
  assert.equal(made.metadata.generation, 1)
  assert.equal(made.status, undefined)
  await assert.rejects(client.create(boat, a), { reason: 'AlreadyExists' })
  await assert.rejects(client.create(boat, { metadata: { name: 'b' }, spec: { oars: -1 } }), { reason: 'Invalid' })
})

test('a stale update conflicts, a change of spec counts a generation, the same again writes nothing', async () => {
  const client = memoryClient()
  const first = await client.create(boat, a)
  const second = await client.update(boat, { ...first, spec: { oars: 4 } })
  assert.equal(second.metadata.generation, 2)
  await assert.rejects(client.update(boat, { ...first, spec: { oars: 6 } }), { reason: 'Conflict' })
  const third = await client.updateStatus(boat, { ...second, spec: { oars: 9 }, status: { afloat: true } })
  assert.deepEqual([third.spec.oars, third.status?.afloat, third.metadata.generation], [4, true, 2])
  const same = await client.patch(boat, at, { spec: { oars: 4 } })
  assert.equal(same.metadata.resourceVersion, third.metadata.resourceVersion)
})

test('finalizers hold an object until the last one goes', async () => {
  const client = memoryClient()
  await client.create(boat, { ...a, metadata: { name: 'a', finalizers: ['x'] } })
  assert.ok((await client.remove(boat, at))?.metadata.deletionTimestamp)
  assert.ok(await client.find(boat, at))
  await client.patch(boat, at, { metadata: { finalizers: [] } })
  assert.equal(await client.find(boat, at), undefined)
  await assert.rejects(client.remove(boat, at), { reason: 'NotFound' })
})

test('an apply takes away what its manager no longer says', async () => {
  const client = memoryClient()
  const fieldManager = 'test'
  await client.apply(boat, { ...a, spec: { oars: 2, name: 'Mary' } }, { fieldManager })
  await client.patch(boat, at, { metadata: { labels: { by: 'hand' } } })
  const next = await client.apply(boat, { ...a, spec: { oars: 3 } }, { fieldManager })
  assert.deepEqual([next.spec, next.metadata.labels], [{ oars: 3 }, { by: 'hand' }])
})

test('a watch sees what a list missed, in order, and selectors turn changes into comings and goings', async () => {
  const client = memoryClient()
  const { metadata } = await client.list(boat)
  await client.create(boat, a)
  await client.create(boat, { metadata: { name: 'b', labels: { size: 'big' } }, spec: { oars: 9 } })
  await client.patch(boat, at, { metadata: { labels: { size: 'big' } } })
  await client.patch(boat, at, { metadata: { labels: null } })
  await client.remove(boat, { ...at, name: 'b' })
  const seen: string[] = []
  const stop = new AbortController()
  const labels = 'size=big'
  for await (const { type, object } of client.watch(boat, {
    since: metadata.resourceVersion,
    labels,
    signal: stop.signal,
  })) {
    seen.push(`${type} ${(object as Boat).metadata.name}`)
    if (seen.length === 4) stop.abort()
  }
  assert.deepEqual(seen, ['ADDED b', 'ADDED a', 'DELETED a', 'DELETED b'])
})

test('a watch from before the history is refused, one that runs is told', async () => {
  const client = memoryClient()
  const { metadata } = await client.list(boat)
  await client.create(boat, a)
  const running = client.watch(boat, { since: metadata.resourceVersion })[Symbol.asyncIterator]()
  assert.equal((await running.next()).value.type, 'ADDED')
  client.compact()
  assert.equal((await running.next()).value.object.code, 410)
  const late = client.watch(boat, { since: metadata.resourceVersion })[Symbol.asyncIterator]()
  await assert.rejects(async () => late.next(), { reason: 'Expired' })
})

test('fields select what the definition says', async () => {
  const client = memoryClient()
  await client.create(boat, { ...a, spec: { oars: 1, name: 'Mary' } })
  await client.create(boat, { metadata: { name: 'b' }, spec: { oars: 1 } })
  assert.deepEqual((await client.list(boat, { fields: 'spec.name=Mary' })).items.length, 1)
  assert.deepEqual((await client.list(boat, { fields: 'metadata.name!=a' })).items[0]?.metadata.name, 'b')
})
