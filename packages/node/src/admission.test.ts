import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '@sampan/resources/core/node'
import type { Pod } from '@sampan/resources/core/pod'
import { admission, resizeRefusal } from './admission.ts'
import { container, podOf } from './pod/fixtures.ts'

const node = (rest: { taints?: object[]; pods?: string } = {}): Node => ({
  metadata: { name: 'here', labels: { zone: 'a' } },
  spec: { taints: rest.taints as never },
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: rest.pods ?? '110' } },
})
const asking = (cpu: string, rest: object = {}): Pod =>
  podOf({ spec: { containers: [container('main', { resources: { requests: { cpu } }, ...rest })] } })
const port = (hostPort: number, hostIP?: string, protocol = 'TCP') =>
  asking('1m', { ports: [{ containerPort: 80, hostPort, hostIP, protocol }] })
const sysctl = (name: string, rest: object = {}) =>
  podOf({ spec: { securityContext: { sysctls: [{ name, value: '1' }] }, ...rest } })
const taint = { key: 'k', value: 'v', effect: 'NoExecute' }

const cases: { name: string; pod: Pod; node?: Node; others?: Pod[]; want?: string }[] = [
  { name: 'an ordinary pod', pod: asking('100m') },
  { name: 'the wrong selector', pod: podOf({ spec: { nodeSelector: { zone: 'b' } } }), want: 'NodeAffinity' },
  { name: 'the right selector', pod: podOf({ spec: { nodeSelector: { zone: 'a' } } }) },
  { name: 'a taint', pod: podOf(), node: node({ taints: [taint] }), want: 'TaintToleration' },
  {
    name: 'a taint that only schedulers heed',
    pod: podOf(),
    node: node({ taints: [{ ...taint, effect: 'NoSchedule' }] }),
  },
  {
    name: 'a tolerated taint',
    pod: podOf({ spec: { tolerations: [{ operator: 'Exists' }] } }),
    node: node({ taints: [taint] }),
  },
  { name: 'its own system', pod: podOf({ spec: { os: { name: 'linux' } } }) },
  { name: 'another system', pod: podOf({ spec: { os: { name: 'windows' } } }), want: 'PodOSNotSupported' },
  { name: 'a safe sysctl', pod: sysctl('kernel.shm_rmid_forced') },
  { name: 'an unsafe sysctl', pod: sysctl('kernel.msgmax'), want: 'SysctlForbidden' },
  {
    name: 'a sysctl of the host',
    pod: sysctl('net.ipv4.tcp_syncookies', { hostNetwork: true }),
    want: 'SysctlForbidden',
  },
  {
    name: 'groups of the pod beside those of the image',
    pod: podOf({ spec: { securityContext: { supplementalGroups: [5], supplementalGroupsPolicy: 'Merge' } } }),
  },
  {
    name: 'none of the groups of the image',
    pod: podOf({ spec: { securityContext: { supplementalGroupsPolicy: 'Strict' } } }),
    want: 'SupplementalGroupsPolicyNotSupported',
  },
  { name: 'too much', pod: asking('3'), want: 'OutOfcpu' },
  { name: 'too much beside others', pod: asking('1500m'), others: [asking('600m')], want: 'OutOfcpu' },
  {
    name: 'room left by a finished pod',
    pod: asking('1500m'),
    others: [{ ...asking('600m'), status: { phase: 'Succeeded' } }],
  },
  { name: 'one pod too many', pod: podOf(), node: node({ pods: '1' }), others: [podOf()], want: 'OutOfpods' },
  { name: 'a taken port', pod: port(80), others: [port(80)], want: 'NodePorts' },
  { name: 'the same port of another protocol', pod: port(80, undefined, 'UDP'), others: [port(80)] },
  { name: 'the same port of another address', pod: port(80, '127.0.0.1'), others: [port(80, '127.0.0.2')] },
  { name: 'a port taken on all addresses', pod: port(80, '127.0.0.1'), others: [port(80)], want: 'NodePorts' },
]
for (const { name, pod, node: on = node(), others = [], want } of cases)
  test(`admission: ${name}`, () => assert.equal(admission(pod, on, others, { hasAppArmor: false })?.reason, want))

test('a resize waits for room, or never comes', () => {
  assert.equal(resizeRefusal(asking('1'), node(), [])?.reason, undefined)
  assert.equal(resizeRefusal(asking('1500m'), node(), [asking('1')])?.reason, 'Deferred')
  assert.equal(resizeRefusal(asking('5'), node(), [])?.reason, 'Infeasible')
})

const profiled = (type: string) => podOf({ spec: { securityContext: { appArmorProfile: { type } } } })
test('admission: a profile is not left out where the machine knows none', () => {
  const on = node()
  assert.equal(admission(profiled('RuntimeDefault'), on, [], { hasAppArmor: false })?.reason, 'AppArmor')
  assert.equal(admission(profiled('RuntimeDefault'), on, [], { hasAppArmor: true }), undefined)
  assert.equal(admission(profiled('Unconfined'), on, [], { hasAppArmor: false }), undefined)
})
