import assert from 'node:assert/strict'
import { test } from 'node:test'
import { propagations } from '../cri/messages.ts'
import { type ContainerInput, containerConfig } from './container-config.ts'
import { container, podOf } from './fixtures.ts'
import { labels } from './labels.ts'
import { sandboxConfig } from './sandbox-config.ts'

const main = container('main', {
  command: ['run', '$(WHO)'],
  args: ['--to', '$(WHERE)', '$$(WHO)'],
  workingDir: '/work',
  tty: true,
  resources: { limits: { cpu: '500m', memory: '64Mi' } },
  terminationMessagePath: '/tmp/message',
})
const pod = podOf({ metadata: { labels: { app: 'web' } }, spec: { containers: [main] } })
const input: ContainerInput = {
  pod,
  member: { kind: 'app', container: main },
  attempt: 2,
  crashes: 1,
  imageId: 'sha256:1',
  imageUser: { username: '' },
  env: new Map([['WHO', 'me']]),
  devices: [],
  round: 0,
  mounts: [{ hostPath: '/a', containerPath: '/b', readonly: true, propagation: 'bidirectional' }],
  messageFile: '/pods/u1/containers/main/2',
  profileRoot: '/profiles',
  nodeMemory: 1024 ** 3,
  hasSwapLimit: true,
  cgroup: 'v1',
}
const config = containerConfig(input)

test('a container is made from its image id, with its variables put in', () => {
  assert.deepEqual(config.metadata, { name: 'main', attempt: 2 })
  assert.equal(config.image?.image, 'sha256:1')
  assert.deepEqual(config.command, ['run', 'me'])
  assert.deepEqual(config.args, ['--to', '$(WHERE)', '$(WHO)'])
  assert.deepEqual(config.envs, [{ key: 'WHO', value: 'me' }])
  assert.equal(config.logPath, 'main/2.log')
  assert.equal(config.tty, true)
})

test('its mounts end with the file for its last words', () => {
  assert.deepEqual(
    config.mounts?.map(({ hostPath, containerPath, propagation }) => [hostPath, containerPath, propagation]),
    [
      ['/a', '/b', propagations.bidirectional],
      ['/pods/u1/containers/main/2', '/tmp/message', propagations.private],
    ],
  )
})

test('memory may not be stretched by swap', () => {
  const { memoryLimitInBytes, memorySwapLimitInBytes, cpuQuota } = config.linux?.resources ?? {}
  assert.deepEqual([memoryLimitInBytes, memorySwapLimitInBytes, cpuQuota], [64 * 1024 ** 2, 64 * 1024 ** 2, 50_000])
})

const sandbox = (spec: object) =>
  sandboxConfig({
    pod: podOf({ metadata: { labels: { app: 'web' } }, spec }),
    attempt: 1,
    logDirectory: '/logs',
    cgroupParent: '/sampan/podu1',
    dns: { dnsIP: '10.1.0.10', clusterDomain: 'cluster.local', host: { servers: [], searches: [], options: [] } },
    profileRoot: '/profiles',
  })

test('a sandbox carries the labels it is found by', () => {
  const {
    labels: own,
    metadata,
    linux,
    hostname,
  } = sandbox({ securityContext: { sysctls: [{ name: 'a.b', value: '1' }] } })
  assert.deepEqual(metadata, { name: 'web', uid: 'u1', namespace: 'shop', attempt: 1 })
  assert.equal(own?.[labels.podUid], 'u1')
  assert.equal(own?.app, 'web')
  assert.deepEqual(linux?.sysctls, { 'a.b': '1' })
  assert.equal(linux?.cgroupParent, '/sampan/podu1')
  assert.equal(hostname, 'web')
})

test('on the host network it has no name of its own', () => {
  assert.equal(sandbox({ hostNetwork: true }).hostname, undefined)
})

test('out of memory, a container on cgroup v2 ends as a whole', () => {
  assert.equal(config.linux?.resources?.unified, undefined)
  const onV2 = containerConfig({ ...input, cgroup: 'v2' })
  assert.deepEqual(onV2.linux?.resources?.unified, { 'memory.oom.group': '1' })
})
