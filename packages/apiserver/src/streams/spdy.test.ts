import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { spdySession } from './spdy.ts'

const frame = (head: number[], payload = Buffer.alloc(0)) => {
  const bytes = Buffer.concat([Buffer.from([...head, 0, 0, 0]), payload])
  bytes.writeUIntBE(payload.length, head.length, 3)
  return bytes
}
const data = (id: number, text: string, flags = 0) => frame([0, 0, 0, id, flags], Buffer.from(text))
const reset = (id: number) => frame([0x80, 3, 0, 3, 0], Buffer.from([0, 0, 0, id, 0, 0, 0, 5]))
const ping = (id: number) => frame([0x80, 3, 0, 6, 0], Buffer.from([0, 0, 0, id]))

async function pair() {
  const [ours, theirs] = duplexPair()
  const session = spdySession(ours, Buffer.alloc(0))
  const received: Buffer[] = []
  theirs.on('data', (chunk: Buffer) => received.push(chunk))
  return {
    session,
    theirs,
    async taken() {
      await turn()
      return Buffer.concat(received.splice(0))
    },
  }
}

async function textOf(stream: Duplex) {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

/** Header blocks are stored blocks, so a reader can find the plain text in them. */
test('opens streams with odd ids and one header stream', async () => {
  const { session, taken } = await pair()
  session.open({ streamtype: 'error' })
  const first = await taken()
  assert.deepEqual([...first.subarray(0, 5)], [0x80, 3, 0, 1, 0])
  assert.equal(first.readUIntBE(5, 3), first.length - 8)
  assert.equal(first.readUInt32BE(8), 1)
  assert.equal(first.subarray(18, 24).toString('hex'), '78bbe3c6a7c2')
  assert.ok(first.includes('\0\0\0\x0astreamtype\0\0\0\x05error'))
  session.open({ streamtype: 'stdin' })
  const second = await taken()
  assert.equal(second.readUInt32BE(8), 3)
  assert.equal(second[18], 0, 'goes on without a new beginning')
})

test('data goes to its stream however the bytes are cut, and ends where the other side says', async () => {
  const { session, theirs } = await pair()
  const a = session.open({ streamtype: 'stdout' })
  const b = session.open({ streamtype: 'stderr' })
  const bytes = Buffer.concat([
    data(1, 'one '),
    data(3, 'other'),
    data(1, 'two', 1),
    data(3, '', 1),
    data(9, 'nobody’s'),
  ])
  for (const byte of bytes) theirs.write(Buffer.of(byte))
  assert.deepEqual(await Promise.all([textOf(a), textOf(b)]), ['one two', 'other'])
})

test('what came before a reset or the end of the connection is still read', async () => {
  const { session, theirs } = await pair()
  const a = session.open({ streamtype: 'error' })
  const b = session.open({ streamtype: 'stdout' })
  theirs.end(Buffer.concat([data(1, 'status'), reset(1), data(3, 'rest')]))
  assert.deepEqual(await Promise.all([textOf(a), textOf(b)]), ['status', 'rest'])
})

test('writes frames and a half-close', async () => {
  const { session, taken } = await pair()
  const stream = session.open({ streamtype: 'stdin' })
  await taken()
  stream.end('hello')
  assert.deepEqual(await taken(), Buffer.concat([data(1, 'hello'), data(1, '', 1)]))
})

test('answers the server’s pings only', async () => {
  const { theirs, taken } = await pair()
  theirs.write(Buffer.concat([ping(2), ping(3)]))
  assert.deepEqual(await taken(), ping(2))
})

test('holds the connection while a stream is not read', async () => {
  const [ours, theirs] = duplexPair()
  const session = spdySession(ours, Buffer.alloc(0))
  const stream = session.open({ streamtype: 'stdout' })
  theirs.resume()
  for (let i = 0; i < 10; i++) theirs.write(data(1, 'x'.repeat(50_000)))
  await turn()
  assert.ok(ours.isPaused())
  theirs.write(data(1, '', 1))
  assert.equal((await textOf(stream)).length, 500_000)
})

test('destroying the session ends its streams', async () => {
  const { session } = await pair()
  const stream = session.open({ streamtype: 'stdout' })
  session.destroy()
  stream.resume()
  await once(stream, 'end')
})
