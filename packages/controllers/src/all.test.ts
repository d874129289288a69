import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeNode } from '@sampan/control/fake-node'
import { deployment } from '@sampan/resources/apps/deployment'
import { replicaSet } from '@sampan/resources/apps/replica-set'
import { configMap } from '@sampan/resources/core/config-map'
import { endpoints } from '@sampan/resources/core/endpoints'
import { namespace } from '@sampan/resources/core/namespace'
import { isReady, pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import { serviceAccount } from '@sampan/resources/core/service-account'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import * as fixture from '@sampan/resources/fixtures'
import { controllers } from './all.ts'
import { draft, type Parts, running } from './run-test.test-support.ts'

const cluster = (run: (parts: Parts) => Promise<void>) =>
  running((client) => [...controllers({ client, ca: 'PEM' }), fakeNode({ bindsTo: 'here' })], run)

const web = { namespace: 'default', name: 'web' }
const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } })

test('a deployment comes up, is reachable, rolls, scales, goes back', async () => {
  await cluster(async ({ client, settle, names }) => {
    await client.create(service, draft(fixture.service('web')))
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 3 })))
    await settle()
    const up = await client.get(deployment, web)
    assert.deepEqual(
      [up.status?.availableReplicas, up.status?.updatedReplicas, up.status?.observedGeneration],
      [3, 3, up.metadata.generation],
    )
    const [slice] = (await client.list(endpointSlice)).items
    assert.equal(slice?.endpoints?.filter(({ conditions }) => conditions?.ready).length, 3)
    assert.equal((await client.get(endpoints, web)).subsets?.[0]?.addresses?.length, 3)
    const before = await names(pod)

    await client.patch(deployment, web, image('web:2'))
    await settle()
    const pods = (await client.list(pod)).items
    assert.equal(pods.filter(isReady).length, 3)
    assert.ok(pods.every(({ spec }) => spec.containers[0]?.image === 'web:2'))
    assert.equal((await client.list(replicaSet)).items.length, 2)
    assert.ok((await names(pod)).every((name) => !before.includes(name)))

    await client.patch(deployment, web, { spec: { replicas: 50 } })
    await settle()
    assert.equal((await client.get(deployment, web)).status?.availableReplicas, 50)
    await client.patch(deployment, web, { spec: { replicas: 1 } })
    await client.patch(deployment, web, image('web:1'))
    await settle()
    const last = (await client.list(pod)).items
    assert.deepEqual(
      last.map(({ spec }) => spec.containers[0]?.image),
      ['web:1'],
    )
    assert.equal((await client.list(replicaSet)).items.length, 2, 'the old set is used again')
    const done = (await client.get(deployment, web)).status?.conditions?.find(({ type }) => type === 'Progressing')
    assert.equal(done?.reason, 'NewReplicaSetAvailable')
  })
})

test('a rollout that cannot work leaves the old pods serving', async () => {
  await cluster(async ({ client, settle, clock }) => {
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 4 })))
    await settle()
    const broken = { spec: { template: { metadata: { annotations: { 'test/outcome': 'Waiting' } } } } }
    await client.patch(deployment, web, broken)
    await settle()
    assert.equal((await client.list(pod)).items.filter(isReady).length, 3)
    await clock.advance(700_000)
    await settle()
    const { status } = await client.get(deployment, web)
    assert.equal(status?.conditions?.find(({ type }) => type === 'Progressing')?.reason, 'ProgressDeadlineExceeded')
  })
})

test('what a deleted deployment owned goes too, in the background and in the foreground', async () => {
  for (const propagation of ['Background', 'Foreground'] as const)
    await cluster(async ({ client, settle, names }) => {
      await client.create(deployment, draft(fixture.deployment('web', { replicas: 3 })))
      await client.create(deployment, draft(fixture.deployment('other', { replicas: 1 })))
      await settle()
      await client.remove(deployment, web, { propagation })
      await settle()
      assert.deepEqual(await names(deployment), ['other'])
      assert.equal((await names(replicaSet)).length, 1)
      assert.equal((await names(pod)).length, 1)
    })
})

