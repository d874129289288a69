import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { node as nodeKind } from '@sampan/resources/core/node'
import { persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isReady, type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { csiDriver } from '@sampan/resources/storage/csi-driver'
import { csiNode } from '@sampan/resources/storage/csi-node'
import { volumeAttachment } from '@sampan/resources/storage/volume-attachment'
import { whyNoContainerd } from '../test-containerd.ts'
import { startNode, type TestNode } from '../test-node.ts'
import { hasBlockDevice, startDriver, type TestDriver } from './test-driver.ts'

/** Volumes of a real storage driver behind real sockets, in real pods. */
const skip = whyNoContainerd()
const name = 'disks.example.com'
let node: TestNode
let driver: TestDriver

before(async () => {
  if (skip) return
  node = await startNode('csi', 243)
  driver = await startDriver(name, node.containerd.home)
  await node.client.create(csiDriver, {
    metadata: { name },
    spec: {
      attachRequired: true,
      podInfoOnMount: true,
      volumeLifecycleModes: ['Persistent', 'Ephemeral'],
      fsGroupPolicy: 'File',
      tokenRequests: [{ audience: 'vault' }],
    },
  } as never)
})
after(async () => {
  await driver?.stop()
  await node?.stop()
})

const reader = (rest: Partial<Pod['spec']> = {}): Partial<Pod['spec']> => ({
  containers: [
    {
      name: 'main',
      image: node.containerd.busybox,
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', 'cat /data/asked.json; stat -c " %g %a" /data; exec sleep 1000'],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
  ...rest,
})

async function eventually(what: string, isSo: () => Promise<unknown>) {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 100, what)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What the driver was asked, as the pod sees it. */
async function asked(pod: string) {
  let text = ''
  await eventually(`${pod} has read its volume`, async () => {
    text = await node.logs(pod, 'main')
    return text.includes('\n')
  })
  const end = text.lastIndexOf('}') + 1
  return { ...JSON.parse(text.slice(0, end)), owner: text.slice(end).trim() }
}

test('a driver that comes is known to the API', { skip }, async () => {
  await eventually('it is registered', async () => driver.calls.includes('registered'))
  const told = await node.client.get(csiNode, { name: node.nodeName })
  assert.deepEqual(told.spec.drivers, [
    { name, nodeID: `${name}-node`, topologyKeys: [`topology.${name}/zone`], allocatable: { count: 7 } },
  ])
  const own = await node.client.get(nodeKind, { name: node.nodeName })
  assert.equal(
    own.metadata.annotations?.['csi.volume.kubernetes.io/nodeid'],
    JSON.stringify({ [name]: `${name}-node` }),
  )
  assert.equal(own.metadata.labels?.[`topology.${name}/zone`], 'z1')
})

test('a volume lives as long as its pod and knows whose it is', { skip }, async () => {
  await node.client.create(secret, {
    metadata: { namespace: 'default', name: 'key' },
    data: { password: Buffer.from('open').toString('base64') },
  })
  const csi = { driver: name, volumeAttributes: { size: 'small' }, nodePublishSecretRef: { name: 'key' } }
  const made = await node.run('inline', reader({ volumes: [{ name: 'data', csi }], securityContext: { fsGroup: 777 } }))
  await node.until('inline', isReady)
  const { volumeContext, secrets, readonly, owner } = await asked('inline')
  const { 'csi.storage.k8s.io/serviceAccount.tokens': tokens, ...context } = volumeContext
  assert.deepEqual(context, {
    size: 'small',
    'csi.storage.k8s.io/pod.name': 'inline',
    'csi.storage.k8s.io/pod.namespace': 'default',
    'csi.storage.k8s.io/pod.uid': made.metadata.uid,
    'csi.storage.k8s.io/serviceAccount.name': 'default',
    'csi.storage.k8s.io/ephemeral': 'true',
  })
  assert.equal(JSON.parse(tokens).vault.token, 'token-default')
  assert.deepEqual(secrets, { password: 'open' })
  assert.equal(readonly, false)
  assert.match(owner, /^777 2\d7\d$/)
  assert.ok(!driver.calls.some((call) => call.startsWith('NodeStageVolume')))
  await node.client.remove(podKind, { namespace: 'default', name: 'inline' })
  await node.untilGone('inline')
  assert.match(driver.calls.at(-1) ?? '', /^NodeUnpublishVolume csi-[0-9a-f]{64}$/)
  assert.ok(!existsSync(join(node.containerd.home, 'pods', made.metadata.uid!)))
})

test('a driver that was never heard of keeps the pod waiting, and the pod says so', { skip }, async () => {
  await node.run('stranger', reader({ volumes: [{ name: 'data', csi: { driver: 'none.example.com' } }] }))
  await eventually('an event says why', async () =>
    (await node.events('stranger')).some(
      ({ reason, message }) => reason === 'FailedMount' && message?.includes('none.example.com (no CSIDriver object)'),
    ),
  )
  await node.client.remove(podKind, { namespace: 'default', name: 'stranger' })
  await node.untilGone('stranger')
})

test('a claimed volume is attached, staged once for the node, and given back when its last pod goes', {
  skip,
}, async () => {
  await node.client.create(persistentVolume, {
    metadata: { name: 'pv1' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteMany'],
      mountOptions: ['noatime'],
      csi: { driver: name, volumeHandle: 'vol-1', volumeAttributes: { pool: 'fast' } },
    },
  } as never)
  const claim = await node.client.create(persistentVolumeClaim, {
    metadata: { namespace: 'default', name: 'claim' },
    spec: { volumeName: 'pv1', accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  } as never)
  await node.client.updateStatus(persistentVolumeClaim, { ...claim, status: { phase: 'Bound' } })
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'claim' } }]
  await node.run('first', reader({ volumes }))
  await eventually('it waits to be attached', async () =>
    (await node.events('first')).some(({ message }) => message?.includes('not attached to the node yet')),
  )
  const attachment = await node.client.create(volumeAttachment, {
    metadata: { name: 'csi-1' },
    spec: { attacher: name, nodeName: node.nodeName, source: { persistentVolumeName: 'pv1' } },
  } as never)
  await node.client.updateStatus(volumeAttachment, {
    ...attachment,
    status: { attached: true, attachmentMetadata: { device: '/dev/x' } },
  } as never)
  await node.until('first', isReady)
  const { volumeContext, volumeCapability } = await asked('first')
  assert.equal(volumeContext.pool, 'fast')
  assert.equal(volumeContext['csi.storage.k8s.io/ephemeral'], 'false')
  assert.deepEqual(volumeCapability.mount.mountFlags, ['noatime'])
  assert.equal(volumeCapability.accessMode.mode, 5)
  await node.run('second', reader({ volumes }))
  await node.until('second', isReady)
  const ofVolume = () => driver.calls.filter((call) => call.endsWith(' vol-1')).map((call) => call.split(' ')[0])
  assert.deepEqual(ofVolume(), ['NodeStageVolume', 'NodePublishVolume', 'NodePublishVolume'])
  // An agent that comes anew knows what there is.
  await node.restart()
  await eventually(
    'it is registered anew',
    async () => driver.calls.filter((call) => call === 'registered').length === 2,
  )
  for (const pod of ['first', 'second']) {
    await node.client.remove(podKind, { namespace: 'default', name: pod })
    await node.untilGone(pod)
  }
  assert.deepEqual(ofVolume().slice(3), ['NodeUnpublishVolume', 'NodeUnpublishVolume', 'NodeUnstageVolume'])
})

/** A claim that is bound to a volume of the driver, attached already. */
async function bound(volume: string, volumeMode: string) {
  await node.client.create(persistentVolume, {
    metadata: { name: volume },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      volumeMode,
      csi: { driver: name, volumeHandle: `h-${volume}` },
    },
  } as never)
  const claim = await node.client.create(persistentVolumeClaim, {
    metadata: { namespace: 'default', name: volume },
    spec: {
      volumeName: volume,
      volumeMode,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  } as never)
  await node.client.updateStatus(persistentVolumeClaim, {
    ...claim,
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  })
  const attachment = await node.client.create(volumeAttachment, {
    metadata: { name: `csi-${volume}` },
    spec: { attacher: name, nodeName: node.nodeName, source: { persistentVolumeName: volume } },
  } as never)
  await node.client.updateStatus(volumeAttachment, { ...attachment, status: { attached: true } } as never)
  return [{ name: 'data', persistentVolumeClaim: { claimName: volume } }]
}

test('a volume without files is a device in its pod, and is taken back', {
  skip: skip ?? (!hasBlockDevice && 'needs a block device'),
}, async () => {
  const volumes = await bound('raw', 'Block')
  const made = await node.run('raw', {
    volumes,
    containers: [
      {
        name: 'main',
        image: node.containerd.busybox,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', 'test -b /dev/disk && echo a device; exec sleep 1000'],
        volumeDevices: [{ name: 'data', devicePath: '/dev/disk' }],
      },
    ],
  })
  await node.until('raw', isReady)
  await eventually('it sees the device', async () => (await node.logs('raw', 'main')).includes('a device'))
  const { volumes: told } = await node.agent.disk()
  const figures = told.find(({ name: pod }) => pod === 'raw')?.volumes
  assert.partialDeepStrictEqual(figures, [{ name: 'data', claim: 'raw', usedBytes: 40, capacityBytes: 100 }])
  await node.client.remove(podKind, { namespace: 'default', name: 'raw' })
  await node.untilGone('raw')
  assert.deepEqual(
    driver.calls.filter((call) => call.endsWith(' h-raw')).map((call) => call.split(' ')[0]),
    ['NodeStageVolume', 'NodePublishVolume', 'NodeUnpublishVolume', 'NodeUnstageVolume'],
  )
  const folder = join(node.containerd.home, 'plugins/kubernetes.io/csi/volumeDevices')
  assert.ok(!existsSync(join(folder, 'publish/raw', made.metadata.uid!)) && !existsSync(join(folder, 'staging/raw')))
})

test('a claim that was made larger is larger for its running pod, and says so', { skip }, async () => {
  const volumes = await bound('grows', 'Filesystem')
  await node.run('grows', reader({ volumes }))
  await node.until('grows', isReady)
  const own = await node.client.get(nodeKind, { name: node.nodeName })
  assert.ok(own.status?.volumesAttached?.some(({ name: one }) => one === `kubernetes.io/csi/${name}^h-grows`))
  const volume = await node.client.get(persistentVolume, { name: 'grows' })
  await node.client.update(persistentVolume, { ...volume, spec: { ...volume.spec, capacity: { storage: '2Gi' } } })
  const get = () => node.client.get(persistentVolumeClaim, { namespace: 'default', name: 'grows' })
  const claim = await get()
  await node.client.updateStatus(persistentVolumeClaim, {
    ...claim,
    status: { ...claim.status, conditions: [{ type: 'FileSystemResizePending', status: 'True' }] },
  })
  await eventually('the claim says its new size', async () => (await get()).status?.capacity?.storage === '2Gi')
  assert.deepEqual((await get()).status?.conditions, [])
  assert.ok(driver.calls.includes('NodeExpandVolume h-grows'))
  await eventually('the pod tells of it', async () =>
    (await node.events('grows')).some(({ reason }) => reason === 'FileSystemResizeSuccessful'),
  )
})

test('what a driver in a pod mounts below the folder of pods is seen by others', { skip }, async () => {
  const pods = join(node.containerd.home, 'pods')
  await node.run('mounter', {
    volumes: [{ name: 'pods', hostPath: { path: pods } }],
    containers: [
      {
        name: 'main',
        image: node.containerd.busybox,
        imagePullPolicy: 'IfNotPresent',
        securityContext: { privileged: true },
        command: [
          'sh',
          '-c',
          'mkdir -p /pods/from-pod && mount -t tmpfs tmpfs /pods/from-pod && echo 1 > /pods/from-pod/file; exec sleep 1000',
        ],
        volumeMounts: [{ name: 'pods', mountPath: '/pods', mountPropagation: 'Bidirectional' }],
      },
    ],
  })
  await node.until('mounter', isReady)
  await eventually('the file is here', async () => existsSync(join(pods, 'from-pod', 'file')))
})

test('a driver’s refusal is what the pod waits for', { skip }, async () => {
  driver.refuses = 'the array is offline'
  await node.run('refused', reader({ volumes: [{ name: 'data', csi: { driver: name } }] }))
  await eventually('an event says why', async () =>
    (await node.events('refused')).some(({ message }) => message?.includes('the array is offline')),
  )
  driver.refuses = undefined
  await node.until('refused', isReady)
})
