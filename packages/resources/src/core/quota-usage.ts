import { addQuantities, compareQuantities, subtractQuantities } from '@sampan/kit/quantity'
import type { Definition } from '../define.ts'
import type { KubeObject } from '../meta.ts'
import type { ResourceClaim } from '../resource/resource-claim.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'
import type { Pod } from './pod.ts'
import { podLimits, podRequests, qosClassOf, type ResourceList } from './pod-resources.ts'
import { isTerminal } from './pod-state.ts'
import type { ResourceQuota } from './resource-quota.ts'
import type { Service } from './service.ts'
import { hasNodePorts } from './service-networking.ts'

type Kind = Pick<Definition, 'group' | 'plural'>

/** Kinds a quota counts under their plain plural. */
const counted = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
])

/** What one object takes of a quota, by the names quotas use. Pods that have ended take nothing. */
export function usageOf({ group, plural }: Kind, object: KubeObject): ResourceList {
  const generic: ResourceList = { [`count/${group ? `${plural}.${group}` : plural}`]: '1' }
  if (group === 'resource.k8s.io' && plural === 'resourceclaims')
    return { ...generic, ...deviceUsage(object as ResourceClaim) }
  if (group !== '') return generic
  if (plural === 'pods') return podUsage(object as Pod, generic)
  if (counted.has(plural)) generic[plural] = '1'
  if (plural === 'services') Object.assign(generic, serviceUsage(object as Service))
  if (plural === 'persistentvolumeclaims') Object.assign(generic, claimUsage(object as PersistentVolumeClaim))
  return generic
}

function podUsage(pod: Pod, generic: ResourceList): ResourceList {
  if (isTerminal(pod)) return generic
  const usage: ResourceList = { ...generic, pods: '1' }
  for (const [name, value] of Object.entries(podRequests(pod))) {
    usage[`requests.${name}`] = value
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage[name] = value
  }
  for (const [name, value] of Object.entries(podLimits(pod))) usage[`limits.${name}`] = value
  return usage
}

function serviceUsage(one: Service): ResourceList {
  const ports = hasNodePorts(one) ? (one.spec.ports?.length ?? 0) : 0
  return {
    'services.loadbalancers': one.spec.type === 'LoadBalancer' ? '1' : '0',
    'services.nodeports': String(ports),
  }
}

function claimUsage({ spec }: PersistentVolumeClaim): ResourceList {
  const storage = spec.resources?.requests?.storage ?? '0'
  const usage: ResourceList = { 'requests.storage': storage }
  if (spec.storageClassName) {
    usage[`${spec.storageClassName}.storageclass.storage.k8s.io/requests.storage`] = storage
    usage[`${spec.storageClassName}.storageclass.storage.k8s.io/persistentvolumeclaims`] = '1'
  }
  return usage
}

/** `<class>.deviceclass.resource.k8s.io/devices`: how a quota names the devices of one class. */
export const devicesOfClass = '.deviceclass.resource.k8s.io/devices'
/** The most devices one claim can get, which is what "all" may come to. */
const mostDevices = 32

/** Devices by class: of what a request would take instead of one another, the most of each class. Not validated yet. */
function deviceUsage({ spec }: Partial<ResourceClaim>): ResourceList {
  const total = new Map<string, number>()
  for (const { exactly, firstAvailable = [] } of spec?.devices?.requests ?? []) {
    const most = new Map<string, number>()
    for (const { deviceClassName, allocationMode, count } of exactly ? [exactly] : firstAvailable) {
      const wanted = allocationMode === 'All' ? mostDevices : (count ?? 1)
      most.set(deviceClassName, Math.max(most.get(deviceClassName) ?? 0, wanted))
    }
    for (const [name, count] of most) total.set(name, (total.get(name) ?? 0) + count)
  }
  return Object.fromEntries([...total].map(([name, count]) => [`${name}${devicesOfClass}`, String(count)]))
}

/** Whether a quota is about this object: every scope it has is about pods, or about claims by their attributes' class. */
export function isInScope({ spec }: ResourceQuota, { group, plural }: Kind, object: KubeObject): boolean {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] }))
  const scopes = [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])]
  if (scopes.length === 0) return true
  if (group !== '') return false
  if (plural === 'persistentvolumeclaims')
    return scopes.every(
      ({ scopeName, operator, values }) =>
        scopeName === 'VolumeAttributesClass' && hasClass(object as PersistentVolumeClaim, operator, values ?? []),
    )
  return (
    plural === 'pods' &&
    scopes.every(({ scopeName, operator, values }) => fits(object as Pod, scopeName, operator, values ?? []))
  )
}

/** While its class is changed, a claim counts for the class it has, the one it asks for and the one it is on its way to. */
function hasClass({ spec, status }: PersistentVolumeClaim, operator: string, values: readonly string[]): boolean {
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name) => name)
  if (operator === 'Exists') return names.length > 0
  if (operator === 'DoesNotExist') return names.length === 0
  if (operator === 'In') return names.some((name) => values.includes(name!))
  return operator === 'NotIn' && (names.length === 0 || names.some((name) => !values.includes(name!)))
}

function fits(pod: Pod, scope: string, operator: string, values: readonly string[]): boolean {
  const { spec } = pod
  switch (scope) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined
    case 'BestEffort':
      return qosClassOf(pod) === 'BestEffort'
    case 'NotBestEffort':
      return qosClassOf(pod) !== 'BestEffort'
    case 'PriorityClass': {
      const name = spec.priorityClassName ?? ''
      if (operator === 'In') return values.includes(name)
      if (operator === 'NotIn') return !values.includes(name)
      return operator === 'Exists' ? name !== '' : name === ''
    }
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod)
    default:
      return false
  }
}

function crossesNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  const terms = [podAffinity, podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ])
  return terms.some(
    ({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined,
  )
}

/** The part of a usage that a quota limits, with `0` for what it limits and the object does not take. */
export const limitedPart = (hard: ResourceList, usage: ResourceList): ResourceList =>
  Object.fromEntries(Object.keys(hard).flatMap((name) => (usage[name] === undefined ? [] : [[name, usage[name]]])))

export function addUsage(a: ResourceList, b: ResourceList): ResourceList {
  const sum = { ...a }
  for (const [name, value] of Object.entries(b))
    sum[name] = sum[name] === undefined ? value : addQuantities(sum[name], value)
  return sum
}

/** Never below zero. */
export function subtractUsage(a: ResourceList, b: ResourceList): ResourceList {
  const rest = { ...a }
  for (const [name, value] of Object.entries(b)) {
    if (rest[name] === undefined) continue
    rest[name] = compareQuantities(rest[name], value) <= 0 ? '0' : subtractQuantities(rest[name], value)
  }
  return rest
}

/** What the objects of a namespace take of a quota: the truth that `status.used` is brought back to. */
export function totalUsage(
  quota: ResourceQuota,
  all: Iterable<{ kind: Kind; objects: readonly KubeObject[] }>,
): ResourceList {
  const hard = (quota.spec?.hard ?? {}) as ResourceList
  let used: ResourceList = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
  for (const { kind, objects } of all)
    for (const object of objects)
      if (isInScope(quota, kind, object)) used = addUsage(used, limitedPart(hard, usageOf(kind, object)))
  return used
}
