import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Plan } from '@sampan/control/plan'
import { event } from '@sampan/resources/core/event'
import { type PersistentVolume, persistentVolume } from '@sampan/resources/core/persistent-volume'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { pod } from '@sampan/resources/core/pod'
import * as fixture from '@sampan/resources/fixtures'
import { type StorageClass, storageClass } from '@sampan/resources/storage/storage-class'
import { selectedNode } from './claim-binding.ts'
import { ephemeralVolumes } from './ephemeral-volume.ts'
import { garbageCollector } from './garbage-collector.ts'
import { localVolumes } from './local-volumes.ts'
import { persistentVolumes } from './persistent-volume.ts'
import { persistentVolumeClaims, reconcileClaim } from './persistent-volume-claim.ts'
import { draft, type Parts, running } from './run-test.test-support.ts'

const claim = (spec: Partial<PersistentVolumeClaim['spec']> = {}, options: object = {}): PersistentVolumeClaim =>
  fixture.persistentVolumeClaim('data', { spec: { storageClassName: 'slow', ...spec }, ...options })
const volume = (name: string, spec: Partial<PersistentVolume['spec']> = {}, phase = 'Available'): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, uid: `uid-${name}`, resourceVersion: '1' },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'slow', ...spec },
  status: { phase },
})
const classOf = (volumeBindingMode: string, provisioner = 'example.com/x') =>
  ({ metadata: { name: 'slow' }, provisioner, volumeBindingMode }) as StorageClass
const shown = (plan: Plan) => {
  const bound = plan.find((step) => step.op === 'update' && step.kind.kind === 'PersistentVolumeClaim')
  if (bound?.op === 'update') return (bound.object as PersistentVolumeClaim).spec.volumeName
  const said = plan.find((step) => step.op === 'event')
  const status = plan.find((step) => step.op === 'status')
  return said?.op === 'event'
    ? said.reason
    : status?.op === 'status'
      ? (status.status as { phase: string }).phase
      : 'nothing'
}
const bound = { 'pv.kubernetes.io/bind-completed': 'yes' }
const refTo = (uid?: string) => ({ claimRef: { namespace: 'default', name: 'data', uid } })

const cases: {
  name: string
  of: PersistentVolumeClaim
  volumes?: PersistentVolume[]
  class?: StorageClass
  want: string
}[] = [
  {
    name: 'takes the smallest volume that is large enough',
    of: claim(),
    volumes: [
      volume('big', { capacity: { storage: '10Gi' } }),
      volume('fits'),
      volume('small', { capacity: { storage: '1Mi' } }),
    ],
    want: 'fits',
  },
  {
    name: 'wants its access mode',
    of: claim({ accessModes: ['ReadWriteMany'] }),
    volumes: [volume('a')],
    class: classOf('Immediate'),
    want: 'ExternalProvisioning',
  },
  {
    name: 'wants its class',
    of: claim(),
    volumes: [volume('a', { storageClassName: 'fast' })],
    class: classOf('Immediate'),
    want: 'ExternalProvisioning',
  },
  {
    name: 'wants its labels',
    of: claim({ selector: { matchLabels: { disk: 'ssd' } } }),
    volumes: [volume('a')],
    class: classOf('Immediate'),
    want: 'ExternalProvisioning',
  },
  {
    name: 'takes the volume that is kept for it',
    of: claim(),
    volumes: [volume('a'), volume('kept', refTo())],
    want: 'kept',
  },
  {
    name: 'leaves volumes of others alone',
    of: claim(),
    volumes: [volume('a', { claimRef: { namespace: 'x', name: 'y' } })],
    class: classOf('Immediate'),
    want: 'ExternalProvisioning',
  },
  {
    name: 'waits for its first consumer',
    of: claim(),
    volumes: [volume('a')],
    class: classOf('WaitForFirstConsumer'),
    want: 'WaitForFirstConsumer',
  },
  {
    name: 'is bound once its consumer has a node',
    of: claim({}, { annotations: { [selectedNode]: 'here' } }),
    volumes: [volume('a')],
    class: classOf('WaitForFirstConsumer'),
    want: 'a',
  },
  { name: 'says that its class is missing', of: claim(), want: 'ProvisioningFailed' },
  { name: 'says that nothing can be done without a class', of: claim({ storageClassName: '' }), want: 'FailedBinding' },
  { name: 'is lost with its volume', of: claim({ volumeName: 'gone' }, { annotations: bound }), want: 'ClaimLost' },
  {
    name: 'stays bound',
    of: claim({ volumeName: 'a' }, { annotations: bound }),
    volumes: [volume('a', refTo('uid-PersistentVolumeClaim-data'))],
    want: 'Bound',
  },
  {
    name: 'cannot have the volume of another',
    of: claim({ volumeName: 'a' }),
    volumes: [volume('a', { claimRef: { namespace: 'x', name: 'y' } })],
    want: 'FailedBinding',
  },
]
for (const { name, of, volumes = [], class: found, want } of cases)
  test(`a claim ${name}`, () =>
    assert.equal(shown(reconcileClaim(of, { volumes, storageClass: found, users: [] })), want))

