import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as make from './fixtures.ts'
import { builtInKinds } from './kinds.ts'
import type { KubeObject } from './meta.ts'

type Path = string
type Change = [path: Path, value: unknown]

const definitionOf = (object: KubeObject) =>
  builtInKinds.find((one) => one.kind === object.kind && (object.apiVersion ?? 'v1').includes(one.version))!

/** A copy with some values replaced; `undefined` takes one away. */
function changed<T extends KubeObject>(object: T, ...changes: Change[]): T {
  const copy = structuredClone(object)
  for (const [path, value] of changes) {
    const keys = path.split('.')
    const last = keys.pop()!
    let at: Record<string, unknown> = copy as never
    for (const key of keys) {
      at[key] ??= {}
      at = at[key] as Record<string, unknown>
    }
    if (value === undefined) delete at[last]
    else at[last] = value
  }
  return copy
}

function problems(object: KubeObject, old?: KubeObject, subresource?: string): string[] {
  const definition = definitionOf(object)
  const next = structuredClone(object)
  definition.defaults(next)
  if (!old && object.kind === 'Job') definition.onCreate?.(next)
  return definition
    .validate(next, old, subresource)
    .filter((one) => !!one)
    .map(({ field, message }) => `${field}: ${message}`)
}

const other = (kind: string, apiVersion: string, more: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name: 'a' }, ...more }) as KubeObject
const clusterRole = (more: object) => other('ClusterRole', 'rbac.authorization.k8s.io/v1', more)
const binding = (more: object) =>
  other('RoleBinding', 'rbac.authorization.k8s.io/v1', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    ...more,
  })
const autoscaler = (spec: object) =>
  other('HorizontalPodAutoscaler', 'autoscaling/v2', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3, ...spec },
  })
const crd = (schema: object, more: object = {}) =>
  other('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Foo', plural: 'foos' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...schema } } },
      ],
      ...more,
    },
  })
const at = 'spec.validation.openAPIV3Schema'
const webhook = (more: object) =>
  other('ValidatingWebhookConfiguration', 'admissionregistration.k8s.io/v1', {
    webhooks: [
      {
        name: 'a.b.c',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        clientConfig: { url: 'https://x' },
        ...more,
      },
    ],
  })

