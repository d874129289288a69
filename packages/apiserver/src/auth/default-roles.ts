import type { Rule } from './rules.ts'

/** ClusterRoles every cluster has, by the names and rights people know them by (rbac bootstrap policy of Kubernetes). */
export interface DefaultRole {
  name: string
  labels?: Record<string, string>
  rules?: readonly Rule[]
  /** Gathers the rules of roles that carry `rbac.authorization.k8s.io/aggregate-to-<this>`. */
  gathers?: string
}

export interface DefaultBinding {
  name: string
  role: string
  subjects: readonly { kind: 'User' | 'Group' | 'ServiceAccount'; name: string; namespace?: string }[]
}

const read = ['get', 'list', 'watch']
const write = ['create', 'delete', 'deletecollection', 'patch', 'update']
const core = ''
const metrics = 'metrics.k8s.io'
const rbac = 'rbac.authorization.k8s.io'
const networking = 'networking.k8s.io'

const allow = (verbs: readonly string[], group: string | readonly string[], ...resources: string[]): Rule => ({
  apiGroups: typeof group === 'string' ? [group] : group,
  resources,
  verbs,
})
const paths = (...nonResourceURLs: string[]): Rule => ({ nonResourceURLs, verbs: ['get'] })

const workloads = [
  'daemonsets',
  'deployments',
  'deployments/scale',
  'replicasets',
  'replicasets/scale',
  'statefulsets',
  'statefulsets/scale',
]
const statuses = (...plurals: string[]) => plurals.map((plural) => `${plural}/status`)
const everything: Rule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
]

const viewRules: Rule[] = [
  allow(
    read,
    core,
    'configmaps',
    'endpoints',
    'persistentvolumeclaims',
    'persistentvolumeclaims/status',
    'pods',
    'replicationcontrollers',
    'replicationcontrollers/scale',
    'serviceaccounts',
    'services',
    'services/status',
  ),
  allow(
    read,
    core,
    'bindings',
    'events',
    'limitranges',
    'namespaces/status',
    'pods/log',
    'pods/status',
    'replicationcontrollers/status',
    'resourcequotas',
    'resourcequotas/status',
  ),
  allow(read, core, 'namespaces'),
  allow(read, 'discovery.k8s.io', 'endpointslices'),
  allow(
    read,
    'apps',
    'controllerrevisions',
    ...workloads,
    ...statuses('daemonsets', 'deployments', 'replicasets', 'statefulsets'),
  ),
  allow(read, 'autoscaling', 'horizontalpodautoscalers', 'horizontalpodautoscalers/status'),
  allow(read, 'batch', 'cronjobs', 'jobs', ...statuses('cronjobs', 'jobs')),
  allow(read, 'policy', 'poddisruptionbudgets', 'poddisruptionbudgets/status'),
  allow(read, networking, 'ingresses', 'ingresses/status', 'networkpolicies'),
  allow(read, 'events.k8s.io', 'events'),
  allow(read, metrics, 'pods', 'nodes'),
]

