import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Definition } from '@sampan/resources/define'
import { builtInKinds } from '@sampan/resources/kinds'
import { memoryStore } from '@sampan/store/memory'
import type { Store } from '@sampan/store/store'
import { openAuth, systemUser } from './auth/interfaces.ts'
import { type ApiServer, type ApiServerOptions, createApiServer } from './server.ts'

export interface TestServer {
  /** `http://127.0.0.1:<port>`: plain, everybody is admin. */
  url: string
  api: ApiServer
  store: Store
  close(): Promise<void>
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** A whole API server on a store that forgets, without identity: for tests of anything that speaks to the API. */
export async function startTestServer(
  options: Partial<ApiServerOptions> & { definitions?: readonly Definition[]; port?: number } = {},
): Promise<TestServer> {
  const store = options.store ?? memoryStore()
  const api = createApiServer({ definitions: builtInKinds, auth: openAuth, ...options, store })
  const transport = api.transport(systemUser)
  for (const name of namespaces)
    await transport.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } })
  const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, api.handler)
  server.on('upgrade', api.upgrade)
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    api,
    store,
    async close() {
      await api.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await store.close()
    },
  }
}