const good: KubeObject[] = [
  make.pod('web'),
  make.deployment('web'),
  make.replicaSet('web'),
  make.statefulSet('db', {
    spec: { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: make.persistentVolumeClaim('x').spec }] },
  }),
  make.daemonSet('ds'),
  make.job('once'),
  make.cronJob('tick'),
  make.service('web'),
  make.configMap('c', { a: 'b', '.hidden': '' }),
  make.secret('s', { a: 'b' }),
  make.persistentVolumeClaim('c'),
  make.ingress('web'),
  make.networkPolicy('p'),
  make.endpointSlice('web', { endpoints: [{ addresses: ['10.0.0.1'] }] }),
  clusterRole({
    rules: [
      { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get'], nonResourceURLs: ['/x'] },
    ],
  }),
  binding({
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  }),
  autoscaler({ behavior: { scaleUp: { stabilizationWindowSeconds: 0 } } }),
  other('PodDisruptionBudget', 'policy/v1', { spec: { minAvailable: '50%', selector: {} } }),
  other('ResourceQuota', 'v1', {
    spec: { hard: { pods: '3', 'requests.cpu': '1', 'count/jobs.batch': '2', 'requests.nvidia.com/gpu': '1' } },
  }),
  other('LimitRange', 'v1', { spec: { limits: [{ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' } }] } }),
  other('PersistentVolume', 'v1', {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
  }),
  other('StorageClass', 'storage.k8s.io/v1', { provisioner: 'x' }),
  other('PriorityClass', 'scheduling.k8s.io/v1', { value: 5 }),
  crd({
    properties: {
      spec: {
        type: 'object',
        properties: {
          port: { 'x-kubernetes-int-or-string': true },
          any: { 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      metadata: { type: 'object' },
    },
  }),
  webhook({}),
  other('Endpoints', 'v1', {
    metadata: { name: 'kubernetes', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 6443 }] }],
  }),
]
for (const object of good) test(`a good ${object.kind} passes`, () => assert.deepEqual(problems(object), []))

const web = make.pod('web')
const container = 'spec.containers.0'
const dns = "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
type Row = [name: string, object: KubeObject, want: string[]]
const refused: Row[] = [
  ['no image', changed(web, [`${container}.image`, undefined]), ['spec.containers[0].image: Required value']],
  ['no containers', changed(web, ['spec.containers', []]), ['spec.containers: Required value']],
  [
    'a bad container name',
    changed(web, [`${container}.name`, 'Web']),
    [
      `spec.containers[0].name: Invalid value: "Web": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character ${dns}`,
    ],
  ],
  [
    'two containers of one name',
    changed(web, [
      'spec.containers',
      [
        { name: 'a', image: 'x' },
        { name: 'a', image: 'y' },
      ],
    ]),
    ['spec.containers[1].name: Duplicate value: "a"'],
  ],
  [
    'an unknown pull policy',
    changed(web, [`${container}.imagePullPolicy`, 'Sometimes']),
    [
      'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
  ],
  [
    'a mount of nothing',
    changed(web, [`${container}.volumeMounts`, [{ name: 'data', mountPath: '/x' }]]),
    ['spec.containers[0].volumeMounts[0].name: Not found: "data"'],
  ],
  [
    'two volumes of one name',
    changed(web, ['spec.volumes', [{ name: 'a' }, { name: 'a' }]]),
    ['spec.volumes[1].name: Duplicate value: "a"'],
  ],
  [
    'two sources of a volume',
    changed(web, ['spec.volumes', [{ name: 'a', emptyDir: {}, secret: { secretName: 'x' } }]]),
    ['spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a climbing host path',
    changed(web, ['spec.volumes', [{ name: 'a', hostPath: { path: '/x/../y' } }]]),
    ['spec.volumes[0].hostPath.path: Invalid value: "/x/../y": must not contain \'..\''],
  ],
  [
    'a strange mode',
    changed(web, ['spec.volumes', [{ name: 'a', secret: { secretName: 'x', defaultMode: 4096 } }]]),
    [
      'spec.volumes[0].secret.defaultMode: Invalid value: 4096: must be a number between 0 and 0777 (octal), both inclusive',
    ],
  ],
  [
    'a short token',
    changed(web, [
      'spec.volumes',
      [{ name: 'a', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 60 } }] } }],
    ]),
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
  ],
  [
    'a port out of range',
    changed(web, [`${container}.ports`, [{ containerPort: 70000 }]]),
    ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
  ],
  [
    'two host ports',
    changed(web, [
      `${container}.ports`,
      [
        { containerPort: 1, hostPort: 80 },
        { containerPort: 2, hostPort: 80 },
      ],
    ]),
    ['spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"'],
  ],
  [
    'an unknown field',
    changed(web, [`${container}.env`, [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }]]),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope',
    ],
  ],
  [
    'a value twice',
    changed(web, [
      `${container}.env`,
      [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
    ]),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    'a variable without a name',
    changed(web, [`${container}.env`, [{ value: 'x' }]]),
    ['spec.containers[0].env[0].name: Required value'],
  ],
  [
    'requests above limits',
    changed(web, [`${container}.resources`, { requests: { cpu: '2' }, limits: { cpu: '1' } }]),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'an unknown resource',
    changed(web, [`${container}.resources`, { limits: { gpu: '1' } }]),
    [
      'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    ],
  ],
  [
    'half a device',
    changed(web, [`${container}.resources`, { limits: { 'x.com/gpu': '500m' } }]),
    [
      'spec.containers[0].resources.limits[x.com/gpu]: Invalid value: "500m": must be an integer',
      'spec.containers[0].resources.requests[x.com/gpu]: Invalid value: "500m": must be an integer',
    ],
  ],
  [
    'a probe without a handler',
    changed(web, [`${container}.livenessProbe`, {}]),
    ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
  ],
  [
    'a probe of two handlers',
    changed(web, [`${container}.livenessProbe`, { exec: { command: ['x'] }, tcpSocket: { port: 1 } }]),
    ['spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
  ],
  [
    'a liveness that must succeed twice',
    changed(web, [`${container}.livenessProbe`, { tcpSocket: { port: 1 }, successThreshold: 2 }]),
    ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
  ],
  [
    'a probe of an init container',
    changed(web, ['spec.initContainers', [{ name: 'i', image: 'x', livenessProbe: { tcpSocket: { port: 1 } } }]]),
    [
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'privileges without escalation',
    changed(web, [`${container}.securityContext`, { privileged: true, allowPrivilegeEscalation: false }]),
    [
      'spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
  [
    'an unknown restart policy',
    changed(web, ['spec.restartPolicy', 'Sometimes']),
    ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
  ],
  [
    'no name server',
    changed(web, ['spec.dnsPolicy', 'None']),
    ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'a toleration of no key',
    changed(web, ['spec.tolerations', [{ operator: 'Equal' }]]),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'an unknown effect',
    changed(web, ['spec.tolerations', [{ key: 'a', effect: 'X' }]]),
    [
      'spec.tolerations[0].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  ],
  [
    'an affinity without a key',
    changed(web, [
      'spec.affinity',
      { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } },
    ]),
    [
      'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
    ],
  ],
  [
    'a weight too high',
    changed(web, [
      'spec.affinity',
      { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }] } },
    ]),
    [
      'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
    ],
  ],
  [
    'a spread of no skew',
    changed(web, [
      'spec.topologySpreadConstraints',
      [{ maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }],
    ]),
    ['spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
  ],
  [
    'a deadline of nothing',
    changed(web, ['spec.activeDeadlineSeconds', 0]),
    ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
  ],
  [
    'an ephemeral container at birth',
    changed(web, ['spec.ephemeralContainers', [{ name: 'd', image: 'x' }]]),
    ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
  ],
  [
    'a selector that misses',
    make.deployment('web', { spec: { selector: { matchLabels: { app: 'other' } } } }),
    ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
  ],
  ['no selector', changed(make.deployment('web'), ['spec.selector', undefined]), ['spec.selector: Required value']],
  [
    'fewer than none',
    make.deployment('web', { replicas: -1 }),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'no way to roll',
    changed(make.deployment('web'), ['spec.strategy.rollingUpdate', { maxSurge: 0, maxUnavailable: 0 }]),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  [
    'a recreation that rolls',
    changed(make.deployment('web'), ['spec.strategy.type', 'Recreate']),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'a template that never restarts',
    changed(make.deployment('web'), ['spec.template.spec.restartPolicy', 'Never']),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'a bad image in a template',
    changed(make.deployment('web'), ['spec.template.spec.containers.0.image', '']),
    ['spec.template.spec.containers[0].image: Required value'],
  ],
  [
    'surge and unavailability',
    changed(make.daemonSet('ds'), [
      'spec.updateStrategy',
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    ]),
    ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
  ],
  [
    'a claim without access modes',
    changed(make.persistentVolumeClaim('c'), ['spec.accessModes', []]),
    ['spec.accessModes: Required value: at least 1 access mode is required'],
  ],
  [
    'a claim of nothing',
    changed(make.persistentVolumeClaim('c'), ['spec.resources.requests.storage', '0']),
    ['spec.resources[storage]: Invalid value: "0": must be greater than zero'],
  ],
  [
    'a job that restarts always',
    changed(make.job('once'), ['spec.template.spec.restartPolicy', 'Always']),
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'an indexed job without completions',
    changed(make.job('once'), ['spec.completionMode', 'Indexed'], ['spec.parallelism', 2]),
    ['spec.completions: Required value: when completion mode is Indexed'],
  ],
  [
    'a schedule of four fields',
    make.cronJob('tick', { spec: { schedule: '* * * *' } }),
    ['spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]'],
  ],
  [
    'a schedule with a zone',
    make.cronJob('tick', { spec: { schedule: 'TZ=UTC 0 0 * * *' } }),
    [
      'spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
  ],
  [
    'an unknown zone',
    make.cronJob('tick', { spec: { timeZone: 'Moon/Base' } }),
    ['spec.timeZone: Invalid value: "Moon/Base": unknown time zone Moon/Base'],
  ],
  ['a service without ports', make.service('web', { spec: { ports: [] } }), ['spec.ports: Required value']],
  [
    'unnamed ports',
    make.service('web', { spec: { ports: [{ port: 1 }, { port: 2 }] } }),
    ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
  ],
  [
    'one port twice',
    make.service('web', {
      spec: {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      },
    }),
    ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":1}'],
  ],
  [
    'a node port of a ClusterIP service',
    make.service('web', { spec: { ports: [{ port: 1, nodePort: 30000 }] } }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    'an external name missing',
    make.service('web', { spec: { type: 'ExternalName', clusterIP: undefined, clusterIPs: undefined } }),
    ['spec.externalName: Required value'],
  ],
  [
    'an address that is none',
    make.service('web', { spec: { clusterIP: 'x', clusterIPs: ['x'] } }),
    ['spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  [
    'a service named like a pod',
    make.service('0web'),
    [
      `metadata.name: Invalid value: "0web": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
    ],
  ],
  [
    'a key with a slash',
    make.configMap('c', { 'a/b': 'x' }),
    [
      "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    'too much data',
    make.configMap('c', { a: 'x'.repeat((1 << 20) + 1) }),
    [': Too long: may not be more than 1048576 bytes'],
  ],
  [
    'a certificate without its key',
    make.secret('s', { 'tls.crt': 'x' }, { type: 'kubernetes.io/tls' }),
    ['data[tls.key]: Required value'],
  ],
  [
    'a docker config that is none',
    make.secret('s', { '.dockerconfigjson': 'x' }, { type: 'kubernetes.io/dockerconfigjson' }),
    ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be JSON'],
  ],
  [
    'an ingress of nothing',
    make.ingress('web', { spec: { rules: [] } }),
    ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
  ],
  [
    'a path without a type',
    changed(make.ingress('web'), ['spec.rules.0.http.paths.0.pathType', undefined]),
    ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
  ],
  [
    'a relative path',
    changed(make.ingress('web'), ['spec.rules.0.http.paths.0.path', 'x']),
    ['spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path'],
  ],
  [
    'a host that is an address',
    changed(make.ingress('web'), ['spec.rules.0.host', '1.2.3.4']),
    ['spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address'],
  ],
  [
    'a backend without a port',
    changed(make.ingress('web'), ['spec.rules.0.http.paths.0.backend.service.port', {}]),
    ['spec.rules[0].http.paths[0].backend: Required value: port name or number is required'],
  ],
  [
    'a peer of nothing',
    make.networkPolicy('p', { spec: { ingress: [{ from: [{}] }] } }),
    ['spec.ingress[0].from[0]: Required value: must specify a peer'],
  ],
  [
    'a bad CIDR',
    make.networkPolicy('p', { spec: { egress: [{ to: [{ ipBlock: { cidr: 'x' } }] }] } }),
    [
      'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  ],
  [
    'an exception outside',
    make.networkPolicy('p', {
      spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] },
    }),
    ['spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`'],
  ],
  [
    'a rule without verbs',
    clusterRole({ rules: [{ apiGroups: [''], resources: ['pods'] }] }),
    ['rules[0].verbs: Required value: verbs must contain at least one value'],
  ],
  [
    'a rule of resources and paths',
    clusterRole({ rules: [{ verbs: ['get'], resources: ['pods'], nonResourceURLs: ['/x'] }] }),
    [
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ],
  [
    'a binding of no kind',
    binding({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'X', name: 'r' } }),
    ['roleRef.kind: Unsupported value: "X": supported values: "Role", "ClusterRole"'],
  ],
  [
    'an account without a namespace',
    binding({ subjects: [{ kind: 'ServiceAccount', name: 's' }] }),
    ['subjects[0].namespace: Required value'],
  ],
  [
    'no replicas at most',
    autoscaler({ maxReplicas: 0 }),
    ['spec.maxReplicas: Invalid value: 0: must be greater than 0'],
  ],
  [
    'fewer at most than at least',
    autoscaler({ minReplicas: 5 }),
    ['spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`'],
  ],
  [
    'a metric without a source',
    autoscaler({ metrics: [{ type: 'Pods' }] }),
    ['spec.metrics[0].pods: Required value: must populate information for the given metric source'],
  ],
  [
    'a budget both ways',
    other('PodDisruptionBudget', 'policy/v1', { spec: { minAvailable: 1, maxUnavailable: 1 } }),
    ['spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set'],
  ],
  [
    'a quota of something unknown',
    other('ResourceQuota', 'v1', { spec: { hard: { things: '1' } } }),
    ['spec.hard[things]: Invalid value: "things": must be a standard resource for quota'],
  ],
  [
    'half a pod',
    other('ResourceQuota', 'v1', { spec: { hard: { pods: '500m' } } }),
    ['spec.hard[pods]: Invalid value: "500m": must be an integer'],
  ],
  [
    'a minimum above the maximum',
    other('LimitRange', 'v1', { spec: { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] } }),
    ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  ],
  [
    'a volume of nothing',
    other('PersistentVolume', 'v1', { spec: { capacity: { storage: '1' }, accessModes: ['ReadWriteOnce'] } }),
    ['spec: Required value: must specify a volume type'],
  ],
  [
    'a schema without types',
    crd({ properties: { spec: {} } }),
    [`${at}.properties[spec].type: Required value: must not be empty for specified object fields`],
  ],
  [
    'a list without items',
    crd({ properties: { a: { type: 'array' } } }),
    [`${at}.properties[a].items: Required value: must be specified`],
  ],
  [
    'a map and fields',
    crd({ properties: { a: { type: 'object', properties: {}, additionalProperties: true } } }),
    [`${at}.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  ],
  [
    'a type inside anyOf',
    crd({ properties: { a: { type: 'object', anyOf: [{ type: 'object' }] } } }),
    [`${at}.properties[a].anyOf[0].type: Forbidden: must be empty to be structural`],
  ],
  [
    'a list keyed by an optional field',
    crd({
      properties: {
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', properties: { k: { type: 'string' } } },
        },
      },
    }),
    [
      `${at}.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
  ],
  [
    'a definition without a stored version',
    crd(
      {},
      { versions: [{ name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } }] },
    ),
    ['spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version'],
  ],
  [
    'a misnamed definition',
    changed(crd({}), ['metadata.name', 'x']),
    ['metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'a webhook with effects',
    webhook({ sideEffects: 'Some' }),
    ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
  ],
  [
    'a webhook of nothing',
    webhook({ clientConfig: {} }),
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'an address of the wrong family',
    make.endpointSlice('web', { endpoints: [{ addresses: ['::1'] }] }),
    [
      'endpoints[0].addresses[0]: Invalid value: "::1": must be an IPv4 address',
      'endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
  ],
  [
    'an endpoint that leads to the machine itself or to what only it may ask',
    make.endpointSlice('web', { endpoints: [{ addresses: ['127.0.0.1'] }, { addresses: ['169.254.169.254'] }] }),
    [
      'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'endpoints[1].addresses[0]: Invalid value: "169.254.169.254": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ],
  ],
  [
    'a priority too high',
    other('PriorityClass', 'scheduling.k8s.io/v1', { value: 2_000_000_000 }),
    [
      "value: Forbidden: maximum allowed value of a user defined priority is 1000000000, and priority class name can not start with 'system-'",
    ],
  ],
  [
    'a taint without an effect',
    make.node('n', { spec: { taints: [{ key: 'a', effect: '' }] } }),
    ['spec.taints[0].effect: Required value'],
  ],
  [
    'one taint twice',
    make.node('n', {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoSchedule' },
        ],
      },
    }),
    ['spec.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}'],
  ],
  [
    'addresses of nothing',
    other('Endpoints', 'v1', { subsets: [{ ports: [{ port: 80 }] }] }),
    ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  ],
  [
    'a loopback address',
    other('Endpoints', 'v1', { subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] }),
    ['subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    'a misnamed service of an API',
    other('APIService', 'apiregistration.k8s.io/v1', {
      spec: { version: 'v1', group: 'x.y', groupPriorityMinimum: 1, versionPriority: 1 },
    }),
    ['metadata.name: Invalid value: "a": must be `spec.version+"."+spec.group`: "v1.x.y"'],
  ],
  [
    'a policy of nothing',
    other('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1', {
      spec: { matchConstraints: { resourceRules: [{}] } },
    }),
    ['spec.validations: Required value: validations or auditAnnotations must be non-empty'],
  ],
  [
    'a variable that is no word',
    other('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1', {
      spec: {
        matchConstraints: { resourceRules: [{}] },
        validations: [{ expression: 'true' }],
        variables: [{ name: '1', expression: 'x' }],
      },
    }),
    ['spec.variables[0].name: Invalid value: "1": name is not a valid CEL identifier'],
  ],
  [
    'a mutation without its patch',
    other('MutatingAdmissionPolicy', 'admissionregistration.k8s.io/v1', {
      spec: { matchConstraints: { resourceRules: [{}] }, mutations: [{ patchType: 'JSONPatch' }] },
    }),
    ['spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch'],
  ],
  [
    'a binding without actions',
    other('ValidatingAdmissionPolicyBinding', 'admissionregistration.k8s.io/v1', { spec: { policyName: 'p' } }),
    ['spec.validationActions: Required value: at least one validation action is required'],
  ],
  ['a class without a driver', other('VolumeAttributesClass', 'storage.k8s.io/v1', {}), ['driverName: Required value']],
  [
    'an address that is a name',
    other('IPAddress', 'networking.k8s.io/v1', { spec: { parentRef: { resource: 'services', name: 's' } } }),
    ['metadata.name: Invalid value: "a": must be a valid IP address'],
  ],
  ...[
    {
      name: 'a scope there is not',
      spec: { scopes: ['Sometimes'] },
      want: 'spec.scopes: Invalid value: "Sometimes": unsupported scope',
    },
    {
      name: 'scopes that exclude each other',
      spec: { scopes: ['BestEffort', 'NotBestEffort'] },
      want: 'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    },
    {
      name: 'a scope of claims over pods',
      spec: { hard: { pods: '1' }, scopes: ['VolumeAttributesClass'] },
      want: 'spec.scopes: Invalid value: ["VolumeAttributesClass"]: unsupported scope applied to resource',
    },
    {
      name: 'memory of pods that ask for none',
      spec: { hard: { memory: '1Gi' }, scopes: ['BestEffort'] },
      want: 'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    },
    {
      name: 'a scope that is not there',
      spec: { scopeSelector: { matchExpressions: [{ scopeName: 'Terminating', operator: 'DoesNotExist' }] } },
      want: `spec.scopeSelector.matchExpressions[0].operator: Invalid value: "DoesNotExist": must be 'Exists' when scope is Terminating`,
    },
    {
      name: 'values of a scope that only has to be there',
      spec: {
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }] },
      },
      want: "spec.scopeSelector.matchExpressions[0].values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector",
    },
  ].map(({ name, spec, want }): Row => [name, other('ResourceQuota', 'v1', { spec }), [want]]),
  [
    'an address in another form',
    {
      ...other('IPAddress', 'networking.k8s.io/v1', { spec: { parentRef: { resource: 'services', name: 's' } } }),
      metadata: { name: '2001:DB8:0::1' },
    },
    ['metadata.name: Invalid value: "2001:DB8:0::1": must be in canonical form ("2001:db8::1")'],
  ],
  [
    'a range of nothing',
    other('ServiceCIDR', 'networking.k8s.io/v1', {}),
    ['spec.cidrs: Required value: at least one CIDR required'],
  ],
]
for (const [name, object, want] of refused)
  test(`${object.kind}: ${name} is refused`, () => assert.deepEqual(problems(object), want))

const updates: [name: string, old: KubeObject, changes: Change[], want: RegExp | undefined, subresource?: string][] = [
  ['another image', web, [[`${container}.image`, 'web:2']], undefined],
  [
    'another command',
    web,
    [[`${container}.command`, ['x']]],
    /^spec: Forbidden: pod updates may not change fields other than .*`spec.containers` differs$/,
  ],
  [
    'a second container',
    web,
    [
      [
        'spec.containers',
        [
          { name: 'a', image: 'x' },
          { name: 'b', image: 'x' },
        ],
      ],
    ],
    /^spec.containers: Forbidden: pod updates may not add or remove containers$/,
  ],
  ['one more toleration', web, [['spec.tolerations', [{ key: 'a', operator: 'Exists' }]]], undefined],
  [
    'a toleration less',
    changed(web, ['spec.tolerations', [{ key: 'a', operator: 'Exists' }]]),
    [['spec.tolerations', []]],
    /^spec.tolerations: Forbidden/,
  ],
  [
    'a longer deadline',
    changed(web, ['spec.activeDeadlineSeconds', 5]),
    [['spec.activeDeadlineSeconds', 6]],
    /must be less than or equal to previous value$/,
  ],
  ['a node', web, [['spec.nodeName', 'n']], /`spec.nodeName` differs$/],
  ['a node by binding', web, [['spec.nodeName', 'n']], undefined, 'binding'],
  ['its status', web, [['status.phase', 'Running']], undefined, 'status'],
  ['resources by resize', web, [[`${container}.resources`, { limits: { cpu: '1' } }]], undefined, 'resize'],
  ['a new gate', web, [['spec.schedulingGates', [{ name: 'g' }]]], /only deletion is allowed/],
  [
    'a gate less',
    changed(web, ['spec.schedulingGates', [{ name: 'g' }]]),
    [
      ['spec.schedulingGates', []],
      ['spec.nodeSelector', { a: 'b' }],
    ],
    undefined,
  ],
  ['replicas', make.deployment('web'), [['spec.replicas', 3]], undefined],
  [
    'the selector',
    make.deployment('web'),
    [
      ['spec.selector', { matchLabels: { b: 'c' } }],
      ['spec.template.metadata.labels', { b: 'c' }],
    ],
    /^spec.selector: Invalid value: .*: field is immutable$/,
  ],
  [
    'a service name',
    make.statefulSet('db'),
    [['spec.serviceName', 'other']],
    /updates to statefulset spec for fields other than/,
  ],
  ['a partition', make.statefulSet('db'), [['spec.updateStrategy.rollingUpdate', { partition: 1 }]], undefined],
  [
    'the template of a job',
    make.job('once'),
    [['spec.template.spec.containers.0.image', 'x']],
    /^spec.template: Invalid value: .* field is immutable$/,
  ],
  [
    'the template of a suspended job',
    make.job('once', { spec: { suspend: true } }),
    [['spec.template.spec.nodeSelector', { a: 'b' }]],
    undefined,
  ],
  ['parallelism', make.job('once'), [['spec.parallelism', 3]], undefined],
  [
    'a fixed map',
    { ...make.configMap('c', { a: 'b' }), immutable: true } as KubeObject,
    [['data.a', 'c']],
    /^data: Forbidden: field is immutable when `immutable` is set$/,
  ],
  [
    'a map no longer fixed',
    { ...make.configMap('c'), immutable: true } as KubeObject,
    [['immutable', undefined]],
    /^immutable: Forbidden/,
  ],
  ['the type of a secret', make.secret('s'), [['type', 'x']], /^type: Invalid value: "x": field is immutable$/],
  [
    'an address',
    make.service('web'),
    [
      ['spec.clusterIP', '10.0.0.9'],
      ['spec.clusterIPs', ['10.0.0.9']],
    ],
    /may not change once set$/,
  ],
  ['a role', binding({}), [['roleRef.name', 'other']], /^roleRef: Invalid value: .*: cannot change roleRef$/],
  ['more storage', make.persistentVolumeClaim('c'), [['spec.resources.requests.storage', '2Gi']], undefined],
  [
    'less storage',
    make.persistentVolumeClaim('c'),
    [['spec.resources.requests.storage', '1Mi']],
    /can not be less than/,
  ],
  ['the volume it is bound to', make.persistentVolumeClaim('c'), [['spec.volumeName', 'pv']], undefined],
  [
    'access modes',
    make.persistentVolumeClaim('c'),
    [['spec.accessModes', ['ReadWriteMany']]],
    /^spec: Forbidden: spec is immutable after creation/,
  ],
  [
    'the scope of a kind',
    crd({}),
    [['spec.scope', 'Cluster']],
    /^spec.scope: Invalid value: "Cluster": field is immutable$/,
  ],
  [
    'the value of a priority',
    other('PriorityClass', 'scheduling.k8s.io/v1', { value: 5 }),
    [['value', 6]],
    /^value: Forbidden: may not be changed in an update.$/,
  ],
]
for (const [name, first, changes, want, subresource] of updates)
  test(`${first.kind}: an update of ${name} is ${want ? 'refused' : 'fine'}`, () => {
    const old = structuredClone(first)
    const definition = definitionOf(old)
    definition.defaults(old)
    if (old.kind === 'Job') definition.onCreate?.(old)
    const found = problems(changed(old, ...changes), old, subresource)
    if (want) assert.match(found[0] ?? '', want)
    else assert.deepEqual(found, [])
  })

test('validation never throws on objects that have nothing', () => {
  for (const definition of builtInKinds)
    for (const given of [
      {},
      { spec: {} },
      { spec: { template: {} } },
      { spec: { rules: [{}], ports: [{}], metrics: [{}] } },
      { webhooks: [{}], rules: [{}] },
    ]) {
      const object = { metadata: { name: 'a' }, ...structuredClone(given) } as KubeObject
      definition.defaults(object)
      assert.doesNotThrow(() => definition.validate(object), `${definition.kind} ${JSON.stringify(given)}`)
      assert.doesNotThrow(() => definition.validate(object, structuredClone(object)), `${definition.kind} update`)
    }
})