test('orphans live on and are adopted again', async () => {
  await cluster(async ({ client, settle, names }) => {
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 2 })))
    await settle()
    const pods = await names(pod)
    await client.remove(deployment, web, { propagation: 'Orphan' })
    await settle()
    const [set] = (await client.list(replicaSet)).items
    assert.equal(
      set?.metadata.ownerReferences,
      undefined === set?.metadata.ownerReferences ? undefined : set?.metadata.ownerReferences,
    )
    assert.equal(set?.metadata.ownerReferences?.length ?? 0, 0)
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 2 })))
    await settle()
    assert.deepEqual(await names(pod), pods)
    assert.equal((await names(replicaSet)).length, 1)
  })
})

test('an object whose owner never was goes; one with another owner forgets the lost one', async () => {
  await cluster(async ({ client, settle, names }) => {
    const real = await client.create(configMap, { metadata: { name: 'owner' } })
    const reference = (name: string, uid = '') => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })
    await client.create(configMap, { metadata: { name: 'a', ownerReferences: [reference('lost', 'u-lost')] } })
    const both = [reference('owner', real.metadata.uid), reference('lost', 'u-lost')]
    await client.create(configMap, { metadata: { name: 'b', ownerReferences: both } })
    const strange = { apiVersion: 'strange.dev/v1', kind: 'Strange', name: 'x', uid: 'u-x' }
    await client.create(configMap, { metadata: { name: 'c', ownerReferences: [strange] } })
    await settle()
    assert.deepEqual(await names(configMap), ['b', 'c', 'owner'])
    const kept = await client.get(configMap, { namespace: 'default', name: 'b' })
    assert.deepEqual(
      kept.metadata.ownerReferences?.map(({ name }) => name),
      ['owner'],
    )
  })
})

test('a namespace is furnished when it comes and emptied before it goes', async () => {
  await cluster(async ({ client, settle, names }) => {
    await client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
    await settle()
    assert.deepEqual(await names(serviceAccount, 'shop'), ['default'])
    assert.equal((await client.get(configMap, { namespace: 'shop', name: 'kube-root-ca.crt' })).data?.['ca.crt'], 'PEM')
    await client.remove(serviceAccount, { namespace: 'shop', name: 'default' })
    await settle()
    assert.deepEqual(await names(serviceAccount, 'shop'), ['default'])

    const held = { name: 'held', namespace: 'shop', finalizers: ['test/hold'] }
    await client.create(configMap, { metadata: held })
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 2, namespace: 'shop' })))
    await settle()
    await client.remove(namespace, { name: 'shop' })
    await settle()
    const going = await client.get(namespace, { name: 'shop' })
    const said = going.status?.conditions?.find(({ type }) => type === 'NamespaceFinalizersRemaining')
    assert.equal(
      said?.message,
      'Some content in the namespace has finalizers remaining: test/hold in 1 resource instances',
    )
    assert.deepEqual(await names(pod), [])
    await client.patch(configMap, { namespace: 'shop', name: 'held' }, { metadata: { finalizers: null } })
    await settle()
    await settle()
    assert.equal(await client.find(namespace, { name: 'shop' }), undefined)
    assert.deepEqual(await names(configMap, 'shop'), [])
  })
})

test('a service follows its pods and its selector', async () => {
  await cluster(async ({ client, settle }) => {
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 2 })))
    await client.create(service, draft(fixture.service('web', { spec: { selector: { app: 'nobody' } } })))
    await settle()
    const ready = async () => (await client.list(endpointSlice)).items.flatMap((one) => one.endpoints ?? []).length
    assert.equal(await ready(), 0)
    assert.equal((await client.list(endpointSlice)).items.length, 1, 'a slice says that there is nobody')
    await client.patch(service, web, { spec: { selector: { app: 'web' } } })
    await settle()
    assert.equal(await ready(), 2)
    const [first] = (await client.list(pod)).items
    await client.patch(pod, first?.metadata ?? web, { metadata: { labels: { app: 'debug' } } })
    await settle()
    assert.equal(await ready(), 2, 'a new pod is there instead')
    await client.remove(service, web)
    await settle()
    assert.deepEqual((await client.list(endpointSlice)).items, [])
    assert.deepEqual((await client.list(endpoints)).items, [])
  })
})

test('all at rest writes nothing', async () => {
  await cluster(async ({ client, settle, clock }) => {
    await client.create(service, draft(fixture.service('web')))
    await client.create(deployment, draft(fixture.deployment('web', { replicas: 5 })))
    await settle()
    const writes = client.writes.length
    await clock.advance(3_600_000)
    await settle()
    assert.deepEqual(client.writes.slice(writes), [])
  })
})
