import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Refused } from './api.ts'
import { Lost, openLine, type Socket } from './line.ts'

/** A server's end of a socket, in the same process. */
class Wire implements Socket {
  readyState = 0
  sent: { open?: number; close?: number; path?: string }[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  open() {
    this.readyState = 1
    this.onopen?.()
  }
  say(text: string) {
    this.onmessage?.({ data: text })
  }
  close() {
    this.readyState = 3
    this.onclose?.()
  }
}

const wires: Wire[] = []
let refuse = 0
let failures = 0
const line = openLine({
  connect: () => {
    const wire = new Wire()
    wires.push(wire)
    setImmediate(() => (refuse-- > 0 ? wire.close() : wire.open()))
    return wire
  },
  onFailure: () => failures++,
  waitMs: () => 1,
})
after(() => line.close())

/** Until the server has heard of stream `id`. */
async function heard(id: number) {
  while (!wires.some(({ sent }) => sent.some(({ open }) => open === id)))
    await new Promise((resolve) => setImmediate(resolve))
}
function reading(path: string, signal = new AbortController().signal) {
  const got: string[] = []
  const end = (async () => {
    for await (const text of line.stream(path, { signal })) got.push(text)
  })()
  end.catch(() => undefined)
  return { got, end }
}

test('streams share one connection and get their own pieces', async () => {
  const a = reading('/a')
  const b = reading('/b')
  await heard(2)
  assert.equal(wires.length, 1)
  assert.deepEqual(
    wires[0]!.sent.map(({ path }) => path),
    ['/a', '/b'],
  )
  wires[0]!.say('1 one')
  wires[0]!.say('2 two')
  wires[0]!.say('')
  wires[0]!.say('{"end":1}')
  await a.end
  assert.deepEqual([a.got, b.got], [['one'], ['two']])
  wires[0]!.say('{"end":2,"problem":{"status":403,"detail":"You may not."}}')
  await assert.rejects(b.end, (error) => error instanceof Refused && error.status === 403)
})

test('an abort closes the stream on the server', async () => {
  const stop = new AbortController()
  const c = reading('/c', stop.signal)
  await heard(3)
  stop.abort()
  await c.end
  assert.deepEqual(wires[0]!.sent.at(-1), { close: 3 })
})

test('a connection that breaks ends its streams and is made again, telling so', async () => {
  const states: boolean[] = []
  const stop = line.listen(() => states.push(line.isLost))
  const d = reading('/d')
  await heard(4)
  wires[0]!.say('4 before')
  refuse = 2
  wires[0]!.close()
  await assert.rejects(d.end, Lost)
  assert.deepEqual(d.got, ['before'])
  const again = reading('/d')
  await heard(5)
  assert.deepEqual([failures, states], [2, [true, false]])
  wires.at(-1)!.say('5 after')
  wires.at(-1)!.say('{"end":5}')
  await again.end
  assert.deepEqual(again.got, ['after'])
  stop()
})
