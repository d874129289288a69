import assert from 'node:assert/strict'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import type { Client } from '@sampan/client/client'
import { jsonLog } from '@sampan/kit/log'
import { conflict, unauthorized } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { integer, object, optional, text } from '@sampan/resources/schema'
import { json, redirect } from './answer.ts'
import { events } from './events.ts'
import { type Caller, type Route, route, socketRoute } from './route.ts'
import { createRouter } from './router.ts'
import { serve } from './serve.ts'

const people: Record<string, Caller> = {
  ana: { name: 'ana', groups: ['dev'], via: 'token' },
  bob: { name: 'bob', groups: [], via: 'token' },
}
const asked: string[] = []
const log: string[] = []
let streamEnded = false

const routes: Route[] = [
  route({
    method: 'GET',
    path: '/projects/:project/apps/:app',
    allow: { verb: 'get', on: app },
    handle: ({ params, user }) => ({ app: params.app, by: user.name }),
  }),
  route({
    method: 'POST',
    path: '/projects/:project/apps',
    allow: { verb: 'create', on: app, namespace: 'home-:project' },
    body: object({ name: text({ maxLength: 5 }), port: integer({ default: 80 }), note: optional(text()) }),
    bodyLimit: 200,
    handle: ({ body, params }) => ({ metadata: { name: body.name, namespace: params.project }, port: body.port }),
  }),
  route({ method: 'DELETE', path: '/mine', allow: 'signed-in', handle: () => undefined }),
  route({
    method: 'GET',
    path: '/login',
    allow: { anyone: 'says nothing' },
    handle: ({ user }) => ({ user: user?.name ?? null }),
  }),
  route({ method: 'GET', path: '/gone', allow: 'signed-in', handle: () => redirect('/login') }),
  route({
    method: 'GET',
    path: '/made',
    allow: 'signed-in',
    handle: () => json([1], { status: 202, headers: { 'x-a': 'b' } }),
  }),
  route({
    method: 'GET',
    path: '/taken',
    allow: 'signed-in',
    handle: () => {
      throw conflict({ plural: 'apps', group: 'sampan.dev' }, 'web')
    },
  }),
  route({
    method: 'GET',
    path: '/broken',
    allow: 'signed-in',
    handle: () => {
      throw new Error('password=hunter2')
    },
  }),
  route({
    method: 'GET',
    path: '/down',
    allow: 'signed-in',
    handle: () => {
      throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6443'), { code: 'ECONNREFUSED' })
    },
  }),
  route({
    method: 'GET',
    path: '/events',
    allow: 'signed-in',
    handle: ({ query, signal }) =>
      events(
        (async function* () {
          try {
            yield { event: 'hello', id: '1', data: { text: 'two\nlines' } }
            if (query.has('fail')) throw conflict({ plural: 'apps', group: '' }, 'web')
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
          } finally {
            streamEnded = true
          }
        })(),
      ),
  }),
]

