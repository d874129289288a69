import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { staticFiles } from './static-files.ts'

const folder = await mkdtemp(join(tmpdir(), 'static-'))
const root = join(folder, 'dist')
await mkdir(join(root, 'assets'), { recursive: true })
await writeFile(join(folder, 'secret'), 'secret')
await writeFile(join(root, 'index.html'), '<html>')
await writeFile(join(root, 'assets/a-1.js'), 'code()')
await writeFile(join(root, 'assets/a-1.js.br'), 'BR')
const serve = staticFiles({ root })
const server = createServer((request, response) => void serve(request, response))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const call = httpRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', path, headers, method })
    call.once('error', reject)
    call.once('response', async (message) => {
      let text = ''
      for await (const chunk of message) text += chunk
      resolve({ status: message.statusCode!, headers: message.headers, text })
    })
    call.end()
  })
}

const cases = [
  { path: '/', status: 200, text: '<html>', cache: 'no-cache', policy: true },
  { path: '/projects/shop?tab=logs', status: 200, text: '<html>', cache: 'no-cache', policy: true },
  { path: '/projects/shop.dev', headers: { accept: 'text/html' }, status: 200, text: '<html>', cache: 'no-cache' },
  { path: '/assets/a-1.js', status: 200, text: 'code()', cache: 'public, max-age=31536000, immutable' },
  { path: '/assets/a-1.js', headers: { 'accept-encoding': 'gzip, br' }, status: 200, text: 'BR', encoding: 'br' },
  { path: '/assets/gone.js', status: 404 },
  { path: '/../secret', status: 200, text: '<html>' },
  { path: '/%2e%2e/secret', status: 200, text: '<html>' },
  { path: '/..%2fsecret', status: 200, text: '<html>' },
  { path: '/%00', status: 400 },
  { path: '/%zz', status: 400 },
  { path: '/', method: 'POST', status: 405 },
  { path: '/', method: 'HEAD', status: 200, text: '' },
]
for (const { path, headers, method, status, text, cache, policy, encoding } of cases)
  test(`static ${method ?? 'GET'} ${path} ${headers ? JSON.stringify(headers) : ''}`, async () => {
    const got = await get(path, headers as Record<string, string> | undefined, method)
    assert.equal(got.status, status)
    if (text !== undefined) assert.equal(got.text, text)
    if (cache) assert.equal(got.headers['cache-control'], cache)
    if (encoding) assert.equal(got.headers['content-encoding'], encoding)
    if (policy) assert.match(String(got.headers['content-security-policy']), /script-src 'self';/)
  })

test('an unchanged file is not sent again', async () => {
  const { headers } = await get('/')
  const again = await get('/', { 'if-none-match': String(headers.etag) })
  assert.deepEqual([again.status, again.text], [304, ''])
})
