import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInKinds } from './kinds.ts'
import type { KubeObject } from './meta.ts'

const defaulted = (kind: string, given: object): Record<string, unknown> => {
  const definition = builtInKinds.find((one) => one.kind === kind)!
  const object = { metadata: { name: 'a' }, ...structuredClone(given) } as KubeObject
  definition.defaults(object)
  return object as unknown as Record<string, unknown>
}
const at = (object: unknown, path: string) =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object)

const containers = [{ name: 'main', image: 'web' }]
const template = { metadata: { labels: { app: 'a' } }, spec: { containers } }
const whole = {
  name: 'main',
  image: 'web',
  imagePullPolicy: 'Always',
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  resources: {},
}
const templateSpec = {
  containers: [whole],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
}
const podWith = (container: object, spec: object = {}) => ({
  spec: { containers: [{ name: 'main', ...container }], ...spec },
})

/** kind, what is given, path into the result, what must be there */
const cases: [string, object, string, unknown][] = [
  ['Pod', { spec: { containers } }, 'spec', { ...templateSpec, enableServiceLinks: true }],
  ['Pod', podWith({ image: 'web:1' }), 'spec.containers.0.imagePullPolicy', 'IfNotPresent'],
  ['Pod', podWith({ image: 'web@sha256:1' }), 'spec.containers.0.imagePullPolicy', 'IfNotPresent'],
  ['Pod', podWith({ image: 'web:latest' }), 'spec.containers.0.imagePullPolicy', 'Always'],
  [
    'Pod',
    podWith({ resources: { limits: { cpu: '1000m', memory: '1024Mi' } } }),
    'spec.containers.0.resources',
    { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
  ],
  [
    'Pod',
    podWith({ resources: { limits: { cpu: '1' }, requests: { cpu: '0.5' } } }),
    'spec.containers.0.resources.requests',
    { cpu: '500m' },
  ],
  [
    'Pod',
    podWith({ livenessProbe: { httpGet: { port: 80 } } }),
    'spec.containers.0.livenessProbe',
    {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
  ],
  [
    'Pod',
    podWith({ startupProbe: { grpc: { port: 80 }, timeoutSeconds: 0, periodSeconds: 3 } }),
    'spec.containers.0.startupProbe',
    { grpc: { port: 80, service: '' }, timeoutSeconds: 1, periodSeconds: 3, successThreshold: 1, failureThreshold: 3 },
  ],
  [
    'Pod',
    podWith({ lifecycle: { preStop: { httpGet: { port: 1 } } } }),
    'spec.containers.0.lifecycle.preStop.httpGet.path',
    '/',
  ],
  [
    'Pod',
    podWith({ ports: [{ containerPort: 80 }] }),
    'spec.containers.0.ports',
    [{ containerPort: 80, protocol: 'TCP' }],
  ],
  ['Pod', podWith({ ports: [{ containerPort: 80 }] }, { hostNetwork: true }), 'spec.containers.0.ports.0.hostPort', 80],
  [
    'Pod',
    podWith({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }] }),
    'spec.containers.0.env.0.valueFrom.fieldRef.apiVersion',
    'v1',
  ],
  [
    'Pod',
    podWith({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] }),
    'spec.containers.0.env.0.valueFrom.resourceFieldRef.divisor',
    '0',
  ],
  ['Pod', podWith({}, { serviceAccount: 'sa' }), 'spec.serviceAccountName', 'sa'],
  ['Pod', podWith({}, { serviceAccountName: 'sa' }), 'spec.serviceAccount', 'sa'],
  ['Pod', podWith({}, { terminationGracePeriodSeconds: 0 }), 'spec.terminationGracePeriodSeconds', 0],
  ['Pod', podWith({}, { initContainers: containers }), 'spec.initContainers.0', whole],
  ['Pod', podWith({}, { volumes: [{ name: 'a' }] }), 'spec.volumes.0', { name: 'a', emptyDir: {} }],
  [
    'Pod',
    podWith({}, { volumes: [{ name: 'a', secret: { secretName: 'b' } }] }),
    'spec.volumes.0.secret.defaultMode',
    420,
  ],
  [
    'Pod',
    podWith({}, { volumes: [{ name: 'a', configMap: { name: 'b' } }] }),
    'spec.volumes.0.configMap.defaultMode',
    420,
  ],
  ['Pod', podWith({}, { volumes: [{ name: 'a', hostPath: { path: '/x' } }] }), 'spec.volumes.0.hostPath.type', ''],
  [
    'Pod',
    podWith({}, { volumes: [{ name: 'a', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'y' } }] } }] }),
    'spec.volumes.0.downwardAPI',
    { defaultMode: 420, items: [{ path: 'x', fieldRef: { fieldPath: 'y', apiVersion: 'v1' } }] },
  ],
  [
    'Pod',
    podWith({}, { volumes: [{ name: 'a', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }),
    'spec.volumes.0.projected',
    { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] },
  ],
  [
    'Pod',
    podWith(
      {},
      { volumes: [{ name: 'a', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } }] },
    ),
    'spec.volumes.0.ephemeral.volumeClaimTemplate.spec.volumeMode',
    'Filesystem',
  ],
  [
    'Pod',
    podWith({}, { volumes: [{ name: 'a', emptyDir: { sizeLimit: '1024Mi' } }] }),
    'spec.volumes.0.emptyDir.sizeLimit',
    '1Gi',
  ],
  [
    'ReplicaSet',
    { spec: { selector: {}, template } },
    'spec',
    { replicas: 1, selector: {}, template: { ...template, spec: templateSpec } },
  ],
  ['ReplicaSet', { spec: { replicas: 0, selector: {}, template } }, 'spec.replicas', 0],
  ['ReplicationController', { spec: { template } }, 'spec.selector', { app: 'a' }],
  ['ReplicationController', { spec: { template } }, 'metadata.labels', { app: 'a' }],
  [
    'Deployment',
    { spec: { selector: {}, template } },
    'spec',
    {
      replicas: 1,
      selector: {},
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: { ...template, spec: templateSpec },
    },
  ],
  ['Deployment', { spec: { strategy: { type: 'Recreate' }, template } }, 'spec.strategy', { type: 'Recreate' }],
  [
    'DaemonSet',
    { spec: { template } },
    'spec.updateStrategy',
    { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  ],
  [
    'StatefulSet',
    { spec: { template } },
    'spec.updateStrategy',
    { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  ],
  [
    'StatefulSet',
    { spec: { template } },
    'spec.persistentVolumeClaimRetentionPolicy',
    { whenDeleted: 'Retain', whenScaled: 'Retain' },
  ],
  [
    'StatefulSet',
    { spec: { template, volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: {} }] } },
    'spec.volumeClaimTemplates.0',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'd' },
      spec: { volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    },
  ],
  ['Job', { spec: { template: { spec: {} } } }, 'spec.completions', 1],
  ['Job', { spec: { parallelism: 3, template: { spec: {} } } }, 'spec.completions', undefined],
  ['Job', { spec: { backoffLimitPerIndex: 1 } }, 'spec.backoffLimit', 2147483647],
  [
    'Job',
    { spec: { podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'X' }] }] } } },
    'spec.podFailurePolicy.rules.0.onPodConditions.0.status',
    'True',
  ],
  ['Job', { spec: { podFailurePolicy: { rules: [] } } }, 'spec.podReplacementPolicy', 'Failed'],
  ['CronJob', { spec: { jobTemplate: { spec: { template: { spec: {} } } } } }, 'spec.concurrencyPolicy', 'Allow'],
  [
    'CronJob',
    { spec: { jobTemplate: { spec: { template: { spec: {} } } } } },
    'spec.jobTemplate.spec.completions',
    undefined,
  ],
  [
    'CronJob',
    { spec: { jobTemplate: { spec: { template: { spec: {} } } } } },
    'spec.jobTemplate.spec.template.spec.dnsPolicy',
    'ClusterFirst',
  ],
  [
    'Service',
    { spec: { ports: [{ port: 80 }] } },
    'spec',
    {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    },
  ],
  ['Service', { spec: { sessionAffinity: 'ClientIP' } }, 'spec.sessionAffinityConfig.clientIP.timeoutSeconds', 10800],
  [
    'Service',
    { spec: { type: 'LoadBalancer' } },
    'spec',
    {
      type: 'LoadBalancer',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
    },
  ],
  [
    'Service',
    { spec: { type: 'ExternalName', externalName: 'x' } },
    'spec',
    { type: 'ExternalName', externalName: 'x', sessionAffinity: 'None' },
  ],
  ['Secret', { stringData: { a: 'hé' }, data: { b: 'Yg==' } }, 'data', { a: 'aMOp', b: 'Yg==' }],
  ['Secret', { stringData: { a: 'x' } }, 'stringData', undefined],
  ['Secret', {}, 'type', 'Opaque'],
  ['Namespace', {}, 'metadata.labels', { 'kubernetes.io/metadata.name': 'a' }],
  ['Namespace', {}, 'spec.finalizers', ['kubernetes']],
  ['Namespace', { metadata: { name: 'a', deletionTimestamp: 'x' }, spec: {} }, 'spec.finalizers', undefined],
  [
    'PersistentVolumeClaim',
    { spec: { resources: { requests: { storage: '1024Mi' } } } },
    'spec',
    { volumeMode: 'Filesystem', resources: { requests: { storage: '1Gi' } } },
  ],
  [
    'PersistentVolume',
    { spec: { capacity: { storage: '1024Mi' } } },
    'spec',
    { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain', capacity: { storage: '1Gi' } },
  ],
  [
    'LimitRange',
    { spec: { limits: [{ type: 'Container', max: { cpu: '2000m' }, min: { cpu: '1' } }] } },
    'spec.limits.0',
    { type: 'Container', max: { cpu: '2' }, min: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '2' } },
  ],
  ['ResourceQuota', { spec: { hard: { pods: '1000' } } }, 'spec.hard', { pods: '1k' }],
  ['Node', { status: { capacity: { cpu: '4000m' } } }, 'status.allocatable', { cpu: '4' }],
  [
    'NetworkPolicy',
    { spec: { egress: [{ ports: [{ port: 53 }] }] } },
    'spec',
    { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }] },
  ],
  ['NetworkPolicy', { spec: { podSelector: {} } }, 'spec.policyTypes', ['Ingress']],
  ['IngressClass', { spec: { parameters: {} } }, 'spec.parameters.scope', 'Cluster'],
  [
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'x' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
    'subjects',
    [
      { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 's' },
    ],
  ],
  ['ClusterRoleBinding', { roleRef: {} }, 'roleRef.apiGroup', 'rbac.authorization.k8s.io'],
  ['StorageClass', {}, 'volumeBindingMode', 'Immediate'],
  ['CSIDriver', {}, 'spec.volumeLifecycleModes', ['Persistent']],
  ['PriorityClass', {}, 'preemptionPolicy', 'PreemptLowerPriority'],
  ['APIService', { spec: { service: {} } }, 'spec.service.port', 443],
  [
    'CustomResourceDefinition',
    { spec: { names: { kind: 'Foo' } } },
    'spec',
    { names: { kind: 'Foo', singular: 'foo', listKind: 'FooList' }, conversion: { strategy: 'None' } },
  ],
  ['FlowSchema', {}, 'spec.matchingPrecedence', 1000],
  [
    'PriorityLevelConfiguration',
    { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue' } } } },
    'spec.limited',
    {
      nominalConcurrencyShares: 30,
      lendablePercent: 0,
      limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
    },
  ],
  [
    'ValidatingWebhookConfiguration',
    { webhooks: [{ name: 'x', clientConfig: { service: {} }, rules: [{}] }] },
    'webhooks.0',
    {
      name: 'x',
      clientConfig: { service: { port: 443 } },
      rules: [{ scope: '*' }],
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      timeoutSeconds: 10,
      namespaceSelector: {},
      objectSelector: {},
    },
  ],
  ['MutatingWebhookConfiguration', { webhooks: [{ name: 'x' }] }, 'webhooks.0.reinvocationPolicy', 'Never'],
  [
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints: { resourceRules: [{}] } } },
    'spec',
    {
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [{ scope: '*' }],
      },
    },
  ],
  ['HorizontalPodAutoscaler', { spec: { maxReplicas: 3 } }, 'spec.metrics.0.resource.target.averageUtilization', 80],
  [
    'HorizontalPodAutoscaler',
    { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } } },
    'spec.behavior.scaleDown',
    {
      stabilizationWindowSeconds: 5,
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    },
  ],
  ['EndpointSlice', { ports: [{ port: 80 }] }, 'ports.0', { name: '', protocol: 'TCP', port: 80 }],
  [
    'ResourceClaim',
    { spec: { devices: { requests: [{ name: 'a', exactly: {} }] } } },
    'spec.devices.requests.0.exactly',
    { allocationMode: 'ExactCount', count: 1 },
  ],
]
for (const [index, [kind, given, path, want]] of cases.entries())
  test(`defaults ${index}: ${kind} ${path}`, () => assert.deepEqual(at(defaulted(kind, given), path), want))

test('defaulting twice changes nothing', () => {
  for (const [kind, given] of cases) {
    const once = defaulted(kind, given)
    assert.deepEqual(defaulted(kind, once), once, kind)
  }
})

test('defaulting never throws, whatever the client sent', () => {
  for (const { kind } of builtInKinds)
    for (const given of [
      {},
      { spec: {} },
      { spec: null },
      { spec: { template: null } },
      { spec: { template: { spec: { containers: null } } } },
      { webhooks: null },
    ])
      assert.doesNotThrow(() => defaulted(kind, given), `${kind} ${JSON.stringify(given)}`)
})
