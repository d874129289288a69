import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestServer, type TestServer } from '../test-server.test-support.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

test('v2 is JSON for those who take it', async () => {
  const answer = await ask('/openapi/v2', { accept: 'application/json' })
  const document = (await answer.json()) as { swagger: string; definitions: object }
  assert.equal(document.swagger, '2.0')
  assert.ok('io.k8s.api.core.v1.Pod' in document.definitions)
})

for (const path of ['/openapi/v2', '/swagger-2.0.0.pb-v1'])
  test(`${path} is protobuf for old kubectl, and known by its tag`, async () => {
    const answer = await ask(path, { accept: protobuf })
    assert.equal(answer.headers.get('content-type'), 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    assert.deepEqual([...bytes.subarray(0, 5)], [0x0a, 3, ...Buffer.from('2.0')])
    const again = await ask(path, { accept: protobuf, 'if-none-match': answer.headers.get('etag')! })
    assert.equal(again.status, 304)
  })

test('nobody gets a document in a form he did not ask for', async () => {
  assert.equal((await ask('/openapi/v2', { accept: 'text/plain' })).status, 406)
})
