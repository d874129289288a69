import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { join } from './pass-through.ts'

/** Both ends of a real connection. */
async function pair(t: TestContext): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  t.after(() => {
    near.destroy()
    far.destroy()
  })
  return [near, far]
}

async function joined(t: TestContext, heads: { client?: string; backend?: string } = {}) {
  const [user, client] = await pair(t)
  const [socket, runtime] = await pair(t)
  join(client, Buffer.from(heads.client ?? ''), {
    response: undefined as never,
    socket,
    head: Buffer.from(heads.backend ?? ''),
  })
  return { user, client, socket, runtime }
}

async function textOf(socket: Socket) {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

test('what was read too early comes first, on both sides', async (t) => {
  const { user, runtime } = await joined(t, { client: 'early ', backend: 'first ' })
  user.end('in')
  assert.equal(await textOf(runtime), 'early in')
  runtime.end('out')
  assert.equal(await textOf(user), 'first out')
})

test('all that was said arrives, although the speaker left long before a slow reader read', async (t) => {
  const { user, runtime } = await joined(t)
  runtime.end('x'.repeat(8_000_000))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal((await textOf(user)).length, 8_000_000)
})

test('when one side breaks, the other ends', async (t) => {
  const { user, runtime, socket } = await joined(t)
  runtime.resume()
  user.resetAndDestroy()
  await once(runtime, 'end')
  runtime.destroy()
  if (!socket.destroyed) await once(socket, 'close')
})

test('a side that left before they met takes the other along', async (t) => {
  const [, client] = await pair(t)
  const [socket, runtime] = await pair(t)
  runtime.resume()
  client.destroy()
  join(client, Buffer.alloc(0), { response: undefined as never, socket, head: Buffer.alloc(0) })
  assert.ok(socket.destroyed)
})
