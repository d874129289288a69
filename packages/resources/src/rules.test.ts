import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from './define.ts'
import { builtInKinds } from './kinds.ts'
import type { KubeObject } from './meta.ts'

/** What is wrong with a new object of a kind once its defaults are filled in. */
function problemsOf(kind: string, more: object): string[] {
  const definition = builtInKinds.find((one) => one.kind === kind) as Definition
  const object = { apiVersion: 'v1', kind, metadata: { name: 'o', namespace: 'default', uid: 'u' }, ...more }
  definition.defaults(object as KubeObject)
  return [...definition.validate(object as KubeObject)].flatMap((one) => (one ? [`${one.field}: ${one.message}`] : []))
}

const labels = { metadata: { labels: { a: 'b' } } }
const template = { ...labels, spec: { containers: [{ name: 'c', image: 'x' }] } }
const workload = (more: object) => ({ spec: { selector: { matchLabels: { a: 'b' } }, template, ...more } })
const cron = (job: object, more: object = {}) => ({
  spec: {
    schedule: '@hourly',
    jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } }, ...job } },
    ...more,
  },
})
const indexed = { completionMode: 'Indexed', completions: 4 }
const success = (rule: object) => cron({ ...indexed, successPolicy: { rules: [rule] } })
const codes = (values: number[]) =>
  cron({ podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values } }] } })
const service = (more: object) => ({ spec: { ports: [{ port: 80 }], ...more } })
const volume = (more: object) => ({ spec: { capacity: { storage: '1' }, accessModes: ['ReadWriteOnce'], ...more } })
const claim = (more: object) => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } }, ...more },
})
const rules = 'spec.jobTemplate.spec.successPolicy.rules[0]'
const values = 'spec.jobTemplate.spec.podFailurePolicy.rules[0].onExitCodes.values'

