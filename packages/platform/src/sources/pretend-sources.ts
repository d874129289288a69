import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { caches as openCaches } from '@sampan/client/caches'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import { runControllers } from '@sampan/control/run-controllers'
import { createRouter } from '@sampan/http/router'
import { serve } from '@sampan/http/serve'
import { silent } from '@sampan/kit/log'
import { secret } from '@sampan/resources/core/secret'
import { type App, app } from '@sampan/resources/sampan/app'
import { ourKinds } from '@sampan/resources/sampan/kinds'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import type { ApiContext } from '../api/context.ts'
import { hookRoutes } from '../api/hooks.ts'
import { sourceRoutes } from '../api/sources.ts'
import { createGit, type Git } from '../git/server.ts'
import { dropPreview, ensurePreview } from '../previews/previews.ts'
import { writeAllowedOrigins } from './address-rules.ts'
import { type PretendHost, pretendHost } from './pretend-host.ts'
import { createSources, type Sources } from './sources.ts'

export const at = { namespace: 'demo', name: 'hello' }
export const hookSecret = 'correct horse battery'

/** For tests: git and sources of a platform with one app `demo/hello`, a code host beside it, and the HTTP route of hooks. */
export interface PretendSources {
  client: MemoryClient
  host: PretendHost
  git: Git
  sources: Sources
  folder: string
  context: ApiContext
  app(): Promise<App>
  runs(): Promise<Pipeline[]>
  /** `push refs/heads/main <message>` of each run, oldest first. */
  told(): Promise<string[]>
  post(headers: Record<string, string>, body: string): Promise<{ status: number; message: string; pipeline?: string }>
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** Lets the controllers work until nothing is left to do. */
  idle(): Promise<void>
}

export async function pretendSources(
  t: TestContext,
  { source = {}, more = {}, isAllowed = true }: { source?: object; more?: object; isAllowed?: boolean } = {},
): Promise<PretendSources> {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-sources-'))
  const client = memoryClient()
  const host = await pretendHost(join(folder, 'host'))
  const config = {
    home: folder,
    name: 'test',
    nodeIP: '192.0.2.1',
    ports: { platform: 0, registry: 0, http: 0, https: 0 },
    network: { dnsIP: '', clusterDomain: '', podCIDR: '10.1.0.0/16', serviceCIDR: '10.2.0.0/16' },
    domain: 'localhost',
    platformURL: 'http://sampan.test',
    registryHost: 'registry.test',
  }
  const now = () => new Date()
  const access = { byToken: async () => undefined, byPassword: async () => undefined, may: async () => true }
  const common = { client, config, log: silent, access, now }
  const key = randomBytes(32)
  const git = createGit({
    ...common,
    key,
    async *readLog() {
      yield* []
    },
    preview: async (one, arrival) => void (await ensurePreview(common, one, arrival)),
    gone: (one, ref) => dropPreview(common, one, ref),
  })
  const sources = createSources({ ...common, git, key, patienceMs: 120_000 })
  if (isAllowed) await writeAllowedOrigins(client, [host.origin])
  client.seed(secret, {
    metadata: { namespace: 'demo', name: 'hello-webhook' },
    data: { secret: Buffer.from(`${hookSecret}\n`).toString('base64') },
  } as never)
  client.seed(app, {
    metadata: at,
    spec: {
      source: { type: 'git', branch: 'main', webhook: { secret: 'hello-webhook' }, ...source },
      template: 'web',
      parameters: { replicas: 1, cpu: '1', memory: '1Gi', env: {} },
      ...more,
    },
  } as never)
  const caches = openCaches({ client })
  await Promise.all(ourKinds.map((kind) => caches.of(kind).synced))
  const running = runControllers({ client, caches, controllers: [...(sources.controllers ?? [])], log: silent })
  await running.synced
  const stop = new AbortController()
  await git.start?.(stop.signal)
  await sources.start?.(stop.signal)
  const context = {
    ...common,
    caches,
    accounts: access,
    repositories: git.repositories,
    git,
    sources,
  } as unknown as ApiContext
  const served = await serve(
    (closing) =>
      createRouter({
        routes: [...hookRoutes(context), ...sourceRoutes(context)],
        identify: async () => ({ name: 'ann', groups: [], via: 'token' }),
        apiFor: () => client,
        may: async () => true,
        log: silent,
        closing,
      }),
    { port: 0, host: '127.0.0.1' },
  )
  t.after(async () => {
    stop.abort()
    await served.close(0)
    await running.close()
    await caches.close()
    await sources.close?.()
    await git.close?.()
    await host.close()
    await rm(folder, { recursive: true, force: true })
  })
  const base = `http://127.0.0.1:${served.port}`
  const runs = async () => (await client.list(pipeline)).items.toSorted((a, b) => a.spec.number - b.spec.number)
  return {
    client,
    host,
    git,
    sources,
    folder,
    context,
    app: () => client.get(app, at),
    runs,
    told: async () =>
      (await runs()).map(({ spec }) => `${spec.event} ${spec.commit.ref} ${spec.commit.message ?? ''}`.trim()),
    async post(headers, body) {
      const response = await fetch(`${base}/hooks/demo/hello`, { method: 'POST', headers, body })
      const said = (await response.json()) as { message?: string; detail?: string; pipeline?: string }
      return { status: response.status, message: said.message ?? said.detail ?? '', pipeline: said.pipeline }
    },
    async call(method, path, body) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
    idle: () => running.idle(),
  }
}
