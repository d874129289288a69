import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { defineResource } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { WebSocketServer } from 'ws'
import { httpTransport } from './http.ts'
import { clientOver } from './over.ts'

interface Pod extends KubeObject {
  spec?: { nodeName?: string }
}
const pod = defineResource<Pod>({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', scope: 'Namespaced' })
const at = { namespace: 'shop', name: 'web' }
const web = { apiVersion: 'v1', kind: 'Pod', metadata: { ...at, resourceVersion: '7' } }

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: unknown }
type Answer = { status?: number; type?: string; body?: unknown; pieces?: string[] }
let seen: Seen[] = []
let answer: (seen: Seen) => Answer = () => ({})

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const one = { method: request.method!, url: request.url!, headers: request.headers, body: text && JSON.parse(text) }
  seen.push(one)
  const { status = 200, type = 'application/json', body, pieces } = answer(one)
  response.writeHead(status, { 'content-type': type })
  if (!pieces) return response.end(typeof body === 'string' ? body : JSON.stringify(body))
  for (const piece of pieces) {
    response.write(piece)
    await new Promise(setImmediate)
  }
  response.end()
})
const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0]! })
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const transport = httpTransport({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'abc' })
const client = clientOver(transport)
after(async () => {
  await transport.close?.()
  sockets.close()
  server.close()
  server.closeAllConnections()
})

async function reach(t: TestContext, other: Server) {
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const way = httpTransport({ server: `http://127.0.0.1:${(other.address() as AddressInfo).port}` })
  t.after(async () => {
    await way.close?.()
    other.close()
    other.closeAllConnections()
  })
  return way
}

function answering(next: (seen: Seen) => Answer) {
  seen = []
  answer = next
}

const requests: {
  name: string
  call: () => Promise<unknown>
  want: { method: string; url: string; type?: string; body?: unknown }
}[] = [
  {
    name: 'get',
    call: () => client.get(pod, at),
    want: { method: 'GET', url: '/api/v1/namespaces/shop/pods/web' },
  },
  {
    name: 'list with selectors',
    call: () => client.list(pod, { labels: 'app in (a,b)', fields: 'spec.nodeName=x', limit: 3 }),
    want: {
      method: 'GET',
      url: '/api/v1/pods?labelSelector=app+in+%28a%2Cb%29&fieldSelector=spec.nodeName%3Dx&limit=3',
    },
  },
  {
    name: 'create completes kind and version',
    call: () => client.create(pod, { metadata: at }, { dryRun: true }),
    want: {
      method: 'POST',
      url: '/api/v1/namespaces/shop/pods?dryRun=All',
      body: { metadata: at, apiVersion: 'v1', kind: 'Pod' },
    },
  },
  {
    name: 'update',
    call: () => client.update(pod, web),
    want: { method: 'PUT', url: '/api/v1/namespaces/shop/pods/web', body: web },
  },
  {
    name: 'updateStatus',
    call: () => client.updateStatus(pod, web),
    want: { method: 'PUT', url: '/api/v1/namespaces/shop/pods/web/status', body: web },
  },
  {
    name: 'patch is a merge patch unless told otherwise',
    call: () => client.patch(pod, at, { a: 1 }, { subresource: 'status' }),
    want: {
      method: 'PATCH',
      url: '/api/v1/namespaces/shop/pods/web/status',
      type: 'application/merge-patch+json',
      body: { a: 1 },
    },
  },
  {
    name: 'apply',
    call: () => client.apply(pod, web, { fieldManager: 'test', force: true }),
    want: {
      method: 'PATCH',
      url: '/api/v1/namespaces/shop/pods/web?fieldManager=test&force=true',
      type: 'application/apply-patch+yaml',
      body: web,
    },
  },
  {
    name: 'remove',
    call: () => client.remove(pod, at, { graceSeconds: 0, uid: 'u' }),
    want: {
      method: 'DELETE',
      url: '/api/v1/namespaces/shop/pods/web',
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        gracePeriodSeconds: 0,
        preconditions: { uid: 'u' },
      },
    },
  },
]

for (const { name, call, want } of requests) {
  test(`client asks: ${name}`, async () => {
    answering(() => ({ body: web }))
    await call()
    const [one] = seen
    assert.equal(`${one?.method} ${one?.url}`, `${want.method} ${want.url}`)
    assert.equal(one?.headers.authorization, 'Bearer abc')
    if (want.body) assert.deepEqual(one?.body, want.body)
    if (want.type) assert.equal(one?.headers['content-type'], want.type)
  })
}

