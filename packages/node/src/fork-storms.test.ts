import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Pod } from '@sampan/resources/core/pod'
import { isReady } from '@sampan/resources/core/pod'
import { whyNoContainerd } from './test-containerd.ts'
import { startNode, type TestNode } from './test-node.ts'

const skip = whyNoContainerd()
let node: TestNode
before(async () => {
  if (!skip) node = await startNode('storm', 241)
})
after(() => node?.stop())

const annotations = { 'sampan.dev/pids-limit': '60' }
const sh = (name: string, script: string) => ({
  name,
  image: node.containerd.busybox,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
})
const statusOf = (pod: Pod, name: string) => pod.status?.containerStatuses?.find((one) => one.name === name)
/** Goes on when a fork is refused, as a shell would not. */
const storm = `exec awk 'BEGIN { while (1) system("sleep 1000 &") }' 2>/dev/null`

test('a container that keeps forking at its limit is ended, and says why', { skip }, async () => {
  const message =
    'Container storm kept forking at the limit of 60 processes, which slows every program on the machine, so it was ended.'
  await node.run(
    'stormy',
    { restartPolicy: 'OnFailure', containers: [sh('calm', 'exec sleep 1000'), sh('storm', storm)] },
    { annotations },
  )
  const pod = await node.until('stormy', (one) => statusOf(one, 'storm')?.lastState?.terminated, 30_000)
  const { reason, exitCode, message: said } = statusOf(pod, 'storm')!.lastState!.terminated!
  assert.deepEqual({ reason, exitCode, said }, { reason: 'ForkStorm', exitCode: 137, said: message })
  assert.ok(statusOf(pod, 'calm')?.state?.running)
  assert.equal(statusOf(pod, 'calm')?.restartCount, 0)
  const events = await node.events('stormy')
  const told = events.find((one) => one.reason === 'ForkStorm')
  assert.equal(told?.type, 'Warning')
  assert.equal(told?.message, message)
  assert.equal(told?.involvedObject.fieldPath, 'spec.containers{storm}')
  // An agent that comes later says the same.
  await node.restart()
  await new Promise((resolve) => setTimeout(resolve, 500))
  const later = statusOf((await node.get('stormy'))!, 'storm')
  const ends = [later?.state?.terminated?.reason, later?.lastState?.terminated?.reason]
  assert.ok(ends.includes('ForkStorm'), JSON.stringify(later))
})

test('a program that meets its limit and rests goes on', { skip }, async () => {
  // Asks for more than it gets, again and again, but waits in between.
  const full = 'i=0; while [ $i -lt 80 ]; do (sleep 1000 &) 2>/dev/null; i=$((i+1)); done; echo full; exec sleep 1000'
  await node.run('full', { containers: [sh('main', full)] }, { annotations })
  const first = await node.until('full', isReady)
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const now = await node.get('full')
  assert.deepEqual(statusOf(now!, 'main')?.containerID, statusOf(first, 'main')?.containerID)
  assert.equal(statusOf(now!, 'main')?.restartCount, 0)
})