const editRules: Rule[] = [
  allow(read, core, 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'),
  allow(['impersonate'], core, 'serviceaccounts'),
  allow(write, core, 'pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'),
  allow(['create'], core, 'pods/eviction'),
  allow(
    write,
    core,
    'configmaps',
    'events',
    'persistentvolumeclaims',
    'replicationcontrollers',
    'replicationcontrollers/scale',
    'secrets',
    'serviceaccounts',
    'services',
    'services/proxy',
  ),
  allow(['create'], core, 'serviceaccounts/token'),
  allow(['patch', 'update'], core, 'pods/resize', 'pods/ephemeralcontainers'),
  allow(write, 'apps', ...workloads, 'deployments/rollback'),
  allow(write, 'autoscaling', 'horizontalpodautoscalers'),
  allow(write, 'batch', 'cronjobs', 'jobs'),
  allow(write, 'policy', 'poddisruptionbudgets'),
  allow(write, networking, 'ingresses', 'networkpolicies'),
  allow([...read, ...write], 'coordination.k8s.io', 'leases'),
]

const adminRules: Rule[] = [
  allow(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
  allow([...read, ...write], rbac, 'rolebindings', 'roles'),
]

const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const partOf = (to: string) => ({ [`${rbac}/aggregate-to-${to}`]: 'true' })

export const defaultRoles: readonly DefaultRole[] = [
  { name: 'cluster-admin', rules: everything },
  { name: 'admin', gathers: 'admin' },
  { name: 'edit', gathers: 'edit', labels: partOf('admin') },
  { name: 'view', gathers: 'view', labels: partOf('edit') },
  { name: 'system:aggregate-to-admin', labels: partOf('admin'), rules: adminRules },
  { name: 'system:aggregate-to-edit', labels: partOf('edit'), rules: editRules },
  { name: 'system:aggregate-to-view', labels: partOf('view'), rules: viewRules },
  {
    name: 'system:discovery',
    rules: [
      paths(
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ),
    ],
  },
  {
    name: 'system:basic-user',
    rules: [
      allow(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
      allow(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  { name: 'system:public-info-viewer', rules: [paths('/healthz', '/livez', '/readyz', '/version', '/version/')] },
  {
    name: 'system:monitoring',
    rules: [paths('/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/metrics/slis', '/readyz', '/readyz/*')],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      allow(['create'], 'authentication.k8s.io', 'tokenreviews'),
      allow(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      paths(
        '/.well-known/openid-configuration',
        '/.well-known/openid-configuration/',
        '/openid/v1/jwks',
        '/openid/v1/jwks/',
      ),
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      allow(read, core, 'nodes'),
      allow(['proxy'], core, 'nodes'),
      allow(['*'], core, 'nodes/log', 'nodes/metrics', 'nodes/proxy', 'nodes/stats'),
    ],
  },
  {
    name: 'system:node',
    rules: [
      allow(['create'], 'authentication.k8s.io', 'tokenreviews'),
      allow(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews', 'subjectaccessreviews'),
      allow(read, core, 'services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'persistentvolumes'),
      allow(['create', 'get', 'list', 'watch'], core, 'nodes'),
      allow(['patch', 'update'], core, 'nodes', 'nodes/status', 'pods/status'),
      allow(['create', 'delete', 'get', 'list', 'watch'], core, 'pods'),
      allow(['create', 'patch', 'update'], [core, 'events.k8s.io'], 'events'),
      allow(['create'], core, 'pods/eviction', 'serviceaccounts/token'),
      allow(['create', 'delete', 'get', 'patch', 'update'], 'coordination.k8s.io', 'leases'),
      allow(read, ['node.k8s.io', 'storage.k8s.io'], 'runtimeclasses', 'csidrivers', 'volumeattachments', 'csinodes'),
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      allow(['create', 'delete', 'get', 'list', 'watch'], core, 'persistentvolumes'),
      allow(['get', 'list', 'update', 'watch'], core, 'persistentvolumeclaims'),
      allow(read, 'storage.k8s.io', 'storageclasses'),
      allow(['create', 'patch', 'update', ...read], core, 'events'),
    ],
  },
]

const everybody = { kind: 'Group', name: 'system:authenticated' } as const
const nobody = { kind: 'Group', name: 'system:unauthenticated' } as const

export const defaultBindings: readonly DefaultBinding[] = [
  { name: 'cluster-admin', role: 'cluster-admin', subjects: [{ kind: 'Group', name: 'system:masters' }] },
  { name: 'system:discovery', role: 'system:discovery', subjects: [everybody] },
  { name: 'system:basic-user', role: 'system:basic-user', subjects: [everybody] },
  { name: 'system:public-info-viewer', role: 'system:public-info-viewer', subjects: [everybody, nobody] },
  { name: 'system:monitoring', role: 'system:monitoring', subjects: [{ kind: 'Group', name: 'system:monitoring' }] },
  {
    name: 'system:service-account-issuer-discovery',
    role: 'system:service-account-issuer-discovery',
    subjects: [{ kind: 'Group', name: 'system:serviceaccounts' }],
  },
]

/** The objects for all of it. */
export function rbacObjects(): Record<string, unknown>[] {
  const apiVersion = `${rbac}/v1`
  const meta = (name: string, labels = {}) => ({
    name,
    labels: { ...bootstrapping, ...labels },
    annotations: { [`${rbac}/autoupdate`]: 'true' },
  })
  return [
    ...defaultRoles.map(({ name, labels, rules = [], gathers }) => ({
      apiVersion,
      kind: 'ClusterRole',
      metadata: meta(name, labels),
      ...(gathers && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: partOf(gathers) }] } }),
      rules,
    })),
    ...defaultBindings.map(({ name, role, subjects }) => ({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: meta(name),
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: subjects.map((one) => (one.kind === 'ServiceAccount' ? one : { apiGroup: rbac, ...one })),
    })),
    {
      apiVersion,
      kind: 'Role',
      metadata: { ...meta('extension-apiserver-authentication-reader'), namespace: 'kube-system' },
      rules: [{ ...allow(read, core, 'configmaps'), resourceNames: ['extension-apiserver-authentication'] }],
    },
  ]
}
