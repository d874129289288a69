import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { sendAnswer } from './http-answer.ts'
import { sendBody } from './http-body.ts'

let handle: (response: ServerResponse) => Promise<void>
const server = createServer((_, response) => void handle(response))
const port = () => (server.address() as AddressInfo).port
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
after(() => {
  server.closeAllConnections()
  server.close()
})

async function body(method = 'GET'): Promise<{ length: string | undefined; bytes: Buffer }> {
  const sent = request({ port: port(), host: '127.0.0.1', method }).end()
  const [response] = await once(sent, 'response')
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  return { length: response.headers['content-length'], bytes: Buffer.concat(pieces) }
}

const piecesOf = (...sizes: number[]) => sizes.map((size, index) => Buffer.alloc(size, 97 + (index % 26)))
const bodies: { name: string; pieces: Buffer[] }[] = [
  { name: 'nothing', pieces: [] },
  { name: 'one small piece', pieces: piecesOf(10) },
  { name: 'small pieces', pieces: piecesOf(10, 1, 20) },
  { name: 'one large piece', pieces: piecesOf(700_000) },
  {
    name: 'many pieces, large together',
    pieces: piecesOf(...Array.from({ length: 3000 }, (_, i) => (i % 2 ? 1 : 600))),
  },
  { name: 'pieces larger than the scratch buffer', pieces: piecesOf(3, 600_000, 1, 262_144, 300_000) },
]
for (const { name, pieces } of bodies)
  test(`a body of ${name} arrives whole, several at once`, async () => {
    handle = (response) => sendBody(response, 200, {}, pieces)
    const whole = Buffer.concat(pieces)
    for (const { length, bytes } of await Promise.all(Array.from({ length: 12 }, () => body()))) {
      assert.equal(length, String(whole.length))
      assert.ok(bytes.equals(whole))
    }
    assert.equal((await body('HEAD')).bytes.length, 0)
  })

test('a reader that goes away in the middle ends the sending', async () => {
  let ended: Promise<void> | undefined
  handle = (response) => {
    ended = sendBody(response, 200, {}, piecesOf(...Array.from({ length: 100 }, () => 1_000_000)))
    return ended
  }
  const socket = connect({ port: port(), host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'data')
  socket.destroy()
  await ended
})

async function* batches(pieces: Buffer[][]) {
  for (const batch of pieces) yield batch
}
const watch = (pieces: Buffer[][]) => ({
  status: 200,
  watch: {
    lines: () => batches(pieces),
    events: () => batches([]) as never,
  },
})

test('lines of a watch arrive in order, however they are grouped, and end', async () => {
  const line = Buffer.from('{"type":"ADDED"}\n')
  const large = Buffer.from(`${'x'.repeat(3_000_000)}\n`)
  const pieces = [[line], [line, line], [], [Buffer.alloc(0)], [large], [large, line]]
  handle = (response) => sendAnswer(response, watch(pieces), [])
  const whole = Buffer.concat(pieces.flat())
  for (const { bytes } of await Promise.all([body(), body(), body()])) assert.ok(bytes.equals(whole))
  assert.equal((await body('HEAD')).bytes.length, 0)
})

test('an HTTP/1.0 client gets the lines without chunks', async () => {
  handle = (response) => sendAnswer(response, watch([[Buffer.from('one\n')], [Buffer.from('two\n')]]), [])
  const socket = connect({ port: port(), host: '127.0.0.1' })
  socket.write('GET / HTTP/1.0\r\n\r\n')
  let text = ''
  for await (const piece of socket) text += piece
  assert.equal(text.split('\r\n\r\n')[1], 'one\ntwo\n')
})

test('answers to requests sent at once follow one another', async () => {
  let n = 0
  handle = (response) => sendAnswer(response, watch([[Buffer.from(`${++n}\n`)]]), [])
  const socket = connect({ port: port(), host: '127.0.0.1' })
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  let text = ''
  for await (const piece of socket) text += piece
  assert.deepEqual(text.match(/^\d\n/gm), ['1\n', '2\n'])
})
