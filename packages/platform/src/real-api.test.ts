import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestServer, type TestServer } from '@sampan/apiserver/test-server.test-support'
import { type Caches, caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { httpTransport } from '@sampan/client/http'
import { clientOver } from '@sampan/client/over'
import { runControllers } from '@sampan/control/run-controllers'
import { controllers as engineControllers } from '@sampan/controllers/all'
import { silent } from '@sampan/kit/log'
import { customResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import { deployment } from '@sampan/resources/apps/deployment'
import { namespace } from '@sampan/resources/core/namespace'
import { pod } from '@sampan/resources/core/pod'
import type { KubeObject } from '@sampan/resources/meta'
import { ingress } from '@sampan/resources/networking/ingress'
import { clusterRole } from '@sampan/resources/rbac/cluster-role'
import { clusterRoleBinding } from '@sampan/resources/rbac/cluster-role-binding'
import { app } from '@sampan/resources/sampan/app'
import { appTemplate } from '@sampan/resources/sampan/app-template'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import type { Transport } from '@sampan/resources/transport'
import { appController } from './apps/controller.ts'
import { environmentController } from './environments/controller.ts'
import { install } from './install.ts'
import { kindOf } from './kind-of.ts'
import { projectController } from './projects/controller.ts'
import { rolloutController } from './rollouts/controller.ts'

/** The platform over HTTP against the real API server and the real controllers; only the node is missing: pods are told ready. */
let server: TestServer
let transport: Transport
let client: Client
let running: ReturnType<typeof runControllers>[] = []
let caches: Caches
const ended = new AbortController()
const home = 'demo'

before(async () => {
  server = await startTestServer()
  transport = httpTransport({ server: server.url })
  client = clientOver(transport)
  await install(client, ended.signal)
  const options = { client, kindOf: kindOf(client), signal: ended.signal, log: silent }
  caches = openCaches({ client })
  const probes = {
    lookUp: async (name: string) =>
      (await client.list(dnsRecord)).items.flatMap((one) => (one.spec.name === name ? one.spec.values : [])),
    frontDoor: async () => ({ ok: true }) as const,
  }
  running = [
    runControllers({
      client,
      caches,
      controllers: engineControllers({ client, ca: 'test', log: silent }),
      log: silent,
    }),
    runControllers({
      client,
      caches,
      controllers: [
        projectController(),
        environmentController({ domain: 'localhost', pullConfigJson: () => '{"auths":{}}' }),
        appController(options),
        rolloutController({ ...options, probes, urlOf: (host) => `http://${host}` }),
      ],
      log: silent,
    }),
  ]
  await Promise.all(running.map((one) => one.synced))
})
after(async () => {
  ended.abort()
  for (const one of running) await one.close()
  await caches?.close()
  await transport?.close?.()
  await server?.close()
})

/** What the node and the ingress controller would do. */
async function pretendNode() {
  for (const one of (await client.list(pod)).items) {
    if (one.metadata.deletionTimestamp) {
      await client.remove(pod, one.metadata, { graceSeconds: 0 }).catch(() => undefined)
      continue
    }
    if (one.status?.phase === 'Running') continue
    const at = new Date().toISOString()
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True', lastTransitionTime: at }))
    const containerStatuses = [
      {
        name: 'app',
        ready: true,
        started: true,
        restartCount: 0,
        image: 'x',
        imageID: 'x',
        state: { running: { startedAt: at } },
      },
    ]
    const status = { phase: 'Running', podIP: '10.1.1.1', podIPs: [{ ip: '10.1.1.1' }], conditions, containerStatuses }
    await client.updateStatus(pod, { ...one, status } as typeof one).catch(() => undefined)
  }
  for (const one of (await client.list(ingress)).items) {
    if (one.status?.loadBalancer?.ingress) continue
    await client.updateStatus(ingress, { ...one, status: { loadBalancer: { ingress: [{ ip: '10.0.0.7' }] } } })
  }
}

async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    await pretendNode()
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const rollouts = (await client.list(rollout)).items.map((one) => one.status)
  assert.fail(
    `${what} did not come: ${JSON.stringify(rollouts)} ${JSON.stringify((await client.list(app)).items.map((one) => one.status))}`,
  )
}

const stateOf = async (name: string) => (await client.find(rollout, { namespace: home, name }))?.status?.state

test('installing twice changes nothing', async () => {
  const kinds = [namespace, customResourceDefinition, clusterRole, clusterRoleBinding, appTemplate] as never[]
  const revisions = async () => {
    const lists = await Promise.all(kinds.map((kind) => client.list<KubeObject>(kind)))
    return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`))
  }
  const before = await revisions()
  assert.ok(before.some((one) => one.startsWith('apps.sampan.dev')))
  await install(client, ended.signal)
  assert.deepEqual(await revisions(), before)
})

test('a project is made', async () => {
  await client.create(project, {
    metadata: { name: home },
    spec: { members: [{ user: 'ann', role: 'owner' }], quota: { 'limits.memory': '4Gi' } },
  })
  const where = await until(async () => {
    const one = await client.find(environment, { namespace: home, name: 'test' })
    return one?.status?.phase === 'Ready' && one
  }, 'the environment')
  assert.equal(where.status?.namespace, 'demo-test')
})

test('a run becomes a verified release', async () => {
  await client.create(app, { metadata: { name: 'web', namespace: home }, spec: { parameters: {} } } as never)
  const made = await client.create(pipeline, {
    metadata: { name: 'web-1', namespace: home },
    spec: { app: 'web', number: 1, commit: { sha: 'abc', ref: 'refs/heads/main' } },
  } as never)
  await client.updateStatus(pipeline, { ...made, status: { state: 'success', image: 'r:5000/demo/web@sha256:1' } })
  await until(async () => (await stateOf('web.test.1')) === 'verified', 'verified')
  const one = await until(async () => {
    const found = await client.get(app, { namespace: home, name: 'web' })
    return found.status?.environments?.[0]?.state === 'verified' && found
  }, 'the state of the app')
  assert.equal(one.status?.environments?.[0]?.url, 'http://web-test.demo.localhost')
  assert.deepEqual([one.spec.template, one.spec.parameters.replicas], ['web', 1], 'the schema fills in defaults')
})

test('scaling keeps the pods, a second run replaces them, nothing is left of the first', async () => {
  const first = (await client.list(pod, { namespace: 'demo-test' })).items.map((one) => one.metadata.name)
  await client.patch(app, { namespace: home, name: 'web' }, { spec: { parameters: { replicas: 2 } } })
  await until(async () => (await stateOf('web.test.2')) === 'verified', 'scaled')
  const scaled = (await client.list(pod, { namespace: 'demo-test' })).items.map((one) => one.metadata.name)
  assert.ok(scaled.length === 2 && first.every((name) => scaled.includes(name)), `${first} → ${scaled}`)

  const made = await client.create(pipeline, {
    metadata: { name: 'web-2', namespace: home },
    spec: { app: 'web', number: 2, commit: { sha: 'def', ref: 'refs/heads/main' } },
  } as never)
  await client.updateStatus(pipeline, { ...made, status: { state: 'success', image: 'r:5000/demo/web@sha256:2' } })
  await until(async () => (await stateOf('web.test.3')) === 'verified', 'the second')
  const live = await client.get(deployment, { namespace: 'demo-test', name: 'web' })
  assert.equal(live.spec.template.spec?.containers[0]?.image, 'r:5000/demo/web@sha256:2')
  assert.equal((await client.get(release, { namespace: home, name: 'web-3' })).spec.pipeline, 'web-2')
})

test('what the template cannot be is refused by the dry run, with a sentence', async () => {
  await client.patch(
    app,
    { namespace: home, name: 'web' },
    { spec: { parameters: { route: { path: '/a b' }, memory: '1Gi' } } },
  )
  const one = await until(async () => {
    const found = await client.get(app, { namespace: home, name: 'web' })
    const [state] = found.status?.environments ?? []
    return found.status?.observedGeneration === found.metadata.generation && state?.state !== 'deploying' && state
  }, 'an answer')
  assert.ok(['verified', 'degraded'].includes(one.state), JSON.stringify(one))
})

test('a removed project leaves nothing', async () => {
  await client.remove(project, { name: home })
  await until(async () => !(await client.find(project, { name: home })), 'the end')
  const left = (await client.list(namespace)).items
    .map((one) => one.metadata.name)
    .filter((name) => name.startsWith(home))
  assert.deepEqual(left, [])
})
