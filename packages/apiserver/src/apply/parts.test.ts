import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Api, applyType, type Json, mergePatchType, testApi } from '../api.test-support.ts'
import { systemUser } from '../auth/interfaces.ts'

const deployments = '/apis/apps/v1/namespaces/default/deployments'
let api: Api
before(async () => {
  api = await testApi()
})
after(() => api.end())

const deployment = (replicas?: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
  },
})

async function as(
  manager: string,
  method: 'POST' | 'PUT' | 'PATCH',
  path: string,
  body: unknown,
  headers = {},
): Promise<Json> {
  const transport = api.server.api.transport(systemUser, manager)
  const response = await transport.send({ method, path, body, headers })
  const object = await response.object()
  assert.ok(response.status < 300, JSON.stringify(object))
  return object
}

const owners = (object: Json) =>
  (object.metadata.managedFields ?? []).map((one: Json) => [one.manager, one.operation, one.subresource])

test('an apply that names the replicas an autoscaler set is refused, and says who set them', async () => {
  const applied = await api.ask('PATCH', `${deployments}/web?fieldManager=ci`, deployment(), applyType)
  assert.equal(applied.status, 201)
  await as(
    'kube-controller-manager',
    'PATCH',
    `${deployments}/web/scale?fieldManager=x`,
    { spec: { replicas: 4 } },
    mergePatchType,
  )
  const refused = await api.ask('PATCH', `${deployments}/web?fieldManager=ci`, deployment(2), applyType)
  assert.equal(refused.status, 409)
  assert.match(
    refused.body.message,
    /^Apply failed with 1 conflict: conflict with "kube-controller-manager" with subresource "scale" using apps\/v1 at .*: \.spec\.replicas$/,
  )
  const kept = await api.ask('PATCH', `${deployments}/web?fieldManager=ci`, deployment(), applyType)
  assert.deepEqual([kept.status, kept.body.spec.replicas], [200, 4])
  const forced = await api.ask('PATCH', `${deployments}/web?fieldManager=ci&force=true`, deployment(2), applyType)
  assert.deepEqual([forced.status, owners(forced.body)], [200, [['ci', 'Apply', undefined]]])
})

test('a controller owns the status it writes; its entry keeps its time while the fields stay', async () => {
  const { body: before } = await api.ask('GET', `${deployments}/web`)
  const put = (status: object) =>
    as('kube-controller-manager', 'PUT', `${deployments}/web/status`, { ...before, metadata: { name: 'web' }, status })
  const first = await put({ replicas: 1, observedGeneration: 1 })
  assert.deepEqual(owners(first), [
    ['ci', 'Apply', undefined],
    ['kube-controller-manager', 'Update', 'status'],
  ])
  const entry = first.metadata.managedFields[1]
  assert.deepEqual(entry.fieldsV1, { 'f:status': { 'f:observedGeneration': {}, 'f:replicas': {} } })
  const second = await put({ replicas: 2, observedGeneration: 1 })
  assert.equal(second.metadata.managedFields, first.metadata.managedFields)
  const third = await put({ replicas: 2 })
  assert.deepEqual(third.metadata.managedFields[1].fieldsV1, { 'f:status': { 'f:replicas': {} } })
})

test('a status that two write is shared out field by field', async () => {
  const patched = await api.ask(
    'PATCH',
    `${deployments}/web/status?fieldManager=kubectl`,
    { status: { readyReplicas: 1 } },
    mergePatchType,
  )
  assert.equal(patched.status, 200)
  const again = await as('kube-controller-manager', 'PUT', `${deployments}/web/status`, {
    ...patched.body,
    status: { ...patched.body.status, replicas: 5 },
  })
  const shares = again.metadata.managedFields
    .filter((one: Json) => one.subresource === 'status')
    .map((one: Json) => [one.manager, one.fieldsV1['f:status']])
  assert.deepEqual(shares, [
    ['kube-controller-manager', { 'f:replicas': {} }],
    ['kubectl', { 'f:readyReplicas': {} }],
  ])
})

test('where a pod runs is nobody’s', async () => {
  const pods = '/api/v1/namespaces/default/pods'
  const spec = { containers: [{ name: 'c', image: 'x' }] }
  await as('kube-controller-manager', 'POST', pods, { metadata: { name: 'p' }, spec })
  await as('kube-scheduler', 'POST', `${pods}/p/binding`, {
    metadata: { name: 'p' },
    target: { kind: 'Node', name: 'n' },
  })
  const { body } = await api.ask('GET', `${pods}/p`)
  assert.equal(body.spec.nodeName, 'n')
  assert.deepEqual(owners(body), [['kube-controller-manager', 'Update', undefined]])
})
