import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectHttp2, createServer as createPlainServer } from 'node:http2'
import type { Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type ConfigMap, configMap } from '@sampan/resources/core/config-map'
import { secret } from '@sampan/resources/core/secret'
import { service } from '@sampan/resources/core/service'
import { serviceOf } from '../objects.ts'
import { type Asked, type Asking, type IngressLab, ingressLab, type Rule } from './ingress-lab.ts'
import { noNginx } from './nginx-lab.ts'

describe('Ingress annotations', { skip: noNginx }, () => {
  let lab: IngressLab

  before(async () => {
    lab = await ingressLab()
    await lab.nginx.run()
    await lab.controller.settled()
    await lab.backend('one', '127.0.8.1')
    await lab.backend('two', '127.0.8.2')
    await lab.app('one', ['127.0.8.1'])
    await lab.app('two', ['127.0.8.2'])
  })
  after(() => lab?.close())

  const options: {
    name: string
    annotations: Record<string, string>
    url?: string
    asked?: Asking
    path?: [string, string]
    /** Members of the answer that must be so. */
    want: Partial<Pick<Asked, 'status' | 'body' | 'asked'>> & {
      headers?: Record<string, string | undefined>
      got?: object
    }
  }[] = [
    {
      name: 'rewrite-target with captures',
      annotations: { 'rewrite-target': '/$2', 'use-regex': 'true' },
      path: ['/api(/|$)(.*)', 'ImplementationSpecific'],
      url: '/api/v1/things?x=1',
      want: { status: 200, asked: 'GET /v1/things?x=1' },
    },
    { name: 'rewrite-target', annotations: { 'rewrite-target': '/' }, url: '/a/b', want: { asked: 'GET /' } },
    {
      name: 'auth-tls-secret: nobody gets in without the check it asks for',
      annotations: { 'auth-tls-secret': 'default/ca', 'auth-tls-verify-client': 'on' },
      want: { status: 403 },
    },
    {
      name: 'a method that is not GET, without wishes',
      annotations: {},
      asked: { method: 'DELETE' },
      url: '/x',
      want: { status: 200, asked: 'DELETE /x' },
    },
    {
      name: 'a method nobody knows, without wishes',
      annotations: {},
      asked: { method: 'PURGE' },
      url: '/x',
      want: { status: 200, asked: 'PURGE /x' },
    },
    { name: 'app-root', annotations: { 'app-root': '/start' }, want: { status: 302, headers: { location: '/start' } } },
    {
      name: 'permanent-redirect',
      annotations: { 'permanent-redirect': 'https://elsewhere.example/', 'permanent-redirect-code': '308' },
      url: '/x',
      want: { status: 308, headers: { location: 'https://elsewhere.example/' } },
    },
    { name: 'force-ssl-redirect', annotations: { 'force-ssl-redirect': 'true' }, want: { status: 308 } },
    {
      name: 'whitelist-source-range that fits',
      annotations: { 'whitelist-source-range': '10.0.0.0/8, 127.0.0.0/30' },
      want: { status: 200 },
    },
    {
      name: 'whitelist-source-range that does not',
      annotations: { 'whitelist-source-range': '10.0.0.0/8' },
      want: { status: 403 },
    },
    {
      name: 'a whitelist of mistakes lets nobody in',
      annotations: { 'whitelist-source-range': 'home' },
      want: { status: 403 },
    },
    { name: 'denylist-source-range', annotations: { 'denylist-source-range': '127.0.0.1' }, want: { status: 403 } },
    {
      name: 'proxy-body-size by length',
      annotations: { 'proxy-body-size': '1k' },
      asked: { method: 'POST', body: 'x'.repeat(1025) },
      want: { status: 413 },
    },
    {
      name: 'proxy-body-size of a body that fits',
      annotations: { 'proxy-body-size': '1k' },
      asked: { method: 'POST', body: 'x'.repeat(1024) },
      want: { status: 200 },
    },
    {
      name: 'proxy-body-size of a body without length',
      annotations: { 'proxy-body-size': '1k' },
      asked: { method: 'POST', body: 'x'.repeat(1025), headers: { 'transfer-encoding': 'chunked' } },
      want: { status: 413 },
    },
    {
      name: 'upstream-vhost',
      annotations: { 'upstream-vhost': 'inner.example' },
      want: { got: { host: 'inner.example' } },
    },
    {
      name: 'x-forwarded-prefix',
      annotations: { 'x-forwarded-prefix': '/api' },
      want: { got: { 'x-forwarded-prefix': '/api' } },
    },
    { name: 'proxy-buffering', annotations: { 'proxy-buffering': 'on' }, want: { status: 200 } },
    { name: 'proxy-request-buffering', annotations: { 'proxy-request-buffering': 'off' }, want: { status: 200 } },
    {
      name: 'timeouts',
      annotations: { 'proxy-read-timeout': '30', 'proxy-connect-timeout': '2' },
      want: { status: 200 },
    },
    {
      name: 'CORS',
      annotations: { 'enable-cors': 'true', 'cors-allow-origin': 'https://*.friend.example, https://other.example' },
      asked: { headers: { origin: 'https://a.friend.example' } },
      want: {
        status: 200,
        headers: {
          'access-control-allow-origin': 'https://a.friend.example',
          'access-control-allow-credentials': 'true',
        },
      },
    },
    {
      name: 'CORS for a stranger',
      annotations: { 'enable-cors': 'true', 'cors-allow-origin': 'https://other.example' },
      asked: { headers: { origin: 'https://evil.example' } },
      want: { status: 200, headers: { 'access-control-allow-origin': undefined } },
    },
    {
      name: 'CORS preflight',
      annotations: { 'enable-cors': 'true' },
      asked: { method: 'OPTIONS', headers: { origin: 'https://a.example' } },
      want: { status: 204, headers: { 'access-control-allow-methods': 'GET, PUT, POST, DELETE, PATCH, OPTIONS' } },
    },
    {
      name: 'auth-basic without a password',
      annotations: { 'auth-type': 'basic', 'auth-secret': 'people', 'auth-realm': 'Staff only' },
      want: { status: 401, headers: { 'www-authenticate': 'Basic realm="Staff only"' } },
    },
    {
      name: 'auth-basic with the right one',
      annotations: { 'auth-type': 'basic', 'auth-secret': 'people' },
      asked: { headers: { authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` } },
      want: { status: 200 },
    },
    {
      name: 'auth-basic whose Secret is missing',
      annotations: { 'auth-type': 'basic', 'auth-secret': 'nobody' },
      asked: { headers: { authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` } },
      want: { status: 401 },
    },
    {
      name: 'auth-url that lets in, and says who it is',
      annotations: { 'auth-url': 'http://127.0.8.9:8080/yes', 'auth-response-headers': 'X-User' },
      want: { status: 200, got: { 'x-user': 'ann' } },
    },
    { name: 'auth-url that does not', annotations: { 'auth-url': 'http://127.0.8.9:8080/no' }, want: { status: 401 } },
    {
      name: 'auth-url with a place to sign in',
      annotations: { 'auth-url': 'http://127.0.8.9:8080/no', 'auth-signin': 'https://login.example/' },
      want: { status: 302 },
    },
    {
      name: 'affinity',
      annotations: { affinity: 'cookie', 'session-cookie-name': 'stick', 'session-cookie-path': '/' },
      want: { status: 200 },
    },
    { name: 'service-upstream', annotations: { 'service-upstream': 'true' }, want: { status: 502 } },
  ]

  test('annotations', async (t) => {
    await lab.backend('auth', '127.0.8.9', (asked, response) => {
      response.setHeader('x-user', 'ann')
      response.statusCode = asked.url === '/yes' ? 200 : 401
      response.end()
    })
    await lab.client.create(secret, {
      metadata: { name: 'people', namespace: 'default' },
      data: {
        auth: Buffer.from(`ann:{SHA}${createHash('sha1').update('secret').digest('base64')}\n`).toString('base64'),
      },
    })
    // The ClusterIP of the last row leads nowhere: one that refuses shows that it was asked.
    await lab.client.create(
      service,
      serviceOf('vip', { clusterIP: '127.0.8.250', ports: [{ port: 80, name: 'http' }] }),
    )
    for (const [index, { annotations, path, name }] of options.entries())
      await lab.route(
        `option-${index}`,
        [
          {
            host: `option-${index}.example`,
            paths: [
              [...(path ?? ['/', 'Prefix']), name === 'service-upstream' ? 'vip' : 'one'] as [string, string, string],
            ],
          },
        ],
        annotations,
      )
    await lab.controller.settled()
    for (const [index, { name, url = '/', asked, want }] of options.entries())
      await t.test(name, async () => {
        const answer = await lab.ask(`http://option-${index}.example${url}`, asked)
        if (want.status) assert.equal(answer.status, want.status, answer.body)
        if (want.asked) assert.equal(answer.asked, want.asked)
        for (const [header, value] of Object.entries(want.headers ?? {})) assert.equal(answer.headers[header], value)
        for (const [header, value] of Object.entries(want.got ?? {})) assert.equal(answer.got[header], value)
      })
  })

  test('rate limits let a burst through, then refuse', async () => {
    await lab.route('limited', [{ host: 'limited.example', paths: [['/', 'Prefix', 'one']] }], {
      'limit-rps': '2',
      'limit-burst-multiplier': '3',
    })
    await lab.controller.settled()
    const got = await Promise.all(Array.from({ length: 20 }, () => lab.ask('http://limited.example/')))
    const passed = got.filter(({ status }) => status === 200).length
    assert.ok(passed >= 6 && passed <= 9, `${passed} of 20 passed`)
    assert.equal(got.filter(({ status }) => status === 429).length, 20 - passed)
  })

  test('limit-connections counts what is under way, and gives it back', async () => {
    const held: (() => void)[] = []
    await lab.backend('slow', '127.0.8.5', (_asked, response) => {
      held.push(() => response.end('slow'))
    })
    await lab.app('slow', ['127.0.8.5'])
    await lab.route('counted', [{ host: 'counted.example', paths: [['/', 'Prefix', 'slow']] }], {
      'limit-connections': '2',
    })
    await lab.controller.settled()
    for (const method of ['GET', 'POST']) {
      const two = [0, 1].map(() => lab.ask('http://counted.example/', { method }))
      while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
      assert.equal((await lab.ask('http://counted.example/', { method })).status, 429)
      for (const free of held.splice(0)) free()
      assert.deepEqual(
        (await Promise.all(two)).map(({ status }) => status),
        [200, 200],
      )
    }
    const third = lab.ask('http://counted.example/')
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 10))
    held.splice(0)[0]!()
    assert.equal((await third).status, 200)
  })

  test('limits do not count those on the allow list', async () => {
    await lab.route('free', [{ host: 'free.example', paths: [['/', 'Prefix', 'one']] }], {
      'limit-rps': '1',
      'limit-burst-multiplier': '1',
      'limit-whitelist': '127.0.0.0/8',
    })
    await lab.controller.settled()
    const got = await Promise.all(Array.from({ length: 20 }, () => lab.ask('http://free.example/')))
    assert.ok(got.every(({ status }) => status === 200))
  })

  test('custom-headers come from a ConfigMap, follow it, and are never more than headers', async () => {
    const metadata = { name: 'more-headers', namespace: 'default' }
    await lab.client.create(configMap, {
      metadata,
      data: { 'X-Frame-Options': 'DENY', 'Content-Length': '3', 'X-Bad': 'a\nSet-Cookie: x', 'X-Team': ' blue: 1 ' },
    } as ConfigMap)
    await lab.route('more', [{ host: 'more.example', paths: [['/', 'Prefix', 'one']] }], {
      'custom-headers': 'default/more-headers',
    })
    await lab.route('more2', [{ host: 'more2.example', paths: [['/', 'Prefix', 'one']] }], {
      'custom-headers': 'elsewhere/more-headers',
    })
    await lab.route('more3', [{ host: 'more3.example', paths: [['/', 'Prefix', 'one']] }], {
      'custom-headers': 'default/more-headers',
      'proxy-buffering': 'on',
    })
    await lab.controller.settled()
    for (const host of ['more.example', 'more3.example']) {
      const { headers, body } = await lab.ask(`http://${host}/`)
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.equal(headers['x-team'], 'blue: 1')
      assert.equal(headers['x-bad'], undefined)
      assert.equal(headers['set-cookie'], undefined)
      assert.equal(body, 'one')
    }
    assert.equal((await lab.ask('http://more2.example/')).headers['x-frame-options'], undefined)
    assert.match((await lab.eventsOf('more')).join(), /"Content-Length" .* cannot be sent/)
    assert.match((await lab.eventsOf('more2')).join(), /in the namespace of the Ingress/)
    await lab.client.patch(configMap, metadata, { data: { 'X-Frame-Options': 'SAMEORIGIN' } }, { type: 'merge' })
    await lab.controller.settled()
    assert.equal((await lab.ask('http://more.example/')).headers['x-frame-options'], 'SAMEORIGIN')
  })

  test('from-to-www-redirect sends people to the name that is there, and takes no name from others', async () => {
    const on = { 'from-to-www-redirect': 'true' }
    await lab.route('bare', [{ host: 'bare.example', paths: [['/', 'Prefix', 'one']] }], on)
    await lab.route('www', [{ host: 'www.full.example', paths: [['/', 'Prefix', 'two']] }], on)
    await lab.route('own', [{ host: 'both.example', paths: [['/', 'Prefix', 'one']] }], on)
    await lab.route('own-www', [{ host: 'www.both.example', paths: [['/', 'Prefix', 'two']] }])
    await lab.controller.settled()
    for (const method of ['GET', 'POST']) {
      const moved = await lab.ask('http://www.bare.example/a?b=c', { method })
      assert.deepEqual([moved.status, moved.headers.location], [308, 'http://bare.example/a?b=c'])
    }
    const moved = await lab.ask('https://full.example/', { secure: true })
    assert.deepEqual([moved.status, moved.headers.location], [308, 'https://www.full.example/'])
    assert.equal((await lab.ask('http://bare.example/')).body, 'one')
    assert.equal((await lab.ask('http://www.both.example/')).body, 'two')
  })

  test('default-backend answers while the Service has nothing ready, also when it comes later', async () => {
    await lab.app('empty', [])
    await lab.route('fallback', [{ host: 'fallback.example', paths: [['/', 'Prefix', 'empty']] }], {
      'default-backend': 'sorry',
    })
    await lab.controller.settled()
    assert.equal((await lab.ask('http://fallback.example/')).status, 503)
    await lab.backend('sorry', '127.0.8.6')
    await lab.app('sorry', ['127.0.8.6'])
    await lab.controller.settled()
    assert.equal((await lab.ask('http://fallback.example/x')).body, 'sorry')
    await lab.point('empty', ['127.0.8.1'])
    await lab.controller.settled()
    assert.equal((await lab.ask('http://fallback.example/x')).body, 'one')
  })

  test('proxy-next-upstream-tries holds', async () => {
    await lab.app('holes', ['127.0.9.1', '127.0.9.2', '127.0.9.3', '127.0.8.1'])
    await lab.route('once', [{ host: 'once.example', paths: [['/', 'Prefix', 'holes']] }], {
      'proxy-next-upstream': 'off',
    })
    await lab.route('often', [{ host: 'often.example', paths: [['/', 'Prefix', 'holes']] }])
    await lab.controller.settled()
    const statuses = async (host: string) => {
      const got = []
      for (let i = 0; i < 12; i++) got.push((await lab.ask(`http://${host}/`)).status)
      return got
    }
    assert.ok((await statuses('often.example')).every((status) => status === 200))
    await new Promise((resolve) => setTimeout(resolve, 1100)) // what failed is forgotten
    assert.ok((await statuses('once.example')).includes(502))
  })

  test('affinity keeps a client at its endpoint', async () => {
    await lab.app('pair', ['127.0.8.1', '127.0.8.2'])
    await lab.route('sticky', [{ host: 'sticky.example', paths: [['/', 'Prefix', 'pair']] }], { affinity: 'cookie' })
    await lab.controller.settled()
    const seen = new Set<string>()
    for (let client = 0; client < 24; client++) {
      const first = await lab.ask('http://sticky.example/')
      const cookie = first.headers['set-cookie']![0]!.split(';')[0]!
      seen.add(first.body)
      for (let i = 0; i < 3; i++)
        assert.equal((await lab.ask('http://sticky.example/', { headers: { cookie } })).body, first.body)
    }
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })

  test('a canary takes what its header, cookie or weight says', async () => {
    const rules = (name: string): Rule[] => [{ host: 'canary.example', paths: [['/', 'Prefix', name]] }]
    await lab.route('main', rules('one'))
    await lab.route('canary', rules('two'), {
      canary: 'true',
      'canary-by-header': 'X-New',
      'canary-by-cookie': 'new',
      'canary-weight': '50',
    })
    await lab.controller.settled()
    const who = async (headers: Record<string, string>) => (await lab.ask('http://canary.example/', { headers })).body
    assert.equal(await who({ 'x-new': 'always' }), 'two')
    assert.equal(await who({ 'x-new': 'never' }), 'one')
    assert.equal(await who({ cookie: 'new=always' }), 'two')
    const seen = new Set(await Promise.all(Array.from({ length: 40 }, () => who({}))))
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })

  test('WebSockets pass', async () => {
    const server = await lab.backend('socket', '127.0.8.3')
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
      socket.pipe(socket)
    })
    await lab.app('socket', ['127.0.8.3'])
    await lab.route('socket', [{ host: 'socket.example', paths: [['/', 'Prefix', 'socket']] }])
    await lab.controller.settled()
    const asked = request({
      host: '127.0.0.1',
      port: lab.nginx.http,
      headers: { host: 'socket.example', connection: 'Upgrade', upgrade: 'echo' },
    })
    asked.end()
    const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket]
    socket.write('hello')
    const [echo] = await once(socket, 'data')
    assert.equal(String(echo), 'hello')
    socket.destroy()
  })

  test('HTTP/2 to the client, and gRPC-like HTTP/2 to the app', async () => {
    const inner = createPlainServer().listen(8080, '127.0.8.4')
    await once(inner, 'listening')
    inner.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-path': String(headers[':path']) }))
      stream.end('reply')
    })
    await lab.app('rpc', ['127.0.8.4'])
    await lab.route('rpc', [{ host: 'rpc.example', paths: [['/', 'Prefix', 'rpc']] }], { 'backend-protocol': 'GRPC' })
    await lab.controller.settled()
    const session = connectHttp2(`https://127.0.0.1:${lab.nginx.https}`, {
      servername: 'rpc.example',
      rejectUnauthorized: false,
    })
    const stream = session.request({
      ':method': 'POST',
      ':path': '/pkg.Service/Call',
      ':authority': 'rpc.example',
      te: 'trailers',
      'content-type': 'application/grpc',
    })
    stream.end('ask')
    let trailers: Record<string, unknown> = {}
    stream.on('trailers', (given) => {
      trailers = given
    })
    let body = ''
    for await (const chunk of stream.setEncoding('utf8')) body += chunk
    assert.deepEqual([body, trailers['grpc-status'], trailers['x-path']], ['reply', '0', '/pkg.Service/Call'])
    session.close()
    inner.close()
  })

  test('HTTP/2 bodies without a length are measured too', async () => {
    await lab.route('body2', [{ host: 'body2.example', paths: [['/', 'Prefix', 'one']] }], { 'proxy-body-size': '1k' })
    await lab.controller.settled()
    const session = connectHttp2(`https://127.0.0.1:${lab.nginx.https}`, { rejectUnauthorized: false })
    for (const [size, status] of [
      [100, 200],
      [5000, 413],
    ] as const) {
      const stream = session.request({ ':method': 'POST', ':authority': 'body2.example' })
      stream.end('x'.repeat(size))
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      assert.equal(headers[':status'], status, `${size} bytes`)
      stream.resume()
    }
    session.close()
  })

  test('HTTP/2 with external authentication', async () => {
    await lab.route('ask2', [{ host: 'ask2.example', paths: [['/', 'Prefix', 'one']] }], {
      'auth-url': 'http://127.0.8.9:8080/yes',
    })
    await lab.controller.settled()
    const session = connectHttp2(`https://127.0.0.1:${lab.nginx.https}`, { rejectUnauthorized: false })
    for (const method of ['GET', 'POST']) {
      const stream = session.request({ ':method': method, ':authority': 'ask2.example' })
      stream.end(method === 'POST' ? 'x' : undefined)
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      assert.equal(headers[':status'], 200, method)
      stream.resume()
    }
    session.close()
  })
})
