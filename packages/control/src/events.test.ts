import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import { fakeClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { event } from '@sampan/resources/core/event'
import { type Happening, recorder } from './events.ts'

const about = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', uid: 'u1' } }
const happening = (message: string, rest: Partial<Happening> = {}): Happening => ({
  about,
  type: 'Normal',
  reason: 'Pulled',
  message,
  component: 'kubelet',
  ...rest,
})

async function recorded(happenings: readonly Happening[], { stepMs = 1000 } = {}) {
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const events = recorder({ client, clock, log: silent })
  for (const one of happenings) {
    events.record(one)
    await events.idle()
    await clock.advance(stepMs)
  }
  await events.close()
  const { items } = await client.list(event)
  return items.map(({ count, message }) => `${count} × ${message}`)
}

const cases: { name: string; happenings: Happening[]; stepMs?: number; want: string[] }[] = [
  { name: 'one happening is one event', happenings: [happening('a')], want: ['1 × a'] },
  { name: 'repeats are counted', happenings: [happening('a'), happening('a'), happening('a')], want: ['3 × a'] },
  { name: 'messages are told apart', happenings: [happening('a'), happening('b')], want: ['1 × a', '1 × b'] },
  {
    name: 'parts are told apart',
    happenings: [happening('a'), happening('a', { component: 'x' })],
    want: ['1 × a', '1 × a'],
  },
  {
    name: 'a late repeat is a new event',
    happenings: [happening('a'), happening('a')],
    stepMs: 700_000,
    want: ['1 × a', '1 × a'],
  },
  {
    name: 'more than ten messages of one reason are combined',
    happenings: Array.from({ length: 12 }, (_, i) => happening(`m${i}`)),
    want: [...Array.from({ length: 10 }, (_, i) => `1 × m${i}`), '2 × (combined from similar events): m11'],
  },
  {
    name: 'an object that will not stop is cut to a trickle',
    happenings: Array.from({ length: 40 }, () => happening('a')),
    want: ['25 × a'],
  },
]

for (const { name, happenings, stepMs, want } of cases)
  test(`events: ${name}`, async () => assert.deepEqual(await recorded(happenings, { stepMs }), want))

test('events: of a cluster object they live in default and point at it', async () => {
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const events = recorder({ client, clock, log: silent })
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'here', uid: 'n1' } }
  events.record(happening('ready', { about: node, reason: 'NodeReady' }))
  await events.idle()
  const [made] = (await client.list(event)).items
  assert.equal(made?.metadata.namespace, 'default')
  assert.deepEqual(made?.involvedObject, { apiVersion: 'v1', kind: 'Node', name: 'here', uid: 'n1' })
  assert.equal(made?.source?.component, 'kubelet')
  await events.close()
})