test('list follows all pages', async () => {
  answering(({ url }) => {
    const second = url.includes('continue=next')
    return {
      body: {
        metadata: second ? { resourceVersion: '5' } : { resourceVersion: '5', continue: 'next' },
        items: [{ metadata: { name: second ? 'b' : 'a' } }],
      },
    }
  })
  const list = await client.list(pod)
  assert.deepEqual(
    list.items.map((item) => item.metadata.name),
    ['a', 'b'],
  )
  assert.equal(list.metadata.resourceVersion, '5')
})

test('list starts over when its pages have expired', async () => {
  answering(({ url }) => {
    if (url.includes('continue='))
      return { status: 410, body: { kind: 'Status', reason: 'Expired', message: 'too old' } }
    if (url.includes('limit='))
      return { body: { metadata: { continue: 'next' }, items: [{ metadata: { name: 'a' } }] } }
    return { body: { metadata: {}, items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] } }
  })
  assert.equal((await client.list(pod)).items.length, 2)
})

const refusals: { name: string; answer: Answer; reason: string; message: RegExp }[] = [
  {
    name: 'a Status',
    answer: {
      status: 409,
      body: { kind: 'Status', reason: 'AlreadyExists', message: 'pods "web" already exists', details: { name: 'web' } },
    },
    reason: 'AlreadyExists',
    message: /^pods "web" already exists$/,
  },
  {
    name: 'a plain 404',
    answer: { status: 404, type: 'text/plain', body: '404 page not found' },
    reason: 'NotFound',
    message: /GET \/api.*HTTP 404: 404 page/,
  },
  {
    name: 'a reason we do not know',
    answer: { status: 410, body: { kind: 'Status', reason: 'Gone', message: 'gone' } },
    reason: 'Expired',
    message: /^gone$/,
  },
  {
    name: 'a proxy page',
    answer: { status: 502, type: 'text/html', body: '<h1>Bad\n gateway</h1>' },
    reason: 'InternalError',
    message: /HTTP 502: <h1>Bad gateway/,
  },
]

for (const { name, answer, reason, message } of refusals) {
  test(`refusal from ${name}`, async () => {
    answering(() => answer)
    await assert.rejects(client.get(pod, at), { name: 'StatusError', reason, message })
  })
}

test('a refusal inside the process, without headers, keeps its reason', async () => {
  const body = { kind: 'Status', reason: 'AlreadyExists', message: 'pods "web" already exists', code: 409 }
  const inside = clientOver({
    send: async () => ({
      status: 409,
      headers: {},
      object: async () => body,
      async *bytes() {
        yield Buffer.from(JSON.stringify(body))
      },
      async *events() {
        yield* []
      },
    }),
  })
  await assert.rejects(inside.create(pod, web), { reason: 'AlreadyExists', message: 'pods "web" already exists' })
})

test('find answers undefined only for NotFound', async () => {
  answering(() => ({ status: 404, body: { kind: 'Status', reason: 'NotFound', message: 'no' } }))
  assert.equal(await client.find(pod, at), undefined)
  answering(() => ({ status: 403, body: { kind: 'Status', reason: 'Forbidden', message: 'no' } }))
  await assert.rejects(client.find(pod, at), (error) => isReason(error, 'Forbidden'))
})

const removals: { name: string; body: unknown; lives: boolean }[] = [
  { name: 'a Status means gone', body: { kind: 'Status', status: 'Success' }, lives: false },
  { name: 'the last state means gone', body: web, lives: false },
  {
    name: 'no grace and no finalizer means gone',
    body: { ...web, metadata: { ...at, deletionTimestamp: 'now', deletionGracePeriodSeconds: 0 } },
    lives: false,
  },
  {
    name: 'grace keeps it',
    body: { ...web, metadata: { ...at, deletionTimestamp: 'now', deletionGracePeriodSeconds: 30 } },
    lives: true,
  },
  {
    name: 'a finalizer keeps it',
    body: { ...web, metadata: { ...at, deletionTimestamp: 'now', finalizers: ['x'] } },
    lives: true,
  },
]
for (const { name, body, lives } of removals) {
  test(`remove: ${name}`, async () => {
    answering(() => ({ body }))
    assert.equal((await client.remove(pod, at)) !== undefined, lives)
  })
}

