import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { runOrThrow } from '@sampan/kit/run'
import { event } from '@sampan/resources/core/event'
import { node as nodeKind } from '@sampan/resources/core/node'
import { isReady, type Pod } from '@sampan/resources/core/pod'
import { imageCleaner } from './image-cleaner.ts'
import { whyNoContainerd } from './test-containerd.ts'
import { startNode, type TestNode } from './test-node.ts'

/** What the node removes so that the machine stays usable, on a real runtime; its pods have a disk of 64 MB. */
const skip = whyNoContainerd()
let node: TestNode
before(async () => {
  if (skip) return
  const prepare = async (home: string) => {
    await mkdir(join(home, 'pods'))
    await runOrThrow('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', join(home, 'pods')])
  }
  node = await startNode('clean', 242, { prepare })
})
after(() => node?.stop())

const sh = (script: string, rest: object = {}) => ({
  name: 'main',
  image: node.containerd.busybox,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  ...rest,
})
const names = async () =>
  (await node.containerd.cri.call('ListImages', {})).images.flatMap(({ repoTags }) => repoTags).toSorted()

test('images go that no container and no volume uses, never the system’s own', { skip }, async () => {
  const { cri, load } = node.containerd
  for (const name of ['unused', 'ended', 'shown', 'young']) await load(`example.com/${name}:1`)
  await node.run('ended', {
    restartPolicy: 'Never',
    containers: [sh('exit 0', { image: 'example.com/ended:1' })],
  })
  await node.until('ended', ({ status }) => status?.phase === 'Succeeded')
  const mounted = { volumeMounts: [{ name: 'files', mountPath: '/files' }] }
  const shown = await node.run('shown', {
    volumes: [{ name: 'files', image: { reference: 'example.com/shown:1', pullPolicy: 'Never' } }],
    containers: [sh('exec sleep 1000', mounted)],
  })
  await node.until('shown', isReady)
  const early = { ...systemClock, now: () => new Date(Date.now() - 3 * 60_000) }
  const workers = new Map([['shown', { pod: shown }]])
  const cleaner = imageCleaner({ cri, log: silent, clock: early }, workers, ['sampan.dev/'])
  await cri.call('RemoveImage', { image: { image: 'example.com/young:1' } })
  await cleaner.look()
  await load('example.com/young:1')
  assert.equal(await cleaner.free(0), 0)
  assert.ok((await cleaner.free(Number.POSITIVE_INFINITY)) > 0)
  assert.deepEqual(await names(), [
    'example.com/ended:1',
    'example.com/shown:1',
    'example.com/young:1',
    'sampan.dev/test/busybox:1',
    'sampan.dev/test/pause:1',
  ])
})

test('who fills the disk is evicted, who came with little stays, and the node says so', { skip }, async () => {
  const volumes = [{ name: 'data', emptyDir: {} }]
  const volumeMounts = [{ name: 'data', mountPath: '/data' }]
  await node.run('modest', { volumes, containers: [sh('exec sleep 1000', { volumeMounts })] })
  const modest = await node.until('modest', isReady)
  await node.run('greedy', {
    volumes,
    containers: [sh('dd if=/dev/zero of=/data/file bs=1M count=61 2>/dev/null; exec sleep 1000', { volumeMounts })],
  })
  const pod = await node.until('greedy', ({ status }) => status?.phase === 'Failed', 40_000)
  assert.equal(pod.status?.reason, 'Evicted')
  assert.match(
    pod.status?.message ?? '',
    /^The node was low on resource: ephemeral-storage\. Threshold quantity: 6710886, available: \d+Ki\. /,
  )
  assert.equal(pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status, 'True')
  const now = await node.get('modest')
  assert.deepEqual(containersOf(now!), containersOf(modest))
  const told = async () => {
    const { items } = await node.client.list(event, { fields: `involvedObject.name=${node.nodeName}` })
    return items.map(({ reason }) => reason)
  }
  const condition = async () =>
    (await node.client.get(nodeKind, { name: node.nodeName })).status?.conditions?.find(
      ({ type }) => type === 'DiskPressure',
    )?.status
  for (let tries = 0; (await condition()) !== 'True'; tries++) {
    assert.ok(tries < 150, 'the node says that its disk is short')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  for (const reason of ['Starting', 'NodeReady', 'EvictionThresholdMet', 'NodeHasDiskPressure'])
    assert.ok((await told()).includes(reason), `${reason} of ${await told()}`)
  // What had ended gave its containers before anybody had to go; its status still tells of them.
  const { containers } = await node.containerd.cri.call('ListContainers', {})
  assert.ok(!containers.some(({ labels }) => labels['io.kubernetes.pod.name'] === 'ended'))
  const ended = await node.get('ended')
  assert.equal(ended?.status?.phase, 'Succeeded')
  assert.equal(ended?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 0)
  // While it says so it takes nobody.
  await node.run('refused', { containers: [sh('exit 0')] })
  const refused = await node.until('refused', ({ status }) => status?.phase === 'Failed')
  assert.equal(refused.status?.reason, 'Evicted')
  assert.match(refused.status?.message ?? '', /The node had condition: \[DiskPressure\]\. /)
  assert.deepEqual(await readdir(join(node.containerd.home, 'pods', pod.metadata.uid!)).catch(() => []), [])
})

const containersOf = ({ status }: Pod) =>
  status?.containerStatuses?.map(({ containerID, restartCount }) => [containerID, restartCount])
