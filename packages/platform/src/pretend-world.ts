import assert from 'node:assert/strict'
import { type Caches, caches as openCaches } from '@sampan/client/caches'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import type { Controller } from '@sampan/control/controller'
import { runControllers } from '@sampan/control/run-controllers'
import { silent } from '@sampan/kit/log'
import { type App, app } from '@sampan/resources/sampan/app'
import { appTemplate } from '@sampan/resources/sampan/app-template'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { builtInTemplates } from './apps/built-in-templates.ts'
import { appController } from './apps/controller.ts'
import { environmentController } from './environments/controller.ts'
import { kindOf } from './kind-of.ts'
import { type Behaviour, pretendCluster } from './pretend-cluster.ts'
import { projectController } from './projects/controller.ts'
import { type ImageFacts, ImageUnknown } from './registry/image-facts.ts'
import { rolloutController } from './rollouts/controller.ts'
import type { Probes } from './rollouts/stages.ts'

export const home = 'demo'
export const at = { namespace: home, name: 'web' }

/** For tests: the platform's controllers over a cluster in memory, with project `demo` and app `web` in it. */
export interface World {
  client: MemoryClient
  caches: Caches
  /** Lets controllers and cluster work until nothing changes any more. */
  settle(): Promise<void>
  push(number: number, more?: object): Promise<void>
  state(): Promise<NonNullable<NonNullable<App['status']>['environments']>[number]>
  change(parameters: Partial<App['spec']['parameters']>): Promise<void>
  behave: Map<number, Behaviour>
  answers: { ok: boolean; why: string }
  /** What the registry outside says of an image: its facts, or why there are none. */
  images: Map<string, ImageFacts | string>
  factsOf(image: string): Promise<ImageFacts>
  stop(): Promise<void>
  start(): void
  end(): Promise<void>
}

export async function world(more: readonly Controller[] = []): Promise<World> {
  const client = memoryClient()
  const behave = new Map<number, Behaviour>()
  const answers = { ok: true, why: 'answered 502' }
  const probes: Probes = {
    async lookUp(name) {
      const { items } = await client.list(dnsRecord)
      return items.flatMap((one) => (one.spec.name === name ? one.spec.values : []))
    },
    frontDoor: async () => (answers.ok ? { ok: true } : { ok: false, why: answers.why }),
  }
  const images: World['images'] = new Map()
  const factsOf = async (image: string) => {
    const facts = images.get(image) ?? 'r cannot be reached'
    if (typeof facts === 'string') throw new ImageUnknown(facts)
    return facts
  }
  const cluster = pretendCluster(client, (number) => behave.get(number) ?? { ready: true })
  const ended = new AbortController()
  const options = { client, kindOf: kindOf(client), signal: ended.signal, log: silent }
  const controllers = [
    projectController(),
    environmentController({ domain: 'localhost', pullConfigJson: () => '{"auths":{}}' }),
    appController({ ...options, factsOf }),
    rolloutController({ ...options, probes, urlOf: (host) => `http://${host}` }),
    ...more,
  ]
  const caches = openCaches({ client })
  const run = () => runControllers({ client, caches, controllers, log: silent })
  let running = run()
  await running.synced

  for (const one of await builtInTemplates()) await client.create(appTemplate, one)
  await client.create(project, { metadata: { name: home }, spec: { members: [{ user: 'ann', role: 'owner' }] } })

  const self: World = {
    client,
    caches,
    behave,
    answers,
    images,
    factsOf,
    async settle() {
      for (let before = -1; before !== client.writes.length; ) {
        before = client.writes.length
        await running.idle()
        await cluster()
        await running.idle()
      }
    },
    async push(number, more = {}) {
      const made = await client.create(pipeline, {
        metadata: { name: `web-${number}`, namespace: home },
        spec: {
          app: 'web',
          number,
          event: 'push',
          commit: { sha: `${number}`.repeat(8), ref: 'refs/heads/main' },
          by: 'ann',
        },
      })
      await client.updateStatus(pipeline, {
        ...made,
        status: { state: 'success', image: `r:5000/demo/web@sha256:${number}`, exposedPort: 8080, ...more },
      })
      await self.settle()
    },
    async state() {
      const found = (await client.get(app, at)).status?.environments?.[0]
      assert.ok(found, 'the app has a state')
      return found
    },
    async change(parameters) {
      const one = await client.get(app, at)
      await client.update(app, { ...one, spec: { ...one.spec, parameters: { ...one.spec.parameters, ...parameters } } })
      await self.settle()
    },
    stop: () => running.close(),
    start() {
      running = run()
    },
    async end() {
      await running.close()
      await caches.close()
    },
  }
  await self.settle()
  await client.create(app, {
    metadata: at,
    spec: {
      source: { type: 'git', branch: 'main' },
      template: 'web',
      parameters: { replicas: 1, cpu: '500m', memory: '256Mi', env: {} },
    },
  })
  await self.settle()
  return self
}