async function withFolder(run: (parts: Parts, folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'volumes-'))
  const list = [persistentVolumeClaims, persistentVolumes, ephemeralVolumes, garbageCollector, ...localVolumes(folder)]
  try {
    await running(list, (parts) => run(parts, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
const data = { namespace: 'default', name: 'data' }
const spec = { storageClassName: 'local', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const here = { metadata: { annotations: { [selectedNode]: 'here' } } }
async function settled({ settle }: Parts) {
  for (let i = 0; i < 5; i++) {
    await settle()
    await new Promise((resolve) => setTimeout(resolve, 5)) // folders are made by the operating system, in its own time
  }
}

test('a local volume is a folder that comes with its consumer and goes with its claim', async () => {
  await withFolder(async (parts, folder) => {
    const { client, names } = parts
    assert.equal(
      (await client.get(storageClass, { name: 'local' })).metadata.annotations?.[
        'storageclass.kubernetes.io/is-default-class'
      ],
      'true',
    )
    await client.create(persistentVolumeClaim, {
      metadata: { name: 'data', finalizers: ['kubernetes.io/pvc-protection'] },
      spec,
    } as never)
    await settled(parts)
    assert.deepEqual(await names(persistentVolume), [])
    await client.patch(persistentVolumeClaim, data, here)
    await settled(parts)
    const claimed = await client.get(persistentVolumeClaim, data)
    assert.equal(claimed.status?.phase, 'Bound')
    const [one] = (await client.list(persistentVolume)).items
    assert.equal(one?.status?.phase, 'Bound')
    assert.equal(one?.spec.local?.path, join(folder, `pvc-${claimed.metadata.uid}`))
    await writeFile(join(one.spec.local?.path ?? '', 'file'), 'x')

    await client.patch(persistentVolumeClaim, data, { spec: { resources: { requests: { storage: '2Gi' } } } })
    await settled(parts)
    assert.equal((await client.get(persistentVolumeClaim, data)).status?.capacity?.storage, '2Gi')

    const user = draft(
      fixture.pod('web', { spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] } }),
    )
    await client.create(pod, user)
    await client.remove(persistentVolumeClaim, data)
    await settled(parts)
    assert.ok(existsSync(join(one.spec.local?.path ?? '', 'file')), 'a claim in use stays')
    await client.remove(pod, { namespace: 'default', name: 'web' })
    await settled(parts)
    assert.equal(await client.find(persistentVolumeClaim, data), undefined)
    assert.deepEqual(await names(persistentVolume), [])
    assert.equal(existsSync(one.spec.local?.path ?? ''), false)
  })
})

test('a retained volume keeps its folder, even when it is removed', async () => {
  await withFolder(async (parts) => {
    const { client, names } = parts
    await client.create(storageClass, {
      metadata: { name: 'kept' },
      provisioner: 'sampan.dev/local',
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'Immediate',
    } as never)
    await client.create(persistentVolumeClaim, {
      metadata: { name: 'data' },
      spec: { ...spec, storageClassName: 'kept' },
    } as never)
    await settled(parts)
    await client.remove(persistentVolumeClaim, data)
    await settled(parts)
    const [one] = (await client.list(persistentVolume)).items
    assert.equal(one?.status?.phase, 'Released')
    await client.remove(persistentVolume, one?.metadata ?? data)
    await settled(parts)
    assert.deepEqual(await names(persistentVolume), [])
    assert.ok(existsSync(one?.spec.local?.path ?? ''))
  })
})

test('a static volume is bound and released', async () => {
  await withFolder(async (parts) => {
    const { client } = parts
    const { metadata: _, ...rest } = volume('disk', { storageClassName: '', hostPath: { path: '/data' } })
    await client.create(persistentVolume, { ...rest, metadata: { name: 'disk' } })
    await client.create(persistentVolumeClaim, {
      metadata: { name: 'data' },
      spec: { ...spec, storageClassName: '' },
    } as never)
    await settled(parts)
    assert.equal((await client.get(persistentVolumeClaim, data)).spec.volumeName, 'disk')
    assert.equal((await client.get(persistentVolume, { name: 'disk' })).status?.phase, 'Bound')
    await client.remove(persistentVolumeClaim, data)
    await settled(parts)
    assert.equal((await client.get(persistentVolume, { name: 'disk' })).status?.phase, 'Released')
  })
})

test('a claim of an ephemeral volume belongs to its pod', async () => {
  await withFolder(async (parts) => {
    const { client, names } = parts
    const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }]
    await client.create(pod, draft(fixture.pod('web', { spec: { volumes } })))
    await settled(parts)
    assert.deepEqual(await names(persistentVolumeClaim), ['web-scratch'])
    await client.remove(pod, { namespace: 'default', name: 'web' })
    await settled(parts)
    assert.deepEqual(await names(persistentVolumeClaim), [])
    assert.ok((await client.list(event)).items.some(({ reason }) => reason === 'WaitForFirstConsumer'))
  })
})
