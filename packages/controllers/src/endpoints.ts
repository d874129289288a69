import { type Controller, controller, watch } from '@sampan/control/controller'
import { create, type Plan, update } from '@sampan/control/plan'
import { jsonEqual } from '@sampan/kit/json-equal'
import { rfc3339 } from '@sampan/resources/conditions'
import { type Endpoints, endpoints } from '@sampan/resources/core/endpoints'
import { isReady, type Pod, pod, podIPs } from '@sampan/resources/core/pod'
import { type Service, service } from '@sampan/resources/core/service'
import { hasSlices, selectedPods, servicesOf } from './endpoint-slice.ts'
import { hasEndpoint, isIPv6, portsKey, portsOn } from './service-ports.ts'

type Subset = NonNullable<Endpoints['subsets']>[number]
type Address = NonNullable<Subset['addresses']>[number]

const managedBy = 'endpoints.kubernetes.io/managed-by'
const overCapacity = 'endpoints.kubernetes.io/over-capacity'
const triggerKey = 'endpoints.kubernetes.io/last-change-trigger-time'
const headlessLabel = 'service.kubernetes.io/headless'
const most = 1000

/** The old form of the same facts, for clients that have not moved: one object, pods that are leaving left out. */
export function reconcileEndpoints(
  one: Service,
  { pods, existing, now }: { pods: readonly Pod[]; existing: Endpoints | undefined; now: Date },
): Plan {
  if (!hasSlices(one) || one.metadata.deletionTimestamp || existing?.metadata.deletionTimestamp) return []
  const eligible = pods.filter(
    (each) => hasEndpoint(each) && (one.spec.publishNotReadyAddresses || !each.metadata.deletionTimestamp),
  )
  const subsets = subsetsOf(one, eligible.slice(0, most))
  const { [headlessLabel]: _, ...own } = one.metadata.labels ?? {}
  const labels = {
    ...own,
    ...(one.spec.clusterIP === 'None' && { [headlessLabel]: '' }),
    [managedBy]: 'endpoint-controller',
  }
  const isSame = existing && jsonEqual(existing.subsets ?? [], subsets) && jsonEqual(existing.metadata.labels, labels)
  if (isSame) return []
  const { [overCapacity]: __, ...annotations } = existing?.metadata.annotations ?? {}
  const next = {
    ...existing,
    metadata: {
      ...existing?.metadata,
      name: one.metadata.name,
      namespace: one.metadata.namespace,
      labels,
      annotations: {
        ...annotations,
        [triggerKey]: rfc3339(now),
        ...(eligible.length > most && { [overCapacity]: 'truncated' }),
      },
    },
    subsets,
  }
  return [existing ? update(endpoints, next as Endpoints) : create(endpoints, next)]
}

function subsetsOf(one: Service, pods: readonly Pod[]): Subset[] {
  const isV6 = one.spec.ipFamilies?.[0] === 'IPv6'
  const subsets = new Map<string, Subset & { ready: Address[]; notReady: Address[] }>()
  for (const each of pods) {
    const ip = podIPs(each).find((address) => isIPv6(address) === isV6)
    if (!ip) continue
    const ports = portsOn(each, one)
    if (ports.length === 0 && (one.spec.ports ?? []).length > 0) continue
    const key = portsKey(ports)
    const subset = subsets.get(key) ?? { ports, ready: [], notReady: [] }
    subsets.set(key, subset)
    const isIn = isReady(each) || one.spec.publishNotReadyAddresses
    const list = isIn ? subset.ready : subset.notReady
    list.push(addressOf(one, each, ip))
  }
  const byIp = (a: Address, b: Address) => (a.ip < b.ip ? -1 : 1)
  return [...subsets.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports = [], ready, notReady }]) => ({
      ...(ready.length > 0 && { addresses: ready.toSorted(byIp) }),
      ...(notReady.length > 0 && { notReadyAddresses: notReady.toSorted(byIp) }),
      ...(ports.length > 0 && {
        ports: ports.map(({ name, ...port }) => ({ ...(name && { name }), ...port })),
      }),
    }))
}

const addressOf = (one: Service, { metadata, spec }: Pod, ip: string): Address => ({
  ip,
  ...(spec.hostname && spec.subdomain === one.metadata.name && { hostname: spec.hostname }),
  ...(spec.nodeName && { nodeName: spec.nodeName }),
  targetRef: { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
})

export const endpointsObjects: Controller = controller<Service>({
  name: 'endpoint',
  kind: service,
  watches: [
    watch(pod, servicesOf),
    watch(endpoints, ({ metadata }) => [{ namespace: metadata.namespace, name: metadata.name }]),
  ],
  reconcile: (one, snapshot) =>
    reconcileEndpoints(one, {
      pods: selectedPods(one, snapshot),
      existing: snapshot.get(endpoints, one.metadata),
      now: snapshot.now,
    }),
  /** Endpoints have no owner: they go with the Service of their name. */
  gone(at, snapshot) {
    const left = snapshot.get(endpoints, at)
    return left?.metadata.labels?.[managedBy] === 'endpoint-controller' ? [goneWith(left)] : []
  },
})

const goneWith = (left: Endpoints) => ({ op: 'remove', kind: endpoints as never, object: left }) as const
