import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestServer, type TestServer } from '@sampan/apiserver/test-server.test-support'
import { caches } from '@sampan/client/caches'
import { httpTransport } from '@sampan/client/http'
import { clientOver } from '@sampan/client/over'
import { configMap } from '@sampan/resources/core/config-map'
import { sqliteStore } from '@sampan/store/sqlite'

const until = async (is: () => boolean) => {
  for (let i = 0; i < 1000 && !is(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(is())
}

test('a cache over HTTP follows changes and goes on where it was when the server has been away', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cache-'))
  const start = async (at?: number) =>
    startTestServer({ store: await sqliteStore({ path: join(folder, 'state.db') }), port: at })
  let server: TestServer = await start()
  const port = Number(new URL(server.url).port)
  const transport = httpTransport({ server: server.url })
  const client = clientOver(transport)
  const all = caches({ client })
  try {
    const cache = all.of(configMap)
    await cache.synced
    const names = () =>
      cache
        .list('default')
        .map(({ metadata }) => metadata.name)
        .toSorted()
        .join(' ')
    await client.create(configMap, { metadata: { name: 'a', namespace: 'default' } })
    await client.create(configMap, { metadata: { name: 'b', namespace: 'default' } })
    await until(() => names() === 'a b')
    assert.equal(cache.get({ namespace: 'default', name: 'a' })?.kind, 'ConfigMap')
    await client.remove(configMap, { namespace: 'default', name: 'a' })
    await until(() => names() === 'b')
    await server.close()
    server = await start(port)
    const again = clientOver(httpTransport({ server: server.url }))
    for (let i = 0; i < 20; i++) await again.create(configMap, { metadata: { name: `c${i}`, namespace: 'default' } })
    await again.remove(configMap, { namespace: 'default', name: 'b' })
    await until(() => cache.list('default').length === 20 && !cache.get({ namespace: 'default', name: 'b' }))
  } finally {
    await all.close()
    await transport.close?.()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
})
