import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '@sampan/client/client'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import { type FakeClock, fakeClock } from '@sampan/kit/clock'
import { event as eventKind } from '@sampan/resources/core/event'
import { type Definition, defineResource } from '@sampan/resources/define'
import { StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { type Controller, controller, index, type Running, watch } from './controller.ts'
import { metricsRegistry } from './metrics.ts'
import { again, create, event, remove, status, Terminal, update } from './plan.ts'
import { runControllers } from './run-controllers.ts'

interface Fleet extends KubeObject {
  spec: { boats: number; mood?: string }
  status?: { boats: number }
}
interface Boat extends KubeObject {
  spec: { oars: number }
}
const fleet: Definition<Fleet> = defineResource<Fleet>({
  group: 'sea.dev',
  version: 'v1',
  kind: 'Fleet',
  plural: 'fleets',
  scope: 'Namespaced',
})
const boat: Definition<Boat> = defineResource<Boat>({
  group: 'sea.dev',
  version: 'v1',
  kind: 'Boat',
  plural: 'boats',
  scope: 'Namespaced',
  hasStatus: false,
})
const ownedBy = ({ apiVersion = 'sea.dev/v1', kind = 'Fleet', metadata: { name, uid = '' } }: KubeObject) => [
  { apiVersion, kind, name, uid, controller: true },
]

/** Keeps `spec.boats` boats. */
const fleets = controller<Fleet>({
  name: 'fleet',
  kind: fleet,
  watches: [watch(boat, 'owner')],
  reconcile(object, snapshot) {
    const boats = snapshot.owned(boat, object)
    const missing = Math.max(0, object.spec.boats - boats.length)
    const metadata = {
      generateName: `${object.metadata.name}-`,
      namespace: object.metadata.namespace,
      ownerReferences: ownedBy(object),
    }
    return [
      ...Array.from({ length: missing }, () => create(boat, { metadata, spec: { oars: 2 } })),
      ...boats.slice(object.spec.boats).map((one) => remove(boat, one)),
      status(fleet, object, { boats: boats.length }),
    ]
  },
})

async function running(
  controllers: readonly Controller[],
  run: (parts: { client: MemoryClient; clock: FakeClock; runner: Running; settle(): Promise<void> }) => Promise<void>,
  through: (client: MemoryClient) => Client = (client) => client,
) {
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const runner = runControllers({ client: through(client), controllers, clock })
  await runner.synced
  try {
    await run({ client, clock, runner, settle: () => settled(runner, clock) })
  } finally {
    await runner.close()
  }
}

/** Lets brief retries fall due while waiting. */
async function settled(runner: Running, clock: FakeClock) {
  let isIdle = false
  const idle = runner.idle().then(() => {
    isIdle = true
  })
  while (!isIdle) await clock.advance(5)
  await idle
}

const one = { metadata: { name: 'red' }, spec: { boats: 5 } }
const at = { namespace: 'default', name: 'red' }
const count = (client: MemoryClient, verb: string) => client.writes.filter((line) => line.startsWith(verb)).length

test('what is wanted comes about and stays, with no write too many', async () => {
  await running([fleets], async ({ client, clock, settle }) => {
    await client.create(fleet, one)
    await settle()
    assert.equal((await client.list(boat)).items.length, 5)
    assert.equal((await client.get(fleet, at)).status?.boats, 5)
    const writes = client.writes.length
    await clock.advance(30 * 60_000)
    await settle()
    assert.equal(client.writes.length, writes, 'looking again writes nothing')
    await client.patch(fleet, at, { spec: { boats: 2 } })
    await settle()
    assert.equal((await client.list(boat)).items.length, 2)
    const [first] = (await client.list(boat)).items
    await client.remove(boat, first?.metadata ?? at)
    await settle()
    assert.equal((await client.list(boat)).items.length, 2)
  })
})

test('nothing is made twice though the watch is late', async () => {
  const late = (client: MemoryClient): Client => ({
    ...client,
    async *watch(kind, options) {
      for await (const one of client.watch(kind, options)) {
        if (kind.kind === 'Boat') for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
        yield one
      }
    },
  })
  await running(
    [fleets],
    async ({ client, settle }) => {
      await client.create(fleet, one)
      for (let i = 0; i < 10; i++) {
        await client.patch(fleet, at, { metadata: { labels: { round: String(i) } } })
        await settle()
      }
      assert.equal(count(client, 'create boats'), 5)
    },
    late,
  )
})

test('creates start slowly: a refused template costs one call a try', async () => {
  let calls = 0
  const refusing = (client: MemoryClient): Client => ({
    ...client,
    create: async (kind, object, options) => {
      if (kind.kind !== 'Boat') return client.create(kind, object, options)
      calls++
      throw new StatusError('Forbidden', 'exceeded quota')
    },
  })
  await running(
    [fleets],
    async ({ client, clock }) => {
      await client.create(fleet, { ...one, spec: { boats: 500 } })
      await clock.advance(4)
      assert.equal(calls, 1)
      await clock.advance(2)
      assert.equal(calls, 2)
    },
    refusing,
  )
})

test('a create that is refused has its say before the retry', async () => {
  const refused = controller<Fleet>({
    ...(fleets as Controller<Fleet>),
    reconcile: (object) => [
      create(
        boat,
        { metadata: { name: 'x', namespace: 'other' } },
        {
          failed: (error) => [
            status(fleet, object, { boats: -1 }),
            event(object, 'Warning', 'FailedCreate', error.message),
          ],
        },
      ),
    ],
  })
  const refusing = (client: MemoryClient): Client => ({
    ...client,
    create: async (kind, object, options) => {
      if (kind.kind === 'Boat') throw new StatusError('Forbidden', 'exceeded quota')
      return client.create(kind, object, options)
    },
  })
  await running(
    [refused],
    async ({ client, clock }) => {
      await client.create(fleet, one)
      await clock.advance(100)
      assert.equal((await client.get(fleet, at)).status?.boats, -1)
      const [said] = (await client.list(eventKind)).items
      assert.deepEqual([said?.reason, said?.message], ['FailedCreate', 'exceeded quota'])
    },
    refusing,
  )
})

const named = (owner: (object: Fleet) => KubeObject['metadata']['ownerReferences']) =>
  controller<Fleet>({
    name: 'fleet',
    kind: fleet,
    reconcile: (object) => [
      create(boat, { metadata: { name: 'flagship', ownerReferences: owner(object) }, spec: { oars: 1 } }),
      status(fleet, object, { boats: 1 }),
    ],
  })

test('an own object that is there already is taken as made', async () => {
  await running([named(ownedBy)], async ({ client, settle }) => {
    const made = await client.create(fleet, { ...one, spec: { boats: 1 } })
    await settle()
    await client.patch(fleet, at, { spec: { boats: 2 } })
    await settle()
    assert.equal(made.metadata.uid, (await client.list(boat)).items[0]?.metadata.ownerReferences?.[0]?.uid)
    assert.equal((await client.get(fleet, at)).status?.boats, 1)
  })
})

test("somebody else's object in the way is a failure, and nothing after it happens", async () => {
  await running([named(ownedBy)], async ({ client, clock }) => {
    await client.create(boat, { metadata: { name: 'flagship' }, spec: { oars: 9 } })
    await client.create(fleet, one)
    await clock.advance(1000)
    assert.equal((await client.get(fleet, at)).status, undefined)
  })
})

test('failures are retried until they pass', async () => {
  let tries = 0
  const flaky = controller<Fleet>({
    name: 'fleet',
    kind: fleet,
    reconcile: (object) => {
      if (++tries < 4) throw new Error('not yet')
      return [status(fleet, object, { boats: 4 })]
    },
  })
  await running([flaky], async ({ client, clock, settle }) => {
    await client.create(fleet, one)
    await clock.advance(1000)
    await settle()
    assert.equal((await client.get(fleet, at)).status?.boats, 4)
  })
})

test('what cannot succeed is said once and waits for a change', async () => {
  let tries = 0
  const picky = controller<Fleet>({
    name: 'fleet',
    kind: fleet,
    reconcile: (object) => {
      tries++
      if (object.spec.mood === 'bad') throw new Terminal('this mood sinks ships')
      return []
    },
  })
  await running([picky], async ({ client, clock, settle }) => {
    await client.create(fleet, { metadata: { name: 'red' }, spec: { boats: 1, mood: 'bad' } })
    await clock.advance(60_000)
    assert.equal(tries, 1)
    const [said] = (await client.list(eventKind)).items
    assert.deepEqual([said?.message, said?.source?.component], ['this mood sinks ships', 'fleet-controller'])
    await client.patch(fleet, at, { spec: { mood: null } })
    await settle()
    assert.equal(tries, 2)
  })
})

test('an update and a status in one plan do not conflict with each other', async () => {
  const both = controller<Fleet>({
    name: 'fleet',
    kind: fleet,
    reconcile: (object) => [
      ...(object.spec.mood ? [] : [update(fleet, { ...object, spec: { ...object.spec, mood: 'good' } })]),
      status(fleet, object, { boats: 3 }),
    ],
  })
  await running([both], async ({ client, settle }) => {
    await client.create(fleet, one)
    await settle()
    const done = await client.get(fleet, at)
    assert.deepEqual([done.spec.mood, done.status?.boats], ['good', 3])
    assert.deepEqual(
      client.writes.filter((line) => line.includes('fleets')),
      ['create fleets default/red', 'update fleets default/red', 'status fleets default/red'],
    )
  })
})

test('"again" looks again, "gone" hears of the end, indexes find', async () => {
  const heard: string[] = []
  const looking = controller<Fleet>({
    name: 'fleet',
    kind: fleet,
    watches: [watch(boat, ({ metadata }) => [{ namespace: metadata.namespace, name: 'red' }])],
    indexes: [index(boat, 'oars', ({ spec }) => [String(spec.oars)])],
    reconcile(object, snapshot) {
      heard.push(
        `${object.metadata.name} at ${snapshot.now.getUTCMinutes()}, ${snapshot.by(boat, 'oars', '2').length} boats`,
      )
      return [again(60_000)]
    },
    gone(ref) {
      heard.push(`${ref.name} gone`)
      return []
    },
  })
  await running([looking], async ({ client, clock, settle }) => {
    await client.create(fleet, one)
    await settle()
    await client.create(boat, { metadata: { name: 'a' }, spec: { oars: 2 } })
    await settle()
    await clock.advance(60_000)
    await client.remove(fleet, at)
    await settle()
    assert.deepEqual(heard, ['red at 0, 0 boats', 'red at 0, 1 boats', 'red at 1, 1 boats', 'red gone'])
  })
})

test('reading a kind that was not named is an error of the controller', async () => {
  const errors: unknown[] = []
  const nosy = controller<Fleet>({
    name: 'nosy',
    kind: fleet,
    reconcile(_, snapshot) {
      try {
        snapshot.list(boat)
      } catch (error) {
        errors.push((error as Error).message)
      }
      return []
    },
  })
  await running([nosy], async ({ client, settle }) => {
    await client.create(fleet, one)
    await settle()
    assert.deepEqual(errors, ['Controller nosy reads boats without naming the kind'])
  })
})

test('numbers are kept, and an abort ends everything', async () => {
  const metrics = metricsRegistry()
  const stop = new AbortController()
  const client = memoryClient()
  const runner = runControllers({ client, controllers: [fleets], metrics, signal: stop.signal })
  await runner.synced
  await client.create(fleet, one)
  await runner.idle()
  assert.ok(metrics.get('sampan_control_runs_total', { controller: 'fleet', result: 'ok' }) > 0)
  stop.abort()
  await runner.close()
  const writes = client.writes.length
  await client.patch(fleet, at, { spec: { boats: 9 } })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(client.writes.length, writes + 1)
})
