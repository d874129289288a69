import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '@sampan/kit/clock'
import { type Definition, defineResource } from '@sampan/resources/define'
import { StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { cacheOf } from './cache.ts'
import { caches } from './caches.ts'
import type { Client } from './client.ts'
import { memoryClient } from './memory-client.ts'

interface Boat extends KubeObject {
  spec: { oars: number }
}
const boat: Definition<Boat> = defineResource<Boat>({
  group: 'sea.dev',
  version: 'v1',
  kind: 'Boat',
  plural: 'boats',
  scope: 'Namespaced',
})
const named = (name: string, namespace = 'default', owner?: string) => ({
  metadata: {
    name,
    namespace,
    ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'Fleet', name: 'f', uid: owner, controller: true }] }),
  },
  spec: { oars: 2 },
})
const at = (name: string) => ({ namespace: 'default', name })
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).join(' ')
const version = (object: Boat, resourceVersion: number): Boat => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(resourceVersion) },
})

test('a cache shows what is there and what comes, shared by all who ask', async () => {
  const client = memoryClient()
  await client.create(boat, named('a'))
  const all = caches({ client })
  const cache = all.of(boat)
  assert.equal(all.of(boat), cache)
  await cache.synced
  const heard: string[] = []
  cache.listen(({ type, object }) => heard.push(`${type} ${object.metadata.name}`))
  const made = await client.create(boat, named('b', 'other'))
  await client.patch(boat, at('a'), { spec: { oars: 4 } })
  await client.remove(boat, at('a'))
  await settled()
  assert.deepEqual(heard, ['put b', 'put a', 'gone a'])
  assert.equal(names(cache.list()), 'b')
  assert.equal(cache.get({ namespace: 'other', name: 'b' }), made, 'not a copy')
  assert.equal(names(cache.list('default')), '')
  await all.close()
})

test('owned objects are found by their owner, also after it changes', async () => {
  const client = memoryClient()
  const all = caches({ client })
  const cache = all.of(boat)
  await client.create(boat, named('a', 'default', 'u1'))
  await client.create(boat, named('b'))
  await settled()
  assert.equal(names(cache.owned('u1')), 'a')
  await client.patch(boat, at('b'), named('b', 'default', 'u1'))
  await client.patch(boat, at('a'), { metadata: { ownerReferences: null } })
  await settled()
  assert.equal(names(cache.owned('u1')), 'b')
  await all.close()
})

test('a compacted history makes it list again: nothing is missed, nothing stays', async () => {
  const client = memoryClient()
  await client.create(boat, named('a'))
  const all = caches({ client })
  const cache = all.of(boat)
  await cache.synced
  await client.create(boat, named('b'))
  await settled()
  client.compact()
  await client.remove(boat, at('a'))
  await client.create(boat, named('c'))
  await settled()
  await settled()
  assert.equal(names(cache.list()), 'b c')
  await all.close()
})

test('failures wait longer each time and the cache comes through', async () => {
  const clock = fakeClock()
  const real = memoryClient()
  await real.create(boat, named('a'))
  let tries = 0
  const client: Client = {
    ...real,
    list: async (kind, options) => {
      if (++tries < 4) throw new TypeError('fetch failed')
      return real.list(kind, options)
    },
  }
  const all = caches({ client, clock })
  const cache = all.of(boat)
  await clock.advance(50)
  assert.deepEqual([tries, cache.isSynced], [1, false])
  await clock.advance(2000)
  assert.equal(names(cache.list()), 'a')
  await all.close()
})

test('a kind the server does not know is empty until it does', async () => {
  const clock = fakeClock()
  const real = memoryClient()
  let known = false
  const client: Client = {
    ...real,
    list: async (kind, options) => {
      if (!known) throw new StatusError('NotFound', 'the server could not find the requested resource')
      return real.list(kind, options)
    },
  }
  const all = caches({ client, clock })
  const cache = all.of(boat)
  await cache.synced
  assert.equal(names(cache.list()), '')
  known = true
  await real.create(boat, named('a'))
  await clock.advance(60_000)
  assert.equal(names(cache.list()), 'a')
  await all.close()
})

test('closing before the first list rejects who waits', async () => {
  const real = memoryClient()
  const client: Client = { ...real, list: () => new Promise(() => undefined) }
  const all = caches({ client })
  const { synced } = all.of(boat)
  void all.close()
  await assert.rejects(synced, /closed before its first list/)
})

const first: Boat = {
  metadata: { name: 'a', namespace: 'default', uid: 'u1', resourceVersion: '5' },
  spec: { oars: 1 },
}

const orders: { name: string; run: (feed: ReturnType<typeof cacheOf<Boat>>) => void; want: string }[] = [
  { name: 'an own write shows at once', run: ({ cache }) => cache.wrote(first), want: 'a@5' },
  {
    name: 'an older event does not undo an own write',
    run: ({ cache, put }) => {
      put(first)
      cache.wrote(version(first, 9))
      put(version(first, 7))
    },
    want: 'a@9',
  },
  {
    name: 'an own deletion stays, whatever older states come',
    run: ({ cache, put }) => {
      put(first)
      cache.removed(first)
      put(version(first, 6))
    },
    want: '',
  },
  {
    name: 'a namesake made after an own deletion is shown',
    run: ({ cache, put, gone }) => {
      put(first)
      cache.removed(first)
      gone(version(first, 6))
      put({ ...first, metadata: { ...first.metadata, uid: 'u2', resourceVersion: '7' } })
    },
    want: 'a@7',
  },
  {
    name: 'a late answer does not bring back what the watch has seen go',
    run: ({ cache, put, gone }) => {
      put(first)
      gone(version(first, 8))
      cache.wrote(version(first, 7))
    },
    want: '',
  },
  {
    name: 'a list that is older than an own write keeps it',
    run: ({ cache, reset }) => {
      cache.wrote(version(first, 9))
      reset([], '8')
    },
    want: 'a@9',
  },
  {
    name: 'a list of a server that was put back holds, older though it is',
    run: ({ put, reset }) => {
      put(version(first, 50))
      reset([version(first, 7)], '8')
    },
    want: 'a@7',
  },
  {
    name: 'nothing stays that such a server does not have',
    run: ({ put, reset }) => {
      put(version(first, 50))
      reset([], '8')
    },
    want: '',
  },
  {
    name: 'a list takes away what it does not have',
    run: ({ put, reset }) => {
      put(first)
      reset([], '8')
    },
    want: '',
  },
]

for (const { name, run, want } of orders)
  test(`cache order: ${name}`, () => {
    const feed = cacheOf(boat)
    run(feed)
    assert.equal(
      feed.cache
        .list()
        .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
        .join(' '),
      want,
    )
  })
