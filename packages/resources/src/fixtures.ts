import type { DaemonSet } from './apps/daemon-set.ts'
import type { Deployment } from './apps/deployment.ts'
import type { ReplicaSet } from './apps/replica-set.ts'
import type { StatefulSet } from './apps/stateful-set.ts'
import type { CronJob } from './batch/cron-job.ts'
import type { Job } from './batch/job.ts'
import type { ConfigMap } from './core/config-map.ts'
import type { Namespace } from './core/namespace.ts'
import type { Node } from './core/node.ts'
import type { PersistentVolumeClaim } from './core/persistent-volume-claim.ts'
import type { Pod } from './core/pod.ts'
import type { Secret } from './core/secret.ts'
import type { Service } from './core/service.ts'
import type { EndpointSlice } from './discovery/endpoint-slice.ts'
import type { ObjectMeta, OwnerReference } from './meta.ts'
import type { Ingress } from './networking/ingress.ts'
import type { NetworkPolicy } from './networking/network-policy.ts'

/** Small valid objects for tests. Everything is fixed (no clock, no random), so results can be compared whole. */

const born = '2026-01-01T00:00:00Z'

interface Meta {
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  owner?: OwnerReference
  finalizers?: string[]
  created?: string
  deleting?: boolean
}

function metadata(name: string, kind: string, given: Meta, namespaced = true): ObjectMeta {
  return {
    name,
    ...(namespaced && { namespace: given.namespace ?? 'default' }),
    uid: `uid-${kind}-${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: given.created ?? born,
    ...(given.labels && { labels: given.labels }),
    ...(given.annotations && { annotations: given.annotations }),
    ...(given.owner && { ownerReferences: [given.owner] }),
    ...(given.finalizers && { finalizers: given.finalizers }),
    ...(given.deleting && { deletionTimestamp: born, deletionGracePeriodSeconds: 30 }),
  }
}

interface PodOptions extends Meta {
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  /** Running with its Ready condition true. */
  ready?: boolean
  readySince?: string
  node?: string
  ip?: string
  image?: string
  spec?: Partial<Pod['spec']>
  status?: Partial<NonNullable<Pod['status']>>
}

export function pod(name: string, options: PodOptions = {}): Pod {
  const { ready = false, readySince = born, phase = ready ? 'Running' : 'Pending', node, ip } = options
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(name, 'Pod', options),
    spec: {
      containers: [{ name: 'main', image: options.image ?? 'web:1' }],
      restartPolicy: 'Always',
      ...(node && { nodeName: node }),
      ...options.spec,
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySince }],
      ...(ip && { podIP: ip, podIPs: [{ ip }] }),
      ...options.status,
    },
  }
}

interface WorkloadOptions extends Meta {
  replicas?: number
  image?: string
  /** Selector and template labels; default `{app: name}`. */
  match?: Record<string, string>
}

const template = (name: string, { match = { app: name }, image = 'web:1' }: WorkloadOptions, spec: object = {}) => ({
  metadata: { labels: match },
  spec: { containers: [{ name: 'main', image }], ...spec },
})

const selector = (name: string, { match = { app: name } }: WorkloadOptions) => ({ matchLabels: match })

export const replicaSet = (
  name: string,
  options: WorkloadOptions & { status?: ReplicaSet['status'] } = {},
): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: metadata(name, 'ReplicaSet', options),
  spec: { replicas: options.replicas ?? 1, selector: selector(name, options), template: template(name, options) },
  ...(options.status && { status: options.status }),
})

export const deployment = (
  name: string,
  options: WorkloadOptions & { spec?: Partial<Deployment['spec']>; status?: Deployment['status'] } = {},
): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(name, 'Deployment', options),
  spec: {
    replicas: options.replicas ?? 1,
    selector: selector(name, options),
    template: template(name, options),
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    ...options.spec,
  },
  ...(options.status && { status: options.status }),
})

export const statefulSet = (
  name: string,
  options: WorkloadOptions & { spec?: Partial<StatefulSet['spec']>; status?: StatefulSet['status'] } = {},
): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata(name, 'StatefulSet', options),
  spec: {
    replicas: options.replicas ?? 1,
    serviceName: name,
    selector: selector(name, options),
    template: template(name, options),
    ...options.spec,
  },
  ...(options.status && { status: options.status }),
})

export const daemonSet = (
  name: string,
  options: WorkloadOptions & { spec?: Partial<DaemonSet['spec']>; status?: DaemonSet['status'] } = {},
): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: metadata(name, 'DaemonSet', options),
  spec: { selector: selector(name, options), template: template(name, options), ...options.spec },
  ...(options.status && { status: options.status }),
})

export const job = (
  name: string,
  options: WorkloadOptions & { spec?: Partial<Job['spec']>; status?: Job['status'] } = {},
): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata(name, 'Job', options),
  spec: { template: template(name, options, { restartPolicy: 'Never' }), ...options.spec },
  ...(options.status && { status: options.status }),
})

export const cronJob = (
  name: string,
  options: WorkloadOptions & { spec?: Partial<CronJob['spec']>; status?: CronJob['status'] } = {},
): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: metadata(name, 'CronJob', options),
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: { spec: { template: template(name, options, { restartPolicy: 'Never' }) } },
    ...options.spec,
  },
  ...(options.status && { status: options.status }),
})

export const service = (
  name: string,
  options: Meta & { spec?: Partial<Service['spec']>; status?: Service['status'] } = {},
): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name, 'Service', options),
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.190.1.1',
    clusterIPs: ['10.190.1.1'],
    selector: { app: name },
    ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    ...options.spec,
  },
  status: options.status ?? { loadBalancer: {} },
})

export const endpointSlice = (
  name: string,
  options: Meta & { service?: string } & Partial<Pick<EndpointSlice, 'endpoints' | 'ports'>> = {},
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: metadata(name, 'EndpointSlice', {
    ...options,
    labels: { 'kubernetes.io/service-name': options.service ?? name, ...options.labels },
  }),
  addressType: 'IPv4',
  endpoints: options.endpoints ?? [],
  ports: options.ports ?? [{ name: '', port: 8080, protocol: 'TCP' }],
})

export const node = (
  name: string,
  options: Meta & { ready?: boolean; spec?: Partial<Node['spec']>; status?: Partial<NonNullable<Node['status']>> } = {},
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: metadata(
    name,
    'Node',
    { ...options, labels: { 'kubernetes.io/hostname': name, ...options.labels } },
    false,
  ),
  spec: { ...options.spec },
  status: {
    conditions: [{ type: 'Ready', status: (options.ready ?? true) ? 'True' : 'False', lastTransitionTime: born }],
    addresses: [{ type: 'InternalIP', address: '192.168.1.10' }],
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    ...options.status,
  },
})

export const namespace = (name: string, options: Meta = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: metadata(
    name,
    'Namespace',
    { ...options, labels: { 'kubernetes.io/metadata.name': name, ...options.labels } },
    false,
  ),
  spec: { finalizers: ['kubernetes'] },
  status: { phase: options.deleting ? 'Terminating' : 'Active' },
})

export const configMap = (name: string, data: Record<string, string> = {}, options: Meta = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name, 'ConfigMap', options),
  data,
})

/** `data` is given as plain text. */
export const secret = (
  name: string,
  data: Record<string, string> = {},
  options: Meta & { type?: string } = {},
): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(name, 'Secret', options),
  type: options.type ?? 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
})

export const persistentVolumeClaim = (
  name: string,
  options: Meta & { spec?: Partial<PersistentVolumeClaim['spec']>; status?: PersistentVolumeClaim['status'] } = {},
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metadata(name, 'PersistentVolumeClaim', options),
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...options.spec },
  status: options.status ?? { phase: 'Pending' },
})

export const ingress = (
  name: string,
  options: Meta & { host?: string; service?: string; port?: number; spec?: Partial<Ingress['spec']> } = {},
): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: metadata(name, 'Ingress', options),
  spec: {
    rules: [
      {
        host: options.host ?? `${name}.example.com`,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: options.service ?? name, port: { number: options.port ?? 80 } } },
            },
          ],
        },
      },
    ],
    ...options.spec,
  },
  status: { loadBalancer: {} },
})

export const networkPolicy = (
  name: string,
  options: Meta & { spec?: Partial<NetworkPolicy['spec']> } = {},
): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(name, 'NetworkPolicy', options),
  spec: { podSelector: {}, policyTypes: ['Ingress'], ...options.spec },
})