const options = {
  routes,
  sockets: [
    socketRoute({
      path: '/projects/:project/shell',
      allow: { verb: 'update', on: app },
      handle: ({ socket, params }) => {
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n${params.project}:`,
        )
        socket.pipe(socket)
      },
    }),
  ],
  mounts: [
    {
      prefix: '/git/',
      handle: async (_: IncomingMessage, response: { end(text: string): unknown }) => void response.end('git'),
    },
  ],
  async identify(request: IncomingMessage): Promise<Caller | undefined> {
    if (request.headers.cookie === 's=ana') return { ...people.ana!, via: 'cookie' }
    const token = request.headers.authorization?.replace('Bearer ', '')
    if (!token) return undefined
    const caller = people[token]
    if (!caller) throw unauthorized()
    return caller
  },
  apiFor: (caller: Caller) => ({ as: caller.name }) as unknown as Client,
  async may(caller: Caller, right: { verb: string }, place: { namespace?: string; name?: string }) {
    asked.push([caller.name, right.verb, place.namespace, place.name].join(' '))
    return caller.name === 'ana'
  },
  log: jsonLog((line) => log.push(line)),
}

const served = await serve((closing) => createRouter({ ...options, closing }), { port: 0, host: '127.0.0.1' })
after(() => served.close(0))

interface Got {
  status: number
  headers: IncomingMessage['headers']
  text: string
}

interface Ask {
  method?: string
  path: string
  as?: string
  headers?: Record<string, string>
  body?: unknown
}

function ask({ method = 'GET', path, as, headers = {}, body }: Ask): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const call = httpRequest({
      port: served.port,
      host: '127.0.0.1',
      method,
      path,
      headers: {
        ...(as && { authorization: `Bearer ${as}` }),
        ...(sent && { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    call.once('error', reject)
    call.once('response', async (message) => {
      let text = ''
      for await (const chunk of message) text += chunk
      resolve({ status: message.statusCode!, headers: message.headers, text })
    })
    call.end(sent)
  })
}

const scenarios: (Ask & { name: string; status: number; want?: unknown; detail?: RegExp; asked?: string })[] = [
  {
    name: 'a right is asked for where the path says',
    path: '/projects/shop/apps/web',
    as: 'ana',
    status: 200,
    want: { app: 'web', by: 'ana' },
    asked: 'ana get shop web',
  },
  {
    name: 'without it: Forbidden, with the remedy',
    path: '/projects/shop/apps/web',
    as: 'bob',
    status: 403,
    detail: /^apps\.sampan\.dev "web" is forbidden: User "bob" cannot get resource "apps" in namespace "shop"; ask/,
  },
  { name: 'nobody: Unauthorized', path: '/projects/shop/apps/web', status: 401, detail: /^Unauthorized$/ },
  { name: 'a bad token is never anonymous', path: '/login', as: 'eve', status: 401 },
  { name: 'anyone', path: '/login', status: 200, want: { user: null } },
  {
    name: 'a new object is 201, defaults filled in',
    method: 'POST',
    path: '/projects/shop/apps',
    as: 'ana',
    body: { name: 'web' },
    status: 201,
    want: { metadata: { name: 'web', namespace: 'shop' }, port: 80 },
    asked: 'ana create home-shop ',
  },
  {
    name: 'a bad body names the fields',
    method: 'POST',
    path: '/projects/shop/apps',
    as: 'ana',
    body: { name: 'too-long', prot: 1 },
    status: 422,
    detail: /prot: Forbidden: unknown field/,
  },
  {
    name: 'no JSON',
    method: 'POST',
    path: '/projects/shop/apps',
    as: 'ana',
    body: '{',
    status: 400,
    detail: /not JSON/,
  },
  {
    name: 'another media type',
    method: 'POST',
    path: '/projects/shop/apps',
    as: 'ana',
    body: 'a=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
  },
  {
    name: 'too large a body',
    method: 'POST',
    path: '/projects/shop/apps',
    as: 'ana',
    body: { name: 'x'.repeat(300) },
    status: 413,
    detail: /larger than 200 bytes/,
  },
  { name: 'rights come before bodies', method: 'POST', path: '/projects/shop/apps', as: 'bob', body: '{', status: 403 },
  { name: 'nothing to say', method: 'DELETE', path: '/mine', as: 'ana', status: 204 },
  { name: 'a status of its own', path: '/made', as: 'ana', status: 202, want: [1] },
  { name: 'a redirect', path: '/gone', as: 'ana', status: 303 },
  { name: 'a refusal', path: '/taken', as: 'ana', status: 409, detail: /has been modified/ },
  {
    name: 'a defect tells nothing',
    path: '/broken',
    as: 'ana',
    status: 500,
    detail: /^Something went wrong inside Sampan\. The log has it under request test-request-1\.$/,
    headers: { 'x-request-id': 'test-request-1' },
  },
  { name: 'a cluster that is away', path: '/down', as: 'ana', status: 503, detail: /cannot be reached/ },
  { name: 'another method', method: 'PUT', path: '/mine', as: 'ana', status: 405, detail: /answers DELETE, not PUT/ },
  { name: 'an unknown path', path: '/nowhere', as: 'ana', status: 404 },
  { name: 'broken escapes', path: '/projects/%zz/apps/x', as: 'ana', status: 400 },
  {
    name: 'a cookie from another site',
    method: 'DELETE',
    path: '/mine',
    headers: { cookie: 's=ana', origin: 'http://evil' },
    status: 403,
    detail: /another site/,
  },
  { name: 'a cookie from nowhere', method: 'DELETE', path: '/mine', headers: { cookie: 's=ana' }, status: 403 },
  {
    name: 'a cookie from a sibling site',
    method: 'DELETE',
    path: '/mine',
    headers: { cookie: 's=ana', 'sec-fetch-site': 'same-site' },
    status: 403,
  },
  {
    name: 'a cookie from our page',
    method: 'DELETE',
    path: '/mine',
    headers: { cookie: 's=ana', 'sec-fetch-site': 'same-origin' },
    status: 204,
  },
  { name: 'reading by cookie', path: '/made', headers: { cookie: 's=ana' }, status: 202 },
]

for (const { name, status, want, detail, asked: question, ...call } of scenarios)
  test(`router: ${name}`, async () => {
    asked.length = 0
    const got = await ask(call)
    assert.equal(got.status, status, got.text)
    assert.match(got.headers['x-request-id'] as string, /^[\w-]{8,}$/)
    if (want) assert.deepEqual(JSON.parse(got.text), want)
    if (question) assert.deepEqual(asked, [question])
    if (status >= 400) {
      assert.equal(got.headers['content-type'], 'application/problem+json')
      const problem = JSON.parse(got.text)
      assert.deepEqual([problem.status, problem.instance], [status, got.headers['x-request-id']])
      if (detail) assert.match(problem.detail, detail)
    }
  })

test('a mount has its own rules', async () => {
  assert.equal((await ask({ path: '/git/shop/web.git/info/refs' })).text, 'git')
})

test('the log has the cause of a defect and no queries', async () => {
  log.length = 0
  await ask({ path: '/broken?token=secret', as: 'ana' })
  assert.match(log.join(''), /hunter2/)
  assert.doesNotMatch(log.join(''), /secret/)
})

test('events come at once and end when the reader goes', async () => {
  streamEnded = false
  const call = httpRequest({
    port: served.port,
    host: '127.0.0.1',
    path: '/events',
    headers: { authorization: 'Bearer ana' },
  })
  call.end()
  const message = await new Promise<IncomingMessage>((resolve) => call.once('response', resolve))
  assert.equal(message.headers['content-type'], 'text/event-stream')
  let seen = ''
  for await (const chunk of message) {
    seen += chunk
    if (seen.includes('data:')) break
  }
  assert.equal(seen, ': open\n\nevent: hello\nid: 1\ndata: {"text":"two\\nlines"}\n\n')
  while (!streamEnded) await new Promise(setImmediate)
})

test('a stream that fails says so', async () => {
  const { text } = await ask({ path: '/events?fail', as: 'ana' })
  assert.match(text, /event: error\ndata: .*"reason":"Conflict"/)
})

function upgrade(path: string, as?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'upgrade', upgrade: 'echo', ...(as && { authorization: `Bearer ${as}` }) }
    const call = httpRequest({ port: served.port, host: '127.0.0.1', path, headers })
    call.once('error', reject)
    call.once('response', async (message) => {
      let text = ''
      for await (const chunk of message) text += chunk
      resolve({ status: message.statusCode!, text })
    })
    call.once('upgrade', (message, socket, head) => {
      let text = head.toString()
      socket.on('data', (chunk) => {
        text += chunk
        if (text.endsWith('ping')) socket.end()
      })
      socket.once('close', () => resolve({ status: message.statusCode!, text }))
      socket.write('ping')
    })
    call.end()
  })
}

const upgrades = [
  { name: 'with the right', path: '/projects/shop/shell', as: 'ana', status: 101, text: /^shop:ping$/ },
  { name: 'without it', path: '/projects/shop/shell', as: 'bob', status: 403, text: /cannot update/ },
  { name: 'nobody', path: '/projects/shop/shell', status: 401, text: /Unauthorized/ },
  { name: 'elsewhere', path: '/made', as: 'ana', status: 404, text: /no stream/ },
]
for (const { name, path, as, status, text } of upgrades)
  test(`upgrade ${name}`, async () => {
    const got = await upgrade(path, as)
    assert.equal(got.status, status)
    assert.match(got.text, text)
  })

test('a route without allow stops the start', () => {
  const bare = { method: 'GET', path: '/open', handle: () => 1 } as unknown as Route
  assert.throws(() => createRouter({ ...options, routes: [bare] }), /route \/open does not say who may call it/)
  const lost = { ...bare, allow: { verb: 'get', on: app, namespace: ':team' } } as Route
  assert.throws(() => createRouter({ ...options, routes: [lost] }), /asks for a right at :team/)
  const unexplained = { ...bare, allow: { anyone: '' } } as Route
  assert.throws(() => createRouter({ ...options, routes: [unexplained] }), /does not say/)
})

test('closing cuts streams, so that nobody takes them as whole, and lets answers finish', async () => {
  const other = await serve((closing) => createRouter({ ...options, closing }), { port: 0, host: '127.0.0.1' })
  const call = httpRequest({
    port: other.port,
    host: '127.0.0.1',
    path: '/events',
    headers: { authorization: 'Bearer ana' },
  })
  call.end()
  const message = await new Promise<IncomingMessage>((resolve) => call.once('response', resolve))
  message.resume()
  const cut = new Promise((resolve) => message.once('error', resolve))
  await Promise.all([other.close(), cut])
  assert.equal(message.complete, false)
})