/** Kind, what it is about, the object, and what is said of it; nothing for what is taken. */
const cases: [string, string, object, string?][] = [
  [
    'StatefulSet',
    'an unknown order',
    workload({ podManagementPolicy: 'x' }),
    `spec.podManagementPolicy: Invalid value: "x": must be 'OrderedReady' or 'Parallel'`,
  ],
  [
    'DaemonSet',
    'no room to roll',
    workload({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
  ],
  ['CronJob', 'success by index', success({ succeededIndexes: '0,2-3', succeededCount: 2 })],
  [
    'CronJob',
    'success without indexes',
    cron({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
    'spec.jobTemplate.spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode',
  ],
  [
    'CronJob',
    'success of nothing',
    success({}),
    `${rules}: Required value: at least one of succeededCount or succeededIndexes must be specified`,
  ],
  [
    'CronJob',
    'success of an index too many',
    success({ succeededIndexes: '0-5' }),
    `${rules}.succeededIndexes: Invalid value: "0-5"`,
  ],
  [
    'CronJob',
    'success of indexes out of order',
    success({ succeededIndexes: '2,1' }),
    'non-increasing order, previous: 2, current: 1',
  ],
  [
    'CronJob',
    'success of more than there are',
    success({ succeededIndexes: '0-1', succeededCount: 3 }),
    `${rules}.succeededCount: Invalid value: 3: must be less than or equal to 2`,
  ],
  ['CronJob', 'success as a failure', codes([0]), `${values}[0]: Invalid value: 0: must not be 0 for the In operator`],
  ['CronJob', 'exit codes out of order', codes([2, 1]), `${values}: Invalid value: [2,1]: must be ordered`],
  ['CronJob', 'an exit code twice', codes([1, 1]), `${values}[1]: Duplicate value: 1`],
  [
    'CronJob',
    'a manager without a domain',
    cron({ managedBy: 'x' }),
    'must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  ['CronJob', 'a manager', cron({ managedBy: 'acme.io/foo' })],
  [
    'CronJob',
    'an empty time zone',
    cron({}, { timeZone: '' }),
    'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string',
  ],
  [
    'CronJob',
    'the time zone of wherever',
    cron({}, { timeZone: 'Local' }),
    'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
  ],
  [
    'Service',
    'too long a memory',
    service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } }),
    'timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
  ],
  [
    'Service',
    'itself from outside',
    service({ externalIPs: ['127.0.0.1'] }),
    'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range',
  ],
  [
    'Service',
    'local traffic from nowhere',
    service({ externalTrafficPolicy: 'Local' }),
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  ],
  [
    'Service',
    'local traffic from an address outside',
    service({ externalTrafficPolicy: 'Local', externalIPs: ['9.9.9.9'] }),
  ],
  [
    'Service',
    'sources without a balancer',
    service({ loadBalancerSourceRanges: ['1.1.1.0/24'] }),
    "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
  ],
  [
    'Service',
    'a source that is no range',
    service({ type: 'LoadBalancer', loadBalancerSourceRanges: ['x'] }),
    'spec.LoadBalancerSourceRanges[0]: Invalid value: "x": must be a valid CIDR value',
  ],
  [
    'Service',
    'an unknown family',
    service({ ipFamilies: ['IPv5'] }),
    'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
  ],
  [
    'Service',
    'an unknown distribution',
    service({ trafficDistribution: 'x' }),
    'spec.trafficDistribution: Unsupported value: "x"',
  ],
  [
    'Service',
    'a protocol with a space',
    { spec: { ports: [{ port: 80, appProtocol: 'a b' }] } },
    'spec.ports[0].appProtocol: Invalid value: "a b"',
  ],
  [
    'Service',
    'a health check nobody asks',
    service({ healthCheckNodePort: 30001 }),
    'spec.healthCheckNodePort: Invalid value: 30001: may only be set when',
  ],
  [
    'PersistentVolumeClaim',
    'a class with a bad name',
    claim({ storageClassName: 'A_' }),
    'spec.storageClassName: Invalid value: "A_"',
  ],
  [
    'PersistentVolumeClaim',
    'a nameless source',
    claim({ dataSource: { kind: 'VolumeSnapshot', apiGroup: 'snapshot.storage.k8s.io' } }),
    'spec.dataSource.name: Required value',
  ],
  [
    'PersistentVolume',
    'more than storage',
    volume({ capacity: { storage: '1', cpu: '1' }, hostPath: { path: '/a' } }),
    'spec.capacity: Unsupported value: {"storage":"1","cpu":"1"}: supported values: "storage"',
  ],
  [
    'PersistentVolume',
    'the whole host to be wiped',
    volume({ hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
  ],
  ['PersistentVolume', 'no handle', volume({ csi: { driver: 'a' } }), 'spec.csi.volumeHandle: Required value'],
  [
    'LimitRange',
    'a limit below its request',
    { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '0.5' } }] } },
    'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
  ],
  [
    'Namespace',
    'a finalizer of nobody',
    { spec: { finalizers: ['x'] } },
    'spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    'Node',
    'pods nowhere',
    { spec: { podCIDRs: ['x'] } },
    'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value',
  ],
  [
    'NetworkPolicy',
    'three directions',
    { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress', 'Ingress'] } },
    'may not specify more than two policyTypes',
  ],
  [
    'PriorityClass',
    'a class that looks like the system’s',
    { metadata: { name: 'system-x' }, value: 1 },
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only",
  ],
  ['PriorityClass', 'a class of the system', { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 }],
  [
    'StorageClass',
    'a place without values',
    { provisioner: 'a/b', allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: [] }] }] },
    'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
  ],
]

for (const [kind, name, object, wanted] of cases)
  test(`${kind}: ${name} ${wanted ? 'is refused' : 'is fine'}`, () => {
    const problems = problemsOf(kind, object)
    if (wanted)
      assert.ok(
        problems.some((one) => one.includes(wanted)),
        problems.join('\n') || 'nothing was refused',
      )
    else assert.deepEqual(problems, [])
  })
