import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { accepts, answersAsItShould } from './front-door.ts'

const rules: [rule: string | undefined, status: number, ok: boolean][] = [
  [undefined, 200, true],
  [undefined, 302, true],
  [undefined, 404, true],
  [undefined, 500, false],
  [undefined, 503, false],
  ['2xx', 204, true],
  ['2xx', 301, false],
  ['200', 200, true],
  ['200', 201, false],
  ['404', 404, true],
]
for (const [rule, status, ok] of rules) {
  test(`rule ${rule ?? 'none'} ${ok ? 'takes' : 'refuses'} ${status}`, () => assert.equal(accepts(rule, status), ok))
}

/** An ingress: app.test answers by path, anything else is "no such host". */
const server = createServer((request, response) => {
  const host = request.headers.host?.split(':')[0]
  if (host !== 'app.test') response.writeHead(404).end('no such host')
  else if (request.url === '/big') response.writeHead(200).end('x'.repeat(100_000))
  else if (request.url === '/missing') response.writeHead(404).end('the app does not have this page')
  else if (request.url === '/broken') response.writeHead(502).end()
  else response.writeHead(200).end('hello')
})
let port = 0
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => server.close())

const doors: [host: string, check: { path: string; status?: string }, want: object][] = [
  ['app.test', { path: '/' }, { ok: true }],
  ['app.test', { path: '/big' }, { ok: true }],
  ['app.test', { path: '/missing' }, { ok: true }],
  ['app.test', { path: '/missing', status: '200' }, { ok: false, why: 'answered 404 instead of 200' }],
  ['app.test', { path: '/broken' }, { ok: false, why: 'answered 502' }],
  ['other.test', { path: '/' }, { ok: false, why: 'is not known to the ingress (404)' }],
]
for (const [host, check, want] of doors) {
  test(`front door: ${host}${check.path} ${check.status ?? ''}`, async () => {
    const door = { address: '127.0.0.1', port }
    assert.deepEqual(await answersAsItShould(door, host, check, AbortSignal.timeout(5000)), want)
  })
}

test('nobody at the door is an error', async () => {
  await assert.rejects(
    answersAsItShould({ address: '127.0.0.1', port: 1 }, 'app.test', { path: '/' }, AbortSignal.timeout(5000)),
  )
})
