import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts'

/** What helm 3 asks for in `install --create-namespace --wait`, `upgrade`, `history`, `rollback` and `uninstall`, request by request. */
let plane: ControlPlane
before(async () => {
  plane = await startControlPlane()
})
after(() => plane?.close())

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, the assertions are the check
type Json = any

async function ask(
  method: string,
  path: string,
  body?: object,
  type = 'application/json',
  accept = 'application/json',
) {
  const response = await fetch(plane.url + path, {
    method,
    headers: { accept, 'user-agent': 'Helm/3.19', ...(body && { 'content-type': type }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer: Json = await response.json()
  return { status: response.status, body: answer }
}

const strategic = 'application/strategic-merge-patch+json'
const secrets = '/api/v1/namespaces/shop/secrets'
const deployment = '/apis/apps/v1/namespaces/shop/deployments/web'
const annotations = { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' }
const owned = { name: 'web', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations }

const manifest = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: owned,
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
  },
})

/** A release is kept as base64 of base64 of gzip; a large chart comes close to one megabyte. */
const release = (version: number, status: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'helm.sh/release.v1',
  metadata: {
    name: `sh.helm.release.v1.web.v${version}`,
    labels: { owner: 'helm', name: 'web', status, version: String(version), modifiedAt: '1790000000' },
  },
  data: { release: Buffer.from(gzipSync(randomBytes(500_000)).toString('base64')).toString('base64') },
})

async function waitForRollout(image: string) {
  for (let i = 0; i < 200; i++) {
    const { body } = await ask('GET', deployment)
    const sets = await ask('GET', '/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dweb')
    const current = sets.body.items.find((one: Json) => one.spec.template.spec.containers[0].image === image)
    if (current?.status.readyReplicas === 2 && body.status.observedGeneration === body.metadata.generation) return
    await sleep(50)
  }
  assert.fail(`${image} did not become ready`)
}

test('install, upgrade, history, rollback, uninstall', { timeout: 60_000 }, async () => {
  const version = await ask('GET', '/version')
  assert.match(version.body.gitVersion, /^v1\.\d+\.\d+/)
  const aggregated =
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json'
  assert.equal((await ask('GET', '/apis', undefined, '', aggregated)).body.kind, 'APIGroupDiscoveryList')
  const index = await ask('GET', '/openapi/v3')
  const document = await ask('GET', index.body.paths['apis/apps/v1'].serverRelativeURL)
  assert.ok(document.body.components.schemas['io.k8s.api.apps.v1.Deployment'])

  const none = await ask('GET', `${secrets}?labelSelector=name%3Dweb%2Cowner%3Dhelm`)
  assert.deepEqual([none.status, none.body.items.length], [200, 0])
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { name: 'shop' } } }
  assert.equal((await ask('POST', '/api/v1/namespaces', space)).status, 201)
  assert.equal((await ask('GET', deployment)).status, 404)
  const dry = await ask('POST', `${deployment.replace('/web', '')}?dryRun=All&fieldManager=helm`, manifest('web:1'))
  assert.equal(dry.status, 201)
  assert.equal((await ask('POST', secrets, release(1, 'pending-install'))).status, 201)
  const made = await ask(
    'POST',
    `${deployment.replace('/web', '')}?fieldManager=helm&fieldValidation=Warn`,
    manifest('web:1'),
  )
  assert.equal(made.status, 201)
  await waitForRollout('web:1')
  assert.equal((await ask('PUT', `${secrets}/sh.helm.release.v1.web.v1`, release(1, 'deployed'))).status, 200)

  assert.equal((await ask('POST', secrets, release(2, 'pending-upgrade'))).status, 201)
  const live = await ask('GET', deployment)
  assert.equal(live.body.metadata.annotations['meta.helm.sh/release-name'], 'web')
  const change = {
    spec: { template: { spec: { $setElementOrder: undefined, containers: [{ name: 'c', image: 'web:2' }] } } },
  }
  const patched = await ask('PATCH', `${deployment}?fieldManager=helm`, change, strategic)
  assert.equal(patched.body.spec.template.spec.containers[0].image, 'web:2')
  await waitForRollout('web:2')
  assert.equal((await ask('PUT', `${secrets}/sh.helm.release.v1.web.v1`, release(1, 'superseded'))).status, 200)
  assert.equal((await ask('PUT', `${secrets}/sh.helm.release.v1.web.v2`, release(2, 'deployed'))).status, 200)
  const history = await ask('GET', `${secrets}?labelSelector=name%3Dweb%2Cowner%3Dhelm`)
  assert.deepEqual(
    history.body.items.map((one: Json) => one.metadata.labels.status),
    ['superseded', 'deployed'],
  )
  const deployed = await ask('GET', `${secrets}?labelSelector=name%3Dweb%2Cowner%3Dhelm%2Cstatus%3Ddeployed`)
  assert.equal(deployed.body.items.length, 1)

  const applied = await ask(
    'PATCH',
    `${deployment}?fieldManager=helm&force=true`,
    manifest('web:1'),
    'application/apply-patch+yaml',
  )
  assert.equal(applied.status, 200)
  await waitForRollout('web:1')

  const gone = await ask('DELETE', deployment, {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Background',
  })
  assert.equal(gone.body.status, 'Success')
  for (const n of [1, 2]) assert.equal((await ask('DELETE', `${secrets}/sh.helm.release.v1.web.v${n}`)).status, 200)
  for (let i = 0; i < 200; i++) {
    const pods = await ask('GET', '/api/v1/namespaces/shop/pods')
    if (pods.body.items.length === 0) return
    await sleep(50)
  }
  assert.fail('pods are left')
})
