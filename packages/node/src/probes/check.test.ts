import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { after, test } from 'node:test'
import type { Cri } from '../cri/client.ts'
import { container } from '../pod/fixtures.ts'
import { check, httpTarget } from './check.ts'

const web: Server = createServer((request, response) => {
  const { url = '' } = request
  if (url === '/slow') return
  const code = Number(/^\/(\d+)/.exec(url)?.[1] ?? 200)
  if (url.startsWith('/302')) response.setHeader('location', url.includes('out') ? 'http://elsewhere.invalid/' : '/200')
  response.statusCode = code
  response.end(request.headers['x-own'] ?? 'fine')
})
await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
const { port } = web.address() as AddressInfo
const closed = createTcp()
await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
const { port: nobody } = closed.address() as AddressInfo
await new Promise((resolve) => closed.close(resolve))
after(() => {
  web.closeAllConnections()
  web.close()
})

const cri = {} as Cri
const main = container('main', { ports: [{ name: 'web', containerPort: port }] })
const ask = (handler: Parameters<typeof check>[0], timeoutMs = 2000) =>
  check(handler, { cri, container: main, containerId: 'x', podIP: '127.0.0.1', timeoutMs })

const cases = [
  { name: '200', handler: { httpGet: { path: '/', port } }, isOk: true, output: /^fine$/ },
  { name: 'a port by its name', handler: { httpGet: { path: '/', port: 'web' } }, isOk: true },
  {
    name: 'an own header',
    handler: { httpGet: { path: '/', port, httpHeaders: [{ name: 'X-Own', value: 'mine' }] } },
    isOk: true,
    output: /^mine$/,
  },
  { name: '404', handler: { httpGet: { path: '/404', port } }, isOk: false, output: /statuscode: 404/ },
  { name: '500', handler: { httpGet: { path: '/500', port } }, isOk: false, output: /statuscode: 500/ },
  { name: 'a redirect within', handler: { httpGet: { path: '/302', port } }, isOk: true },
  { name: 'a redirect to elsewhere', handler: { httpGet: { path: '/302/out', port } }, isOk: true },
  {
    name: 'nobody there',
    handler: { httpGet: { path: '/', port: nobody } },
    isOk: false,
    output: /connection refused/,
  },
  {
    name: 'no such port',
    handler: { httpGet: { path: '/', port: 'none' } },
    isOk: false,
    output: /couldn't find port: none/,
  },
  {
    name: 'no answer in time',
    handler: { httpGet: { path: '/slow', port } },
    timeoutMs: 50,
    isOk: false,
    output: /deadline exceeded/,
  },
  { name: 'a TCP listener', handler: { tcpSocket: { port } }, isOk: true },
  { name: 'no TCP listener', handler: { tcpSocket: { port: nobody } }, isOk: false, output: /connection refused/ },
  { name: 'no gRPC server', handler: { grpc: { port: nobody } }, isOk: false, output: /failed to connect service/ },
]
for (const { name, handler, timeoutMs, isOk, output } of cases) {
  test(`probe: ${name}`, async () => {
    const verdict = await ask(handler, timeoutMs)
    assert.equal(verdict.isOk, isOk, verdict.output)
    if (output) assert.match(verdict.output, output)
  })
}

const targets = [
  { get: { port: 80 }, want: 'http://10.0.0.7/' },
  { get: { port: 8080, path: 'x?y=1', scheme: 'HTTPS' }, want: 'https://10.0.0.7:8080/x?y=1' },
  { get: { port: 80, host: 'own.example' }, want: 'http://own.example/' },
]
for (const { get, want } of targets)
  test(`probe address ${want}`, () => assert.equal(httpTarget(get, main, '10.0.0.7').href, want))
