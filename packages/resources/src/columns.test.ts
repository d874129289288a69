import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boolText, firstFew, labelsText, selectorCell, since } from './columns.ts'
import {
  cronJob,
  daemonSet,
  deployment,
  endpointSlice,
  ingress,
  job,
  networkPolicy,
  node,
  persistentVolumeClaim,
  replicaSet,
  secret,
  service,
  statefulSet,
} from './fixtures.ts'
import { builtInKinds } from './kinds.ts'
import type { KubeObject } from './meta.ts'

const now = new Date('2026-01-01T01:00:00Z')
const cells = (object: KubeObject, group?: string) => {
  const definition = builtInKinds.find(
    (one) => one.kind === object.kind && (group === undefined || one.group === group),
  )!
  return definition.columns.map((column) => column.value(object, now))
}
const object = (kind: string, more: object): KubeObject =>
  ({ kind, metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' }, ...more }) as KubeObject

/** What is shown, wide columns included. */
const cases: [string, KubeObject, unknown[], string?][] = [
  [
    'deployment',
    deployment('web', { replicas: 3, status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 } }),
    ['1/3', 2, 1, '60m', 'main', 'web:1', 'app=web'],
  ],
  [
    'replica set',
    replicaSet('web', { replicas: 3, status: { replicas: 2, readyReplicas: 1 } }),
    [3, 2, 1, '60m', 'main', 'web:1', 'app=web'],
  ],
  ['stateful set', statefulSet('db', { replicas: 2 }), ['0/2', '60m', 'main', 'web:1']],
  [
    'daemon set',
    daemonSet('ds', {
      status: { desiredNumberScheduled: 2, currentNumberScheduled: 1, numberReady: 1, numberMisscheduled: 0 },
    }),
    [2, 1, 1, 0, 0, '<none>', '60m', 'main', 'web:1', 'app=ds'],
  ],
  [
    'job that is done',
    job('once', {
      spec: { completions: 2 },
      status: {
        succeeded: 2,
        startTime: '2026-01-01T00:00:00Z',
        completionTime: '2026-01-01T00:05:23Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    }),
    ['Complete', '2/2', '5m23s', '60m', 'main', 'web:1', '<none>'],
  ],
  [
    'job that runs',
    job('once', { spec: { parallelism: 3 }, status: { startTime: '2026-01-01T00:58:30Z' } }),
    ['Running', '0/1 of 3', '90s', '60m', 'main', 'web:1', '<none>'],
  ],
  [
    'job that failed',
    job('once', { status: { conditions: [{ type: 'Failed', status: 'True' }] } }),
    ['Failed', '0/1', '', '60m', 'main', 'web:1', '<none>'],
  ],
  [
    'cron job',
    cronJob('tick', {
      spec: { suspend: false },
      status: { lastScheduleTime: '2026-01-01T00:55:00Z', active: [{ name: 'x' }] },
    }),
    ['*/5 * * * *', '<none>', 'False', 1, '5m', '60m', 'main', 'web:1', '<none>'],
  ],
  ['service', service('web'), ['ClusterIP', '10.190.1.1', '<none>', '80/TCP', '60m', 'app=web']],
  [
    'node port service',
    service('web', {
      spec: {
        type: 'NodePort',
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    }),
    ['NodePort', '10.190.1.1', '<none>', '80:30080/TCP,53/UDP', '60m', 'app=web'],
  ],
  [
    'load balancer that waits',
    service('web', { spec: { type: 'LoadBalancer' } }),
    ['LoadBalancer', '10.190.1.1', '<pending>', '80/TCP', '60m', 'app=web'],
  ],
  [
    'load balancer',
    service('web', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'a.very.long.name' }] } },
    }),
    ['LoadBalancer', '10.190.1.1', '1.2.3.4,a.ver...', '80/TCP', '60m', 'app=web'],
  ],
  [
    'external name',
    service('web', {
      spec: {
        type: 'ExternalName',
        externalName: 'x.y',
        clusterIP: undefined,
        clusterIPs: undefined,
        ports: [],
        selector: undefined,
      },
    }),
    ['ExternalName', '<none>', 'x.y', '<none>', '60m', '<none>'],
  ],
  [
    'node',
    node('n', {
      labels: { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'worker' },
      spec: { unschedulable: true },
    }),
    [
      'Ready,SchedulingDisabled',
      'control-plane,worker',
      '60m',
      undefined,
      '192.168.1.10',
      '<none>',
      '<unknown>',
      '<unknown>',
      '<unknown>',
    ],
  ],
  [
    'node that is not ready',
    node('n', { ready: false }),
    ['NotReady', '<none>', '60m', undefined, '192.168.1.10', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  ],
  ['secret', secret('s', { a: 'x' }), ['Opaque', 1, '60m']],
  [
    'claim',
    persistentVolumeClaim('c', {
      spec: { volumeName: 'pv', storageClassName: 'local', volumeMode: 'Filesystem' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] },
    }),
    ['Bound', 'pv', '1Gi', 'RWO,RWX', 'local', '<unset>', '60m', 'Filesystem'],
  ],
  ['claim that waits', persistentVolumeClaim('c'), ['Pending', undefined, '', '', '', '<unset>', '60m', '<unset>']],
  [
    'volume',
    object('PersistentVolume', {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'n', name: 'c' },
      },
      status: { phase: 'Bound' },
    }),
    ['1Gi', 'RWO', 'Retain', 'Bound', 'n/c', '', '<unset>', undefined, '60m', '<unset>'],
  ],
  [
    'ingress',
    ingress('web', { spec: { tls: [{}], ingressClassName: 'nginx' } }),
    ['nginx', 'web.example.com', '', '80, 443', '60m'],
  ],
  [
    'ingress with hosts',
    { ...ingress('web'), status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } } as KubeObject,
    ['<none>', 'web.example.com', '1.2.3.4', '80', '60m'],
  ],
  ['network policy', networkPolicy('p', { spec: { podSelector: { matchLabels: { a: 'b' } } } }), ['a=b', '60m']],
  [
    'endpoint slice',
    endpointSlice('web', { endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }] }),
    [undefined as unknown, '8080', '10.0.0.1,10.0.0.2', '60m'].with(0, 'IPv4'),
  ],
  [
    'endpoints',
    object('Endpoints', {
      subsets: [{ addresses: [1, 2, 3, 4].map((at) => ({ ip: `10.0.0.${at}` })), ports: [{ port: 80 }] }],
    }),
    ['10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...', '60m'],
  ],
  [
    'event',
    object('Event', {
      involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec' },
      reason: 'Started',
      message: 'Started it\n',
      type: 'Normal',
      source: { component: 'node', host: 'here' },
      firstTimestamp: '2026-01-01T00:58:00Z',
      lastTimestamp: '2026-01-01T00:59:00Z',
      count: 3,
    }),
    ['60s', 'Normal', 'Started', 'pod/web', 'spec', 'node, here', 'Started it', '2m', 3],
    '',
  ],
  [
    'event in a series',
    object('Event', {
      involvedObject: {},
      eventTime: '2026-01-01T00:00:00.000000Z',
      series: { count: 9, lastObservedTime: '2026-01-01T00:59:30.000000Z' },
      reportingComponent: 'c',
      reportingInstance: 'i',
    }),
    ['30s', undefined, undefined, '/', undefined, 'c, i', undefined, '60m', 9],
    '',
  ],
  [
    'autoscaler',
    object('HorizontalPodAutoscaler', {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
          { type: 'Pods', pods: { target: { averageValue: '10' } } },
          { type: 'External', external: { target: { value: '5' } } },
        ],
      },
      status: {
        currentReplicas: 2,
        currentMetrics: [{ resource: { name: 'cpu', current: { averageUtilization: 12 } } }],
      },
    }),
    ['Deployment/web', 'cpu: 12%/80%, <unknown>/10 + 1 more...', '1', '5', '2', '60m'],
  ],
  [
    'quota',
    object('ResourceQuota', { status: { hard: { pods: '10', 'limits.cpu': '2', cpu: '1' }, used: { pods: '3' } } }),
    ['cpu: 0/1, pods: 3/10', 'limits.cpu: 0/2', '60m'],
  ],
  [
    'role binding',
    object('RoleBinding', {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', namespace: 'n', name: 's' },
        { kind: 'User', name: 'v' },
      ],
    }),
    ['Role/r', '60m', 'u, v', '', 'n/s'],
  ],
  ['role', object('Role', {}), ['2026-01-01T00:00:00Z']],
  [
    'budget',
    object('PodDisruptionBudget', { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } }),
    ['50%', 'N/A', 1, '60m'],
  ],
  [
    'certificate request',
    object('CertificateSigningRequest', {
      spec: { signerName: 's', username: 'u', expirationSeconds: 3600 },
      status: { certificate: 'x', conditions: [{ type: 'Approved' }] },
    }),
    ['60m', 's', 'u', '60m', 'Approved,Issued'],
  ],
  [
    'api service',
    object('APIService', {
      spec: { service: { namespace: 'n', name: 's' } },
      status: { conditions: [{ type: 'Available', status: 'False', reason: 'Gone' }] },
    }),
    ['n/s', 'False (Gone)', '60m'],
  ],
  [
    'revision',
    object('ControllerRevision', {
      revision: 3,
      metadata: {
        name: 'a',
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'x', controller: true }],
      },
    }),
    ['statefulset.apps/db', '3', '<unknown>'],
  ],
  [
    'policy binding',
    object('ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p', paramRef: { name: 'x' } } }),
    ['p', '*/x', '60m'],
  ],
  [
    'priority level',
    object('PriorityLevelConfiguration', { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5 } } }),
    ['Limited', '5', '<none>', '<none>', '<none>', '60m'],
  ],
  [
    'address',
    object('IPAddress', { spec: { parentRef: { group: 'g', resource: 'services', namespace: 'n', name: 's' } } }),
    ['services.g/n/s', '60m'],
  ],
  [
    'claim of devices',
    object('ResourceClaim', { status: { allocation: {}, reservedFor: [{}] } }),
    ['allocated,reserved', '60m'],
  ],
]
for (const [name, one, want, group] of cases)
  test(`columns of a ${name}`, () => assert.deepEqual(cells(one, group), want))

test('no column throws on an empty object', () => {
  for (const definition of builtInKinds) {
    const empty = { metadata: { name: 'a' } } as KubeObject
    definition.defaults(empty)
    for (const column of definition.columns)
      assert.doesNotThrow(() => column.value(empty, now), `${definition.kind} ${column.name}`)
  }
})

test('the default class says so beside its name', () => {
  const definition = builtInKinds.find(({ kind }) => kind === 'StorageClass')!
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  assert.equal(
    definition.displayName?.(object('StorageClass', { metadata: { name: 'local', annotations: isDefault } })),
    'local (default)',
  )
  assert.equal(definition.displayName?.(object('StorageClass', {})), 'a')
})

test('texts', () => {
  assert.equal(since(undefined, now), '<unknown>')
  assert.equal(labelsText({ b: '2', a: '1' }), 'a=1,b=2')
  assert.equal(selectorCell({ matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] }), 'a in (x,y)')
  assert.equal(selectorCell({ matchExpressions: [{ key: 'a', operator: 'odd' }] }), '<error>')
  assert.equal(firstFew(['a', 'b', 'c']), 'a,b,c')
  assert.equal(boolText(undefined), '<unset>')
})
