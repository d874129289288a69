import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caches } from '@sampan/client/caches'
import { memoryClient } from '@sampan/client/memory-client'
import { fakeClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { pod as podKind } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { container, containerView, memoryOf, viewOf } from './pod/fixtures.ts'
import { statusWriter } from './status-writer.ts'

const facts = () => ({
  view: viewOf([containerView('main')]),
  memory: memoryOf(),
  terminationMessages: new Map<string, string>(),
  isFinished: false,
})

async function writing() {
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const shared = caches({ client, clock })
  const first = await client.create(podKind, {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { nodeName: 'here', containers: [container('main')] },
  })
  const context = {
    client,
    clock,
    caches: shared,
    log: silent,
    settings: { hostIP: '192.0.2.1' },
  } as unknown as NodeContext
  let isGone = false
  const told: string[] = []
  const writer = statusWriter(context, first, { changed: () => told.push('changed'), gone: () => (isGone = true) })
  const at = { namespace: 'shop', name: 'web' }
  return { clock, client, context, first, writer, at, told, isGone: () => isGone, end: () => shared.close() }
}

test('a status is written once, and not again while nothing differs', async () => {
  const { client, writer, at, end } = await writing()
  writer.write(facts())
  await writer.flush()
  assert.equal((await client.get(podKind, at)).status?.phase, 'Running')
  const { length } = client.writes
  writer.write(facts())
  await writer.flush()
  assert.equal(client.writes.length, length)
  await end()
})

test('a write that somebody else overtook is done again on what they wrote', async () => {
  const { client, writer, first, at, end } = await writing()
  await client.updateStatus(podKind, { ...first, status: { conditions: [{ type: 'example.com/x', status: 'True' }] } })
  writer.write(facts())
  await writer.flush()
  const { status } = await client.get(podKind, at)
  assert.equal(status?.phase, 'Running')
  assert.ok(status?.conditions?.some(({ type }) => type === 'example.com/x'))
  await end()
})

test('a pod that is gone, or another of its name, is told', async () => {
  const { client, writer, first, at, isGone, end } = await writing()
  await client.remove(podKind, at, { graceSeconds: 0 })
  await client.create(podKind, { metadata: at, spec: first.spec })
  writer.write(facts())
  await writer.flush()
  assert.ok(isGone())
  assert.equal((await client.get(podKind, at)).status?.phase, 'Pending')
  await end()
})

test('what could not be written is known, and tried again', async () => {
  const { client, clock, context, first, at, end } = await writing()
  let isDown = true
  const flaky: typeof client.updateStatus = async (...call) => {
    if (isDown) throw new Error('down')
    return client.updateStatus(...call)
  }
  const shaky = { ...context, client: { ...client, updateStatus: flaky } }
  const writer = statusWriter(shaky, first, { changed: () => undefined, gone: () => undefined })
  writer.write(facts())
  await assert.rejects(writer.flush(), /could not be written yet/)
  isDown = false
  await clock.advance(1000)
  await writer.flush()
  assert.equal((await client.get(podKind, at)).status?.phase, 'Running')
  await end()
})
