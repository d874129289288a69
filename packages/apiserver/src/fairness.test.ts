import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { httpTransport } from '@sampan/client/http'
import { clientOver } from '@sampan/client/over'
import { configMap } from '@sampan/resources/core/config-map'
import { namespace } from '@sampan/resources/core/namespace'
import { StatusError } from '@sampan/resources/errors'
import { builtInKinds } from '@sampan/resources/kinds'
import { memoryStore } from '@sampan/store/memory'
import { impersonate } from './auth/impersonate.ts'
import { openAuth, systemUser } from './auth/interfaces.ts'
import { createApiServer } from './server.ts'

const store = memoryStore()
const auth = {
  ...openAuth,
  impersonate: (user: typeof systemUser, headers: IncomingHttpHeaders) =>
    impersonate(openAuth.authorizer, user, headers),
}
const api = createApiServer({ store, definitions: builtInKinds, auth })
const server = createServer(api.handler)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const transport = httpTransport({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
const client = clientOver(transport)
const inside = clientOver(api.transport(systemUser))
after(async () => {
  await transport.close?.()
  server.close()
  server.closeAllConnections()
  await api.close()
  await store.close()
})
await inside.create(namespace, { metadata: { name: 'many' }, spec: {} })
const data = { text: 'x'.repeat(2000) }
await Promise.all(
  Array.from({ length: 600 }, (_, i) =>
    inside.create(configMap, { metadata: { name: `c${i}`, namespace: 'many' }, data }),
  ),
)

test('one caller’s flood of large lists is bounded, and does not touch others', async () => {
  const greedy = client.as({ name: 'greedy' })
  const list = () =>
    greedy.raw({ method: 'GET', path: '/api/v1/namespaces/many/configmaps' }).then(async (answer) => {
      for await (const _ of answer.bytes());
      return 'ok'
    })
  const flood = Array.from({ length: 130 }, () =>
    list().catch((error: unknown) => {
      if (error instanceof StatusError) return `${error.reason} ${error.details?.retryAfterSeconds}`
      throw error
    }),
  )
  const others = await Promise.all([
    client.as({ name: 'ana' }).get(configMap, { namespace: 'many', name: 'c1' }),
    client.as({ name: 'ana' }).list(configMap, { namespace: 'many', limit: 10 }),
    client.as({ name: 'bob' }).raw({ method: 'GET', path: '/api/v1/namespaces/many/configmaps' }),
  ])
  assert.equal(others.length, 3)
  for await (const _ of others[2].bytes());
  const outcomes = Object.groupBy(await Promise.all(flood), (one) => one)
  assert.ok((outcomes.ok?.length ?? 0) >= 104, 'four at once and a hundred in line are served')
  assert.deepEqual(
    Object.keys(outcomes).filter((one) => one !== 'ok' && one !== 'TooManyRequests 1'),
    [],
  )
  assert.equal(await list(), 'ok', 'and it may come back')
})
