import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeNode } from '@sampan/control/fake-node'
import { controllerRevision } from '@sampan/resources/apps/controller-revision'
import { type StatefulSet, statefulSet } from '@sampan/resources/apps/stateful-set'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { pod } from '@sampan/resources/core/pod'
import * as fixture from '@sampan/resources/fixtures'
import { garbageCollector } from './garbage-collector.ts'
import { draft, type Parts, running } from './run-test.test-support.ts'
import { statefulSets } from './stateful-set.ts'

const db = { namespace: 'default', name: 'db' }
const withNode = (run: (parts: Parts) => Promise<void>) =>
  running([statefulSets, garbageCollector, fakeNode({ bindsTo: 'here' })], run)
const set = (replicas: number, spec: Partial<StatefulSet['spec']> = {}) =>
  draft(fixture.statefulSet('db', { replicas, spec }))
const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } })
const waiting = { spec: { template: { metadata: { annotations: { 'test/outcome': 'Waiting' } } } } }
const volumeClaimTemplates = [
  { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
] as StatefulSet['spec']['volumeClaimTemplates']
const statusOf = async ({ client }: Parts) => (await client.get(statefulSet, db)).status
const made = ({ client }: Parts, verb: string) =>
  client.writes.filter((line) => line.startsWith(`${verb} pods`)).map((line) => line.split('/')[1])

test('pods come in order, with names, labels and claims of their own', async () => {
  await withNode(async (parts) => {
    const { client, settle, names } = parts
    await client.create(statefulSet, set(3, { volumeClaimTemplates }))
    await settle()
    assert.deepEqual(made(parts, 'create'), ['db-0', 'db-1', 'db-2'])
    assert.deepEqual(await names(persistentVolumeClaim), ['data-db-0', 'data-db-1', 'data-db-2'])
    const one = await client.get(pod, { namespace: 'default', name: 'db-1' })
    assert.equal(one.spec.hostname, 'db-1')
    assert.equal(one.spec.subdomain, 'db')
    assert.deepEqual(one.spec.volumes?.[0], { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } })
    assert.equal(one.metadata.labels?.['apps.kubernetes.io/pod-index'], '1')
    const status = await statusOf(parts)
    assert.deepEqual(
      [
        status?.readyReplicas,
        status?.currentReplicas,
        status?.updatedReplicas,
        status?.currentRevision === status?.updateRevision,
      ],
      [3, 3, 3, true],
    )
    await client.patch(statefulSet, db, { spec: { replicas: 1 } })
    await settle()
    assert.deepEqual(await names(pod), ['db-0'])
    assert.deepEqual([...new Set(made(parts, 'remove'))], ['db-2', 'db-1'], 'from the last to the first')
    assert.equal((await names(persistentVolumeClaim)).length, 3, 'data stays')
  })
})

test('a pod that is not ready holds up those after it, unless all may start at once', async () => {
  for (const [podManagementPolicy, want] of [
    ['OrderedReady', 1],
    ['Parallel', 3],
  ] as const)
    await withNode(async ({ client, settle, names }) => {
      const one = set(3, { podManagementPolicy })
      await client.create(statefulSet, {
        ...one,
        spec: {
          ...one.spec,
          template: { ...one.spec.template, metadata: { labels: { app: 'db' }, ...waiting.spec.template.metadata } },
        },
      })
      await settle()
      assert.equal((await names(pod)).length, want)
    })
})

test('an update goes from the last pod down to the partition; a lost pod below it comes back as it was', async () => {
  await withNode(async (parts) => {
    const { client, settle } = parts
    const partition = (value: number) => ({
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: value } } },
    })
    await client.create(statefulSet, set(3))
    await settle()
    const images = async () =>
      (await client.list(pod)).items
        .map(({ metadata, spec }) => `${metadata.name} ${spec.containers[0]?.image}`)
        .toSorted()
    await client.patch(statefulSet, db, { spec: { ...partition(2).spec, ...image('web:2').spec } })
    await settle()
    assert.deepEqual(await images(), ['db-0 web:1', 'db-1 web:1', 'db-2 web:2'])
    const canary = await statusOf(parts)
    assert.deepEqual([canary?.currentReplicas, canary?.updatedReplicas], [2, 1])
    await client.remove(pod, { namespace: 'default', name: 'db-0' }, { graceSeconds: 0 })
    await settle()
    assert.deepEqual(await images(), ['db-0 web:1', 'db-1 web:1', 'db-2 web:2'])
    await client.patch(statefulSet, db, partition(0))
    await settle()
    assert.deepEqual(await images(), ['db-0 web:2', 'db-1 web:2', 'db-2 web:2'])
    const done = await statusOf(parts)
    assert.deepEqual(
      [done?.currentReplicas, done?.updatedReplicas, done?.currentRevision],
      [3, 3, done?.updateRevision],
    )
    await client.patch(statefulSet, db, image('web:1'))
    await settle()
    const revisions = (await client.list(controllerRevision)).items.map(({ revision }) => revision)
    assert.deepEqual(revisions.toSorted(), [2, 3], 'going back reuses the revision under a new number')
  })
})

test('a broken update stops at the first pod', async () => {
  await withNode(async (parts) => {
    const { client, settle } = parts
    await client.create(statefulSet, set(3))
    await settle()
    await client.patch(statefulSet, db, waiting)
    await settle()
    assert.equal((await statusOf(parts))?.readyReplicas, 2)
    assert.equal((await client.list(pod)).items.length, 3)
  })
})

test('a failed pod is made again under its name', async () => {
  await withNode(async (parts) => {
    const { client, settle } = parts
    await client.create(statefulSet, set(1))
    await settle()
    const before = await client.get(pod, { namespace: 'default', name: 'db-0' })
    await client.patch(pod, before.metadata, { status: { phase: 'Failed' } }, { subresource: 'status' })
    await settle()
    const after = await client.get(pod, { namespace: 'default', name: 'db-0' })
    assert.notEqual(after.metadata.uid, before.metadata.uid)
    assert.equal((await statusOf(parts))?.readyReplicas, 1)
  })
})

test('claims go with the set, or with a scaled away pod, where the set says so', async () => {
  await withNode(async ({ client, settle, names }) => {
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' }
    await client.create(statefulSet, set(2, { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy }))
    await settle()
    await client.patch(statefulSet, db, { spec: { replicas: 1 } })
    await settle()
    assert.deepEqual(await names(persistentVolumeClaim), ['data-db-0'])
    await client.remove(statefulSet, db)
    await settle()
    assert.deepEqual(await names(persistentVolumeClaim), [])
  })
})
