import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuth } from '@sampan/apiserver/auth/auth'
import { bootstrap } from '@sampan/apiserver/auth/bootstrap'
import { systemUser } from '@sampan/apiserver/auth/interfaces'
import { openPki } from '@sampan/apiserver/auth/pki'
import { objectsOf } from '@sampan/apiserver/objects'
import { podStreams } from '@sampan/apiserver/streams/streams'
import { startTestServer } from '@sampan/apiserver/test-server.test-support'
import type { Client } from '@sampan/client/client'
import { clientOver } from '@sampan/client/over'
import { type Served, serve } from '@sampan/http/serve'
import { silent } from '@sampan/kit/log'
import { startPlatform } from '@sampan/platform/platform'
import { pod } from '@sampan/resources/core/pod'
import { memoryStore } from '@sampan/store/memory'
import { prepareConsole } from '../../apps/server/src/setup/console.ts'
import { type PretendLog, pretendLog } from './pretend-log.ts'

/** Answers in place of the platform; false: the platform answers. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>

/**
 * The real console, platform and API server with real rights, in this process; nothing runs containers. The HTTP side can
 * go away and come back, and something can stand before it.
 */
export interface ConsolePlatform {
  url: string
  /** The Kubernetes API, as its own administrator. */
  client: Client
  password: string
  /** What every container prints. */
  log: PretendLog
  before: Intercept
  /** As the administrator: a request to the platform's API; the answer's JSON. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>
  /** A pod that runs, for its log. */
  run(at: { namespace: string; name: string }): Promise<void>
  /** Every connection is cut and none is taken. */
  cut(): Promise<void>
  comeBack(): Promise<void>
  /** The administrator is signed in nowhere any more. */
  endSessions(): Promise<void>
  close(): Promise<void>
}

export async function startConsolePlatform(): Promise<ConsolePlatform> {
  const home = await mkdtemp(join(tmpdir(), 'console-'))
  const stopping = new AbortController()
  const store = memoryStore()
  const objects = objectsOf(store)
  const pki = await openPki({
    folder: home,
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
    clients: {},
    now: new Date(),
  })
  const identity = createAuth({
    objects,
    serviceAccountKey: pki.serviceAccountKey,
    issuer: 'https://kubernetes.default.svc',
    signal: stopping.signal,
  })
  const log = pretendLog()
  const { auth, admission, virtualKinds, paths } = identity
  const subresources = [...identity.subresources, ...podStreams(log.streams)]
  const server = await startTestServer({ store, auth, admission, virtualKinds, paths, subresources })
  const transport = server.api.transport(systemUser)
  await bootstrap({
    transport,
    objects,
    ca: pki.ca,
    frontProxyCa: pki.ca,
    nodeIP: '127.0.0.1',
    apiPort: 6443,
    apiServiceIP: '10.190.0.1',
    serviceCIDR: '10.190.0.0/16',
  })
  const client = clientOver(transport)
  const dist = await prepareConsole(join(import.meta.dirname, '../..'), { begin: () => () => undefined } as never)
  const files = { password: join(home, 'password'), token: join(home, 'token') }
  const platform = await startPlatform({
    client,
    log: silent,
    adminFiles: files,
    images: { builder: 'builder' },
    console: dist,
    config: {
      home,
      name: 'console',
      nodeIP: '127.0.0.1',
      ports: { platform: 0, registry: 1, http: 80, https: 443 },
      network: {
        dnsIP: '127.0.0.1',
        clusterDomain: 'cluster.local',
        podCIDR: '10.9.0.0/16',
        serviceCIDR: '10.8.0.0/16',
      },
      domain: 'localhost',
      platformURL: 'http://127.0.0.1',
      registryHost: 'registry.local:5000',
    },
  })
  await platform.synced

  const listen = (port: number): Promise<Served> =>
    serve(
      (closing) => {
        const { handle, upgrade } = platform.router(closing)
        return {
          upgrade,
          handle: async (request: IncomingMessage, response: ServerResponse) => {
            if (!(await self.before(request, response))) await handle(request, response)
          },
        } as ReturnType<typeof platform.router>
      },
      { port, host: '127.0.0.1' },
    )
  let served: Served | undefined
  const token = (await readFile(files.token, 'utf8')).trim()
  const self: ConsolePlatform = {
    url: '',
    client,
    log,
    password: (await readFile(files.password, 'utf8')).trim(),
    before: () => false,
    async ask(method, path, body) {
      const response = await fetch(`${self.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return text === '' ? undefined : JSON.parse(text)
    },
    async run(at) {
      const made = await client.create(pod, {
        metadata: at,
        spec: { nodeName: 'here', containers: [{ name: 'main', image: 'x' }] },
      })
      const running = { name: 'main', ready: true, restartCount: 0, image: 'x', imageID: '', state: { running: {} } }
      await client.updateStatus(pod, {
        ...made,
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [running] },
      } as never)
    },
    async cut() {
      await served?.close(0)
      served = undefined
    },
    async comeBack() {
      served = await listen(Number(new URL(self.url).port))
    },
    async endSessions() {
      // Setting a password ends the sessions of before.
      await self.ask('PUT', '/api/users/admin/password', { password: self.password })
    },
    async close() {
      stopping.abort()
      log.close()
      await served?.close(0)
      await platform.close()
      await server.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  served = await listen(0)
  self.url = `http://127.0.0.1:${served.port}`
  return self
}
