import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { isReady, type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { whyNoContainerd } from './test-containerd.ts'
import { startNode, type TestNode } from './test-node.ts'

const skip = whyNoContainerd()
let node: TestNode
before(async () => {
  if (!skip) node = await startNode('whole', 244)
})
after(() => node?.stop())

/** A resize may change more of a pod than an update may; the API in memory has none. */
const anySpec = { ...podKind, validate: () => [] }
const of = (cpu: string, memory: string) => ({ limits: { cpu, memory }, requests: { cpu, memory } })

async function memoryOf({ metadata }: Pod): Promise<number> {
  const { cgroupRoot, facts } = node.containerd
  const folder = `${cgroupRoot}/pod${metadata.uid}`
  const file =
    facts.cgroup === 'v1'
      ? `/sys/fs/cgroup/memory${folder}/memory.limit_in_bytes`
      : `/sys/fs/cgroup${folder}/memory.max`
  return Number(await readFile(file, 'utf8'))
}

async function give(cpu: string, memory: string): Promise<Pod> {
  const pod = (await node.get('whole'))!
  await node.client.update(anySpec, { ...pod, spec: { ...pod.spec, resources: of(cpu, memory) } })
  return node.until('whole', ({ status }) => status?.resources?.limits?.memory === memory)
}

test('new limits of a pod as a whole reach it while it runs, also after another agent takes over', {
  skip,
}, async () => {
  const Mi = 1024 * 1024
  await node.run('whole', {
    resources: of('200m', '64Mi'),
    containers: [
      {
        name: 'main',
        image: node.containerd.busybox,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', 'exec sleep 1000'],
      },
    ],
  } as never)
  const first = await node.until('whole', (pod) => isReady(pod) && pod.status?.resources)
  assert.equal(await memoryOf(first), 64 * Mi)
  assert.deepEqual(first.status?.allocatedResources, { cpu: '200m', memory: '64Mi' })
  const grown = await give('300m', '96Mi')
  assert.equal(await memoryOf(grown), 96 * Mi)
  await node.restart()
  const shrunk = await give('300m', '48Mi')
  assert.equal(await memoryOf(shrunk), 48 * Mi)
  assert.equal(shrunk.status?.containerStatuses?.[0]?.restartCount, 0)
  assert.equal(shrunk.status?.containerStatuses?.[0]?.containerID, first.status?.containerStatuses?.[0]?.containerID)
  assert.ok((await node.events('whole')).some(({ reason }) => reason === 'ResizeCompleted'))
})
