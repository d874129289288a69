import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http'
import { connect as connectHttp2, createServer as createPlainServer } from 'node:http2'
import { request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Caches, caches as newCaches } from '@sampan/client/caches'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import { recorder as newRecorder, type Recorder } from '@sampan/control/events'
import { systemClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { runOrThrow } from '@sampan/kit/run'
import { event } from '@sampan/resources/core/event'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { ingress } from '@sampan/resources/networking/ingress'
import type { NetworkConfig } from '../network-config.ts'
import { podOf, serviceOf, sliceOf } from '../objects.ts'
import { type IngressController, ingressController } from './controller.ts'
import { selfSigned } from './default-certificate.ts'
import { type NginxLab, type NginxRun, nginxLab, noNginx } from './nginx-lab.ts'

const config: NetworkConfig = {
  bridge: 'none0',
  nftTable: 'none',
  podCIDR: '10.240.0.0/16',
  serviceCIDR: '10.241.0.0/16',
  clusterDomain: 'cluster.local',
  nodeIP: '172.31.9.1',
  nodeName: 'lab',
  dnsIP: '10.241.0.10',
  ports: { api: 6443, platform: 7070, registry: 5000, http: 80, https: 443 },
}

/** The whole way: objects in an API, through the controller, into a real nginx, to real servers. */
describe('Ingress', { skip: noNginx }, () => {
  let nginx: NginxLab
  let running: NginxRun
  let client: MemoryClient
  let caches: Caches
  let recorder: Recorder
  let controller: IngressController
  const servers: Server[] = []

  before(async () => {
    nginx = await nginxLab()
    client = memoryClient()
    caches = newCaches({ client })
    recorder = newRecorder({ client, log: silent, clock: systemClock })
    controller = await ingressController({
      client,
      caches,
      recorder,
      config,
      folder: nginx.folder,
      nginx: nginx.options,
      clock: systemClock,
      log: silent,
    })
    running = await nginx.run()
    await controller.settled()
  })
  after(async () => {
    await controller?.close()
    await recorder?.close()
    await caches?.close()
    for (const server of servers) server.close()
    for (const server of servers) server.closeAllConnections()
    await nginx?.close()
  })

  /** A server at an address of its own that answers with its name and what it was asked. */
  async function backend(name: string, ip: string, handler?: Parameters<typeof createServer>[1]): Promise<Server> {
    const server = createServer(
      handler ??
        ((asked, response) => {
          response.setHeader('x-asked', `${asked.method} ${asked.url}`)
          response.setHeader('x-got', JSON.stringify(asked.headers))
          response.end(name)
        }),
    ).listen(8080, ip)
    await once(server, 'listening')
    servers.push(server)
    return server
  }

  const app = async (name: string, ips: readonly string[]) => {
    await client.create(
      service,
      serviceOf(name, { clusterIP: `10.241.3.${ips.length}`, ports: [{ port: 80, name: 'http' }] }),
    )
    await client.create(endpointSlice, sliceOf(name, ips, [{ name: 'http', port: 8080 }]))
  }
  const point = async (name: string, ips: readonly string[]) =>
    client.update(endpointSlice, { ...sliceOf(name, ips, [{ name: 'http', port: 8080 }]) })

  type Rule = { host?: string; paths: [path: string, type: string, service: string][] }
  const route = (name: string, rules: Rule[], annotations: Record<string, string> = {}, more: object = {}) =>
    client.create(ingress, {
      metadata: {
        name,
        namespace: 'default',
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
        ),
      },
      spec: {
        rules: rules.map(({ host, paths }) => ({
          ...(host && { host }),
          http: {
            paths: paths.map(([path, pathType, name]) => ({
              path,
              pathType,
              backend: { service: { name, port: { name: 'http' } } },
            })),
          },
        })),
        ...more,
      },
    })

  interface Asked {
    status: number
    body: string
    headers: IncomingMessage['headers']
    asked: string
    got: Record<string, string>
  }
  function ask(
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: string; secure?: boolean; agent?: Agent } = {},
  ): Promise<Asked> {
    const { host, pathname, search } = new URL(url)
    return new Promise((resolve, reject) => {
      const given = {
        host: '127.0.0.1',
        port: options.secure ? nginx.https : nginx.http,
        path: pathname + search,
        method: options.method ?? 'GET',
        headers: { host, ...options.headers },
        ...(options.agent && { agent: options.agent }),
      }
      const asked = (
        options.secure ? secureRequest({ ...given, servername: host, rejectUnauthorized: false }) : request(given)
      ).on('response', (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            body,
            headers: response.headers,
            asked: String(response.headers['x-asked']),
            got: JSON.parse(String(response.headers['x-got'] ?? '{}')),
          }),
        )
      })
      asked.on('error', reject)
      asked.end(options.body)
    })
  }
  const eventsOf = async (name: string) => {
    await recorder.idle()
    return (await client.list(event)).items
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`)
  }

  test('an unknown host gets 404, in words', async () => {
    const { status, body } = await ask('http://nobody.example/')
    assert.deepEqual([status, body], [404, '404 No app answers at this address.\n'])
  })

  test('hosts and paths lead to their services', async () => {
    await backend('one', '127.0.7.1')
    await backend('two', '127.0.7.2')
    await app('one', ['127.0.7.1'])
    await app('two', ['127.0.7.2'])
    await route('paths', [
      {
        host: 'paths.example',
        paths: [
          ['/', 'Prefix', 'one'],
          ['/two', 'Prefix', 'two'],
          ['/exact', 'Exact', 'two'],
        ],
      },
      { host: '*.wild.example', paths: [['/', 'Prefix', 'two']] },
    ])
    await controller.settled()
    const cases: [string, number, string][] = [
      ['http://paths.example/', 200, 'one'],
      ['http://paths.example/two', 200, 'two'],
      ['http://paths.example/two/', 200, 'two'],
      ['http://paths.example/two/three?x=1', 200, 'two'],
      ['http://paths.example/twofold', 200, 'one'],
      ['http://paths.example/exact', 200, 'two'],
      ['http://paths.example/exact/', 200, 'one'],
      ['http://a.wild.example/', 200, 'two'],
      ['http://a.b.wild.example/', 404, '404 No app answers at this address.\n'],
      ['http://wild.example/', 404, '404 No app answers at this address.\n'],
    ]
    for (const [url, status, body] of cases) {
      const answer = await ask(url)
      assert.deepEqual([answer.status, answer.body], [status, body], url)
    }
    const written = await client.get(ingress, { namespace: 'default', name: 'paths' })
    assert.deepEqual(written.status?.loadBalancer, { ingress: [{ ip: '172.31.9.1' }] })
  })

  test('the app sees the request as it was, and who sent it', async () => {
    const { got, asked } = await ask('http://paths.example/two/%2e%2F?a=%20b', {
      headers: { 'x-forwarded-for': '6.6.6.6' },
    })
    assert.equal(asked, 'GET /two/%2e%2F?a=%20b')
    assert.equal(got.host, 'paths.example')
    assert.equal(got['x-forwarded-for'], '127.0.0.1')
    assert.equal(got['x-forwarded-proto'], 'http')
    assert.equal(got['x-forwarded-host'], 'paths.example')
    assert.match(got['x-request-id']!, /^[0-9.]+-\d+-\d+-\d+$/)
  })

  test('no ready endpoint: 503; a new endpoint is used within 100 ms, without a reload', async () => {
    await point('one', [])
    await controller.settled()
    const { status, body } = await ask('http://paths.example/')
    assert.deepEqual([status, body], [503, '503 The app is known, but no instance of it is ready.\n'])
    await point('one', ['127.0.7.1'])
    const began = performance.now()
    while ((await ask('http://paths.example/')).status !== 200) await pause(2)
    assert.ok(performance.now() - began < 100, `took ${performance.now() - began} ms`)
  })

  test('a pod that is deleted gets nothing more, before its slice says so', async () => {
    const pods = ['127.0.7.1', '127.0.7.2'].map((ip, index) => client.seed(pod, podOf(`pod-${index}`, ip)))
    const slice = sliceOf(
      'one',
      pods.map(({ metadata, status }) => ({ ip: status!.podIP!, pod: metadata.name })),
      [{ name: 'http', port: 8080 }],
    )
    for (const [index, one] of slice.endpoints!.entries()) one.targetRef!.uid = pods[index]!.metadata.uid!
    await client.update(endpointSlice, slice)
    await controller.settled()
    const seen = async () => {
      const bodies = new Set<string>()
      for (let i = 0; i < 12; i++) bodies.add((await ask('http://paths.example/')).body)
      return [...bodies].sort().join()
    }
    assert.equal(await seen(), 'one,two')
    await client.remove(pod, { namespace: 'default', name: 'pod-1' })
    await pause(30)
    assert.equal(await seen(), 'one')
    await point('one', ['127.0.7.1'])
  })

  test('a dead endpoint is passed over, for POST too', async () => {
    await point('one', ['127.0.7.1', '127.0.7.66', '127.0.7.67'])
    await controller.settled()
    for (let i = 0; i < 12; i++) {
      const { status, body } = await ask('http://paths.example/', i % 2 ? { method: 'POST', body: 'x' } : {})
      assert.deepEqual([status, body], [200, 'one'])
    }
    await point('one', ['127.0.7.1'])
  })

  test('TLS: the certificate of the name, a redirect from http, and a default certificate', async () => {
    const { cert, key } = await selfSigned(new Date())
    await client.create(secret, {
      metadata: { name: 'cert', namespace: 'default' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': Buffer.from(cert).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') },
    })
    await route(
      'tls',
      [{ host: 'safe.example', paths: [['/', 'Prefix', 'one']] }],
      {},
      {
        tls: [{ hosts: ['safe.example'], secretName: 'cert' }],
      },
    )
    await controller.settled()
    const plain = await ask('http://safe.example/x?y=1')
    assert.deepEqual([plain.status, plain.headers.location], [308, `https://safe.example:${nginx.https}/x?y=1`])
    const { status, got } = await ask('https://safe.example/', { secure: true })
    assert.deepEqual([status, got['x-forwarded-proto']], [200, 'https'])
    assert.equal(await certificateOf(nginx.https, 'safe.example'), cert.replaceAll(/\s/g, ''))
    assert.notEqual(await certificateOf(nginx.https, 'other.example'), cert.replaceAll(/\s/g, ''))
    assert.equal((await ask('https://paths.example/', { secure: true })).status, 200)
  })

  test('a bad annotation is left out and told, its neighbours hold, and nobody else notices', async () => {
    await route('bad', [{ host: 'bad.example', paths: [['/', 'Prefix', 'two']] }], {
      'proxy-body-size': 'very big',
      'configuration-snippet': 'return 200 "mine";',
      'app-root': '/home',
    })
    await controller.settled()
    assert.equal((await ask('http://bad.example/')).headers.location, '/home')
    assert.equal((await ask('http://bad.example/x')).body, 'two')
    assert.equal((await ask('http://paths.example/')).body, 'one')
    const told = await eventsOf('bad')
    assert.ok(
      told.some((one) => one.includes('proxy-body-size is left out: "very big" is no size')),
      told.join(),
    )
    assert.ok(
      told.some((one) => one.includes('configuration-snippet is left out')),
      told.join(),
    )
  })

  const options: {
    name: string
    annotations: Record<string, string>
    url?: string
    asked?: Parameters<typeof ask>[1]
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
      annotations: { 'auth-url': 'http://127.0.7.9:8080/yes', 'auth-response-headers': 'X-User' },
      want: { status: 200, got: { 'x-user': 'ann' } },
    },
    { name: 'auth-url that does not', annotations: { 'auth-url': 'http://127.0.7.9:8080/no' }, want: { status: 401 } },
    {
      name: 'auth-url with a place to sign in',
      annotations: { 'auth-url': 'http://127.0.7.9:8080/no', 'auth-signin': 'https://login.example/' },
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
    await backend('auth', '127.0.7.9', (asked, response) => {
      response.setHeader('x-user', 'ann')
      response.statusCode = asked.url === '/yes' ? 200 : 401
      response.end()
    })
    await client.create(secret, {
      metadata: { name: 'people', namespace: 'default' },
      data: {
        auth: Buffer.from(`ann:{SHA}${createHash('sha1').update('secret').digest('base64')}\n`).toString('base64'),
      },
    })
    // The ClusterIP of the last row leads nowhere: one that refuses shows that it was asked.
    await client.create(service, serviceOf('vip', { clusterIP: '127.0.7.250', ports: [{ port: 80, name: 'http' }] }))
    for (const [index, { annotations, path, name }] of options.entries())
      await route(
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
    await controller.settled()
    for (const [index, { name, url = '/', asked, want }] of options.entries())
      await t.test(name, async () => {
        const answer = await ask(`http://option-${index}.example${url}`, asked)
        if (want.status) assert.equal(answer.status, want.status, answer.body)
        if (want.asked) assert.equal(answer.asked, want.asked)
        for (const [header, value] of Object.entries(want.headers ?? {})) assert.equal(answer.headers[header], value)
        for (const [header, value] of Object.entries(want.got ?? {})) assert.equal(answer.got[header], value)
      })
  })

  test('rate limits let a burst through, then refuse', async () => {
    await route('limited', [{ host: 'limited.example', paths: [['/', 'Prefix', 'one']] }], {
      'limit-rps': '2',
      'limit-burst-multiplier': '3',
    })
    await controller.settled()
    const got = await Promise.all(Array.from({ length: 20 }, () => ask('http://limited.example/')))
    const passed = got.filter(({ status }) => status === 200).length
    assert.ok(passed >= 6 && passed <= 9, `${passed} of 20 passed`)
    assert.equal(got.filter(({ status }) => status === 429).length, 20 - passed)
  })

  test('affinity keeps a client at its endpoint', async () => {
    await app('pair', ['127.0.7.1', '127.0.7.2'])
    await route('sticky', [{ host: 'sticky.example', paths: [['/', 'Prefix', 'pair']] }], { affinity: 'cookie' })
    await controller.settled()
    const seen = new Set<string>()
    for (let client = 0; client < 8; client++) {
      const first = await ask('http://sticky.example/')
      const cookie = first.headers['set-cookie']![0]!.split(';')[0]!
      seen.add(first.body)
      for (let i = 0; i < 6; i++)
        assert.equal((await ask('http://sticky.example/', { headers: { cookie } })).body, first.body)
    }
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })

  test('a canary takes what its header, cookie or weight says', async () => {
    const rules = (name: string): Rule[] => [{ host: 'canary.example', paths: [['/', 'Prefix', name]] }]
    await route('main', rules('one'))
    await route('canary', rules('two'), {
      canary: 'true',
      'canary-by-header': 'X-New',
      'canary-by-cookie': 'new',
      'canary-weight': '50',
    })
    await controller.settled()
    const who = async (headers: Record<string, string>) => (await ask('http://canary.example/', { headers })).body
    assert.equal(await who({ 'x-new': 'always' }), 'two')
    assert.equal(await who({ 'x-new': 'never' }), 'one')
    assert.equal(await who({ cookie: 'new=always' }), 'two')
    const seen = new Set(await Promise.all(Array.from({ length: 40 }, () => who({}))))
    assert.deepEqual([...seen].sort(), ['one', 'two'])
  })

  test('WebSockets pass', async () => {
    const server = await backend('socket', '127.0.7.3')
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
      socket.pipe(socket)
    })
    await app('socket', ['127.0.7.3'])
    await route('socket', [{ host: 'socket.example', paths: [['/', 'Prefix', 'socket']] }])
    await controller.settled()
    const asked = request({
      host: '127.0.0.1',
      port: nginx.http,
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
    const inner = createPlainServer().listen(8080, '127.0.7.4')
    await once(inner, 'listening')
    inner.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-path': String(headers[':path']) }))
      stream.end('reply')
    })
    await app('rpc', ['127.0.7.4'])
    await route('rpc', [{ host: 'rpc.example', paths: [['/', 'Prefix', 'rpc']] }], { 'backend-protocol': 'GRPC' })
    await controller.settled()
    const session = connectHttp2(`https://127.0.0.1:${nginx.https}`, {
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

  test('nginx that starts anew has everything at once, also while the engine is away', async () => {
    await pause(300)
    await running.kill()
    running = await nginx.run()
    assert.equal((await ask('http://paths.example/two')).body, 'two')
    await point('two', ['127.0.7.1'])
    for (let i = 0; (await ask('http://paths.example/two')).body !== 'one'; i++) {
      assert.ok(i < 300, 'the new nginx never hears of the change')
      await pause(10)
    }
    await point('two', ['127.0.7.2'])
    await controller.settled()
  })

  test('not one request fails while endpoints come and go and nginx is replaced', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 })
    let done = false
    let count = 0
    const failures: string[] = []
    const load = Array.from({ length: 8 }, async (_, index) => {
      while (!done) {
        try {
          const { status } = await ask(
            'http://paths.example/',
            index % 2 ? { method: 'POST', body: 'x', agent } : { agent },
          )
          if (status !== 200) failures.push(`${status}`)
        } catch (error) {
          failures.push((error as Error).message)
        }
        count++
      }
    })
    const flap = async (times: number) => {
      for (let i = 0; i < times; i++) {
        await point('one', i % 2 ? ['127.0.7.1'] : ['127.0.7.2', '127.0.7.99'])
        await pause(40)
      }
    }
    await flap(20)
    const next = await nginx.run('next')
    await flap(5)
    const [before] = await sysctl()
    await sysctl('net.ipv4.tcp_migrate_req=1') // as on every host of ours
    await running.stop()
    await sysctl(`net.ipv4.tcp_migrate_req=${before}`)
    running = next
    await flap(10)
    done = true
    await Promise.all(load)
    agent.destroy()
    assert.deepEqual(failures.slice(0, 5), [], `${failures.length} of ${count} requests`)
    assert.ok(count > 200)
  })
})

async function sysctl(setting?: string): Promise<string[]> {
  const args = setting ? ['-q', '-w', setting] : ['-n', 'net.ipv4.tcp_migrate_req']
  return (await runOrThrow('sysctl', args)).trim().split('\n')
}

async function certificateOf(port: number, servername: string): Promise<string> {
  const { connect } = await import('node:tls')
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const raw = socket.getPeerCertificate().raw.toString('base64')
  socket.destroy()
  return `-----BEGINCERTIFICATE-----${raw}-----ENDCERTIFICATE-----`
}
