import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import type { Client } from '@sampan/client/client'
import { silent } from '@sampan/kit/log'
import { notFound } from '@sampan/resources/errors'
import WebSocket from 'ws'
import { manyStreams } from './many-streams.ts'
import { type Caller, socketRoute } from './route.ts'
import { createRouter } from './router.ts'
import { serve } from './serve.ts'

const ended: string[] = []
async function* endless(path: string, signal: AbortSignal) {
  try {
    yield Buffer.from(`${path}\n`)
    // A letter of two bytes in two pieces.
    yield Buffer.from([0xc3])
    yield Buffer.from([0xa9])
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    ended.push(path)
  }
}
async function* short() {
  yield Buffer.from('short')
}
const open = async (path: string, { signal }: { signal: AbortSignal }) => {
  if (path === '/none') throw notFound({ plural: 'pods', group: '' }, 'web')
  if (path === '/short') return short()
  return endless(path, signal)
}
const caller: Caller = { name: 'ana', groups: [], via: 'cookie' }
const served = await serve(
  () =>
    createRouter({
      routes: [],
      sockets: [socketRoute({ path: '/streams', allow: 'signed-in', handle: (call) => manyStreams(call, open) })],
      identify: async () => caller,
      apiFor: () => ({}) as Client,
      log: silent,
    }),
  { port: 0, host: '127.0.0.1' },
)
after(() => served.close(0))

async function connected() {
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}/streams`, {
    origin: `http://127.0.0.1:${served.port}`,
  })
  const got: string[] = []
  socket.on('message', (data: Buffer) => got.push(String(data)))
  await once(socket, 'open')
  const until = async (wanted: (texts: string[]) => boolean) => {
    while (!wanted(got)) await once(socket, 'message')
  }
  return { socket, got, until, say: (wish: unknown) => socket.send(JSON.stringify(wish)) }
}

test('streams run side by side, and one is closed without the others', async () => {
  const { socket, got, until, say } = await connected()
  say({ open: 1, path: '/a' })
  say({ open: 2, path: '/b' })
  await until((texts) => texts.length >= 6)
  const textOf = (id: number) =>
    got
      .filter((one) => one.startsWith(`${id} `))
      .map((one) => one.slice(2))
      .join('')
  assert.deepEqual([textOf(1), textOf(2)], ['/a\né', '/b\né'])
  say({ close: 1 })
  say({ open: 3, path: '/short' })
  await until((texts) => texts.includes('{"end":3}'))
  assert.deepEqual(ended.includes('/a'), true)
  assert.deepEqual(ended.includes('/b'), false)
  socket.close()
  await once(socket, 'close')
})

test('a refusal ends one stream with its problem', async () => {
  const { socket, got, until, say } = await connected()
  say({ open: 9, path: '/none' })
  await until((texts) => texts.length > 0)
  const { end, problem } = JSON.parse(got[0]!)
  assert.deepEqual([end, problem.status], [9, 404])
  assert.match(problem.detail, /web/)
  socket.close()
  await once(socket, 'close')
})

for (const wish of ['nonsense', '{"open":1}', '{"open":"1","path":"/a"}', '{"open":1,"path":"a"}', '[]', 'null']) {
  test(`${wish} ends the connection`, async () => {
    const { socket } = await connected()
    socket.send(wish)
    const [code] = await once(socket, 'close')
    assert.equal(code, 1008)
  })
}
