import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isReady, type Pod } from '@sampan/resources/core/pod'
import { whyNoContainerd } from './test-containerd.ts'
import { startNode, type TestNode } from './test-node.ts'

const skip = whyNoContainerd()
let node: TestNode
before(async () => {
  if (!skip) node = await startNode('faults', 246)
})
after(() => node?.stop())

const sleeper = (rest: object = {}) => ({
  name: 'main',
  image: node.containerd.busybox,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'],
  ...rest,
})
const idsOf = (pod: Pod | undefined) => pod?.status?.containerStatuses?.map(({ containerID }) => containerID)

test('pods live on while the container runtime is away, and new ones start when it is back', { skip }, async () => {
  await node.run('steady', { containers: [sleeper()] })
  const was = await node.until('steady', isReady)
  await node.containerd.kill()
  await node.run('late', { containers: [sleeper()] })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await node.containerd.start()
  await node.until('late', isReady)
  const now = await node.get('steady')
  assert.deepEqual(idsOf(now), idsOf(was))
  assert.equal(now?.status?.containerStatuses?.[0]?.restartCount, 0)
  assert.ok(isReady(now!))
  assert.ok(node.agent.ready())
})

test('an exit while the runtime is away is noticed afterwards', { skip }, async () => {
  await node.run('short', { restartPolicy: 'Never', containers: [sleeper({ command: ['sleep', '3'] })] })
  await node.until('short', isReady)
  await node.containerd.kill()
  await new Promise((resolve) => setTimeout(resolve, 3500))
  await node.containerd.start()
  const pod = await node.until('short', ({ status }) => status?.phase === 'Succeeded')
  assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 0)
})

test('a pod whose sandbox dies is started again in a new one', { skip }, async () => {
  await node.run('uprooted', { containers: [sleeper()] })
  const was = await node.until('uprooted', isReady)
  const { items } = await node.containerd.cri.call('ListPodSandbox', {})
  const sandbox = items.find((one) => one.metadata?.uid === was.metadata.uid)
  await node.containerd.cri.call('StopPodSandbox', { podSandboxId: sandbox?.id })
  const now = await node.until('uprooted', (one) => isReady(one) && idsOf(one)?.[0] !== idsOf(was)?.[0])
  // The runtime ends the container before the sandbox: seen in between, it is started once more in what is about to go.
  const restarts = now.status?.containerStatuses?.[0]?.restartCount ?? 0
  assert.ok(restarts === 1 || restarts === 2, `${restarts} restarts`)
})

test('after a reboot every pod comes back, finished ones stay finished', { skip }, async () => {
  const { containerd } = node
  const before = await node.until('steady', isReady)
  await containerd.reboot()
  await node.restart()
  const now = await node.until('steady', (one) => isReady(one) && idsOf(one)?.[0] !== idsOf(before)?.[0], 30_000)
  assert.equal(now.status?.containerStatuses?.[0]?.restartCount, 1)
  assert.equal((await node.get('short'))?.status?.phase, 'Succeeded')
})

test('pods removed while the agent was away are cleaned up', { skip }, async () => {
  const pod = await node.until('late', isReady)
  const { pod: podKind } = await import('@sampan/resources/core/pod')
  await node.restart(async () => {
    await node.client.remove(podKind, { namespace: 'default', name: 'late' }, { graceSeconds: 0 })
  })
  for (let tries = 0; ; tries++) {
    const { items } = await node.containerd.cri.call('ListPodSandbox', {})
    if (!items.some((one) => one.metadata?.uid === pod.metadata.uid)) break
    assert.ok(tries < 100)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})

test('a fork bomb stays inside its pod', { skip }, async () => {
  await node.run(
    'bomb',
    { containers: [sleeper({ command: ['sh', '-c', 'while :; do sleep 100 & done'] })] },
    { annotations: { 'sampan.dev/pids-limit': '50' } },
  )
  const pod = await node.until(
    'bomb',
    (one) => isReady(one) || one.status?.containerStatuses?.[0]?.lastState?.terminated,
  )
  const group = `${node.containerd.cgroupRoot}/pod${pod.metadata.uid}`
  const { readFile } = await import('node:fs/promises')
  const file = node.containerd.facts.cgroup === 'v1' ? `pids${group}/pids.current` : `${group}/pids.current`
  assert.ok(Number(await readFile(`/sys/fs/cgroup/${file}`, 'utf8')) <= 50)
})
