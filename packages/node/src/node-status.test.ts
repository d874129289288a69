import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from './host.ts'
import { type NodeFacts, nodeStatus } from './node-status.ts'

const Gi = 1024 ** 3
const host: Host = {
  hostname: 'box',
  cpus: 4,
  memory: 8 * Gi,
  disk: 100 * Gi,
  hasSwapLimit: true,
  hasAppArmor: false,
  resolvConf: { servers: [], searches: [], options: [] },
  hostsFile: '',
  system: {
    machineID: 'm',
    systemUUID: 's',
    bootID: 'b',
    kernelVersion: '6.1',
    osImage: 'Debian',
    architecture: 'amd64',
  },
}
const facts = (rest: Partial<NodeFacts> = {}): NodeFacts => ({
  host,
  nodeIP: '192.0.2.1',
  runtimeVersion: '1.6.20',
  pressure: { memory: false, disk: false, pids: false },
  images: [],
  apiPort: 6443,
  volumes: { attached: [], inUse: [] },
  now: new Date('2026-01-01T00:00:00Z'),
  ...rest,
})
const noHugePages = { 'hugepages-1Gi': '0', 'hugepages-2Mi': '0' }
const condition = (status: ReturnType<typeof nodeStatus>, type: string) =>
  status.conditions?.find((one) => one.type === type)

test('a node says what it has and keeps some of it', () => {
  const status = nodeStatus(undefined, facts())
  assert.deepEqual(status.capacity, {
    cpu: '4',
    memory: '8Gi',
    pods: '110',
    'ephemeral-storage': '100Gi',
    ...noHugePages,
  })
  assert.deepEqual(status.allocatable, {
    cpu: '4',
    memory: '7680Mi',
    pods: '110',
    'ephemeral-storage': '90Gi',
    ...noHugePages,
  })
  assert.deepEqual(status.addresses, [
    { type: 'InternalIP', address: '192.0.2.1' },
    { type: 'Hostname', address: 'box' },
  ])
  assert.equal(condition(status, 'Ready')?.status, 'True')
})

test('resources and conditions of others stay', () => {
  const before = {
    capacity: { 'example.com/gpu': '2', cpu: '1' },
    allocatable: { 'example.com/gpu': '2' },
    conditions: [{ type: 'example.com/x', status: 'True' }],
  }
  const status = nodeStatus(before, facts())
  assert.equal(status.capacity?.['example.com/gpu'], '2')
  assert.equal(status.capacity?.cpu, '4')
  assert.equal(condition(status, 'example.com/x')?.status, 'True')
})

test('of a resource that others added to the capacity all can be had; one they took away is gone', () => {
  const added = nodeStatus({ capacity: { 'example.com/gpu': '2' } }, facts())
  assert.equal(added.allocatable?.['example.com/gpu'], '2')
  const { 'example.com/gpu': _, ...capacity } = added.capacity ?? {}
  assert.equal(nodeStatus({ ...added, capacity }, facts()).allocatable?.['example.com/gpu'], undefined)
})

test('conditions flip with their time', () => {
  const first = nodeStatus(undefined, facts())
  const later = new Date('2026-01-01T00:01:00Z')
  const second = nodeStatus(
    first,
    facts({ now: later, notReady: 'no runtime', pressure: { memory: true, disk: false, pids: false } }),
  )
  assert.deepEqual(
    ['Ready', 'MemoryPressure', 'DiskPressure'].map((type) => [
      condition(second, type)?.status,
      condition(second, type)?.lastTransitionTime,
    ]),
    [
      ['False', '2026-01-01T00:01:00Z'],
      ['True', '2026-01-01T00:01:00Z'],
      ['False', '2026-01-01T00:00:00Z'],
    ],
  )
  assert.equal(condition(second, 'Ready')?.message, 'no runtime')
})

test('a node tells what its runtime cannot do, and which volumes it has', () => {
  const name = 'kubernetes.io/csi/d^h'
  const status = nodeStatus(undefined, facts({ volumes: { attached: [name], inUse: [name] } }))
  assert.deepEqual(status.features, { supplementalGroupsPolicy: false })
  assert.deepEqual(status.runtimeHandlers?.[0]?.features?.userNamespaces, false)
  assert.deepEqual([status.volumesInUse, status.volumesAttached], [[name], [{ name, devicePath: '' }]])
})
