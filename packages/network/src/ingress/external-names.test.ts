import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fakeClock } from '@sampan/kit/clock'
import { decode, encode } from 'dns-packet'
import { externalNames } from './external-names.ts'

test('a name is looked up when it is asked for, kept fresh while it is wanted, and survives a silent server', async () => {
  let answer: string | undefined = '192.0.2.1'
  let asked = 0
  const server = createSocket('udp4')
  server.on('message', (message, from) => {
    asked++
    const { id, questions } = decode(message)
    const answers = answer ? [{ type: 'A' as const, name: questions![0]!.name, ttl: 1, data: answer }] : []
    const flags = answer ? 0 : 2
    server.send(encode({ type: 'response', id, flags, questions, answers }), from.port, from.address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const clock = fakeClock()
  const changes: string[] = []
  const names = externalNames({
    server: `127.0.0.1:${server.address().port}`,
    clock,
    changed: (name) => changes.push(name),
  })
  /** Answers come over a real socket: time stands still until they are in. */
  const later = async (ms: number, isIn: () => boolean) => {
    await clock.advance(ms)
    for (let i = 0; i < 300 && !isIn(); i++) await pause(10)
    await pause(10)
  }
  assert.deepEqual(names.addressesOf('a.test'), [])
  await later(0, () => changes.length === 1)
  assert.deepEqual(names.addressesOf('a.test'), ['192.0.2.1'])
  answer = '192.0.2.2'
  await later(10_000, () => changes.length === 2)
  assert.deepEqual([changes, names.addressesOf('a.test')], [['a.test', 'a.test'], ['192.0.2.2']])
  answer = undefined
  const before = asked
  await later(10_000, () => asked > before)
  assert.deepEqual(names.addressesOf('a.test'), ['192.0.2.2'])
  names.close()
  server.close()
})
