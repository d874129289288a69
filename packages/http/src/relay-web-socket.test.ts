import assert from 'node:assert/strict'
import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { after, test } from 'node:test'
import type { Client } from '@sampan/client/client'
import { silent } from '@sampan/kit/log'
import { notFound } from '@sampan/resources/errors'
import type { Connection } from '@sampan/resources/transport'
import WebSocket from 'ws'
import { relayWebSocket } from './relay-web-socket.ts'
import { type Caller, socketRoute } from './route.ts'
import { createRouter } from './router.ts'
import { serve } from './serve.ts'

const asked: string[][] = []
let other: ReturnType<typeof duplexPair>[number]
const open = async (protocols: string[]): Promise<Connection> => {
  asked.push(protocols)
  if (protocols.includes('none')) throw notFound({ plural: 'pods', group: '' }, 'web')
  const [ours, theirs] = duplexPair({ objectMode: true })
  other = theirs
  return { protocol: protocols[0] ?? '', messages: ours }
}
const caller: Caller = { name: 'ana', groups: [], via: 'cookie' }
const served = await serve(
  () =>
    createRouter({
      routes: [],
      sockets: [socketRoute({ path: '/kube/*rest', allow: 'signed-in', handle: (call) => relayWebSocket(call, open) })],
      identify: async () => caller,
      apiFor: () => ({}) as Client,
      log: silent,
    }),
  { port: 0, host: '127.0.0.1' },
)
after(() => served.close(0))
const url = `ws://127.0.0.1:${served.port}/kube/api/v1/namespaces/n/pods/web/exec`
const origin = `http://127.0.0.1:${served.port}`

test('messages go both ways, whole, and the end of one side ends the other', async () => {
  const socket = new WebSocket(url, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], { origin })
  await once(socket, 'open')
  assert.equal(socket.protocol, 'v5.channel.k8s.io')
  assert.deepEqual(asked.at(-1), ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
  socket.send(Buffer.from('in'))
  assert.deepEqual((await once(other, 'data'))[0], Buffer.from('in'))
  other.write(Buffer.from('a'))
  other.write(Buffer.from('b'))
  const got: string[] = []
  socket.on('message', (data: Buffer) => got.push(String(data)))
  other.end()
  const [code] = await once(socket, 'close')
  assert.deepEqual([got, code], [['a', 'b'], 1000])
})

test('a client that goes takes the other side along', async () => {
  const socket = new WebSocket(url, ['v4.channel.k8s.io'], { origin })
  await once(socket, 'open')
  other.resume()
  const gone = once(other, 'end')
  socket.close()
  await gone
})

const refusals = [
  { name: 'a refusal of the other side', protocols: ['none'], origin, want: /404/ },
  { name: 'a page of another site', protocols: ['v4.channel.k8s.io'], origin: 'http://evil', want: /403/ },
]
for (const { name, protocols, origin, want } of refusals)
  test(`refused: ${name}`, async () => {
    const socket = new WebSocket(url, protocols, { origin })
    const [error] = await once(socket, 'error')
    assert.match(error.message, want)
  })