test('watch yields events however the bytes are cut', async () => {
  answering(() => ({
    pieces: [
      '{"type":"ADDED","obj',
      'ect":{"metadata":{"name":"a"}}}\n{"type":"BOOKMARK","object":{"metadata":{}}}',
      '\n',
    ],
  }))
  const types: string[] = []
  for await (const event of client.watch(pod, { namespace: 'shop', since: '4', bookmarks: true }))
    types.push(event.type)
  assert.deepEqual(types, ['ADDED', 'BOOKMARK'])
  assert.equal(seen[0]?.url, '/api/v1/namespaces/shop/pods?watch=true&resourceVersion=4&allowWatchBookmarks=true')
})

test('a watch ends with its signal', async (t) => {
  const stop = new AbortController()
  const quiet = createServer((_, response) => {
    response.writeHead(200)
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n')
  })
  const other = await reach(t, quiet)
  await assert.rejects(
    async () => {
      for await (const _ of clientOver(other).watch(pod, { signal: stop.signal })) stop.abort()
    },
    { name: 'AbortError' },
  )
})

test('logs come as bytes', async () => {
  answering(() => ({ type: 'text/plain', pieces: ['one\n', 'two\n'] }))
  let text = ''
  for await (const chunk of client.logs(at, { follow: true, tailLines: 2, container: 'c' })) text += Buffer.from(chunk)
  assert.equal(text, 'one\ntwo\n')
  assert.equal(seen[0]?.url, '/api/v1/namespaces/shop/pods/web/log?follow=true&tailLines=2&container=c')
})

test('as(user) impersonates with all groups', async () => {
  const lines: string[] = []
  answering(() => ({ body: web }))
  server.once('request', ({ rawHeaders }) => {
    for (let i = 0; i < rawHeaders.length; i += 2)
      if (rawHeaders[i]!.toLowerCase().startsWith('impersonate')) lines.push(`${rawHeaders[i]}=${rawHeaders[i + 1]}`)
  })
  await client.as({ name: 'ana', groups: ['dev', 'ops'] }).get(pod, at)
  assert.deepEqual(lines.sort(), ['impersonate-group=dev', 'impersonate-group=ops', 'impersonate-user=ana'])
})

test('a group name cannot smuggle in another', () => {
  assert.throws(() => client.as({ name: 'ana', groups: ['a,system:masters'] }), { reason: 'BadRequest' })
})

const byte = (channel: number, text: string) => Buffer.concat([Buffer.of(channel), Buffer.from(text)])
const endings = [
  { name: 'success', status: { status: 'Success' }, code: 0 },
  {
    name: 'an exit code',
    status: {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    },
    code: 7,
  },
]
for (const { name, status, code } of endings) {
  test(`exec ends with ${name}`, async () => {
    sockets.once('connection', (socket, request) => {
      assert.equal(
        request.url,
        '/api/v1/namespaces/shop/pods/web/exec?container=c&command=cat&command=-&stdout=true&stderr=true&stdin=true',
      )
      assert.equal(socket.protocol, 'v5.channel.k8s.io')
      let stdin = ''
      socket.on('message', (data: Buffer) => {
        if (data[0] === 0) stdin += data.subarray(1).toString()
        if (data[0] !== 255) return
        socket.send(Buffer.of(1))
        socket.send(byte(1, `got ${stdin}`))
        socket.send(byte(2, 'warned'))
        socket.send(byte(3, JSON.stringify(status)))
        socket.close(1000)
      })
    })
    const result = await client.exec(at, ['cat', '-'], { container: 'c', stdin: 'hello' })
    assert.deepEqual(result, { code, stdout: 'got hello', stderr: 'warned' })
  })
}

test('exec without stdin also accepts v4, and a cut connection is an error', async () => {
  sockets.once('connection', (socket, request) => {
    assert.equal(request.headers['sec-websocket-protocol'], 'v5.channel.k8s.io,v4.channel.k8s.io')
    socket.close(1011)
  })
  await assert.rejects(client.exec(at, ['true']), /ended before its command did/)
})

test('exec shows why it was refused', async (t) => {
  const refusing = createServer()
  refusing.on('upgrade', (_, socket) => {
    const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'pods "web" is forbidden' })
    socket.end(
      `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  })
  const other = await reach(t, refusing)
  await assert.rejects(clientOver(other).exec(at, ['true']), {
    reason: 'Forbidden',
    message: 'pods "web" is forbidden',
  })
})
