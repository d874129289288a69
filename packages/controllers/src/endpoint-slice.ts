import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { create, type Plan, remove, type Step, update } from '@sampan/control/plan'
import { jsonEqual } from '@sampan/kit/json-equal'
import { selectsMap } from '@sampan/kit/selectors'
import { rfc3339 } from '@sampan/resources/conditions'
import { node } from '@sampan/resources/core/node'
import { isReady, type Pod, pod, podIPs } from '@sampan/resources/core/pod'
import { type Service, service } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { ownerReference } from '@sampan/resources/owners'
import { type EndpointPort, hasEndpoint, isIPv6, portsKey, portsOn } from './service-ports.ts'

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number]

export const managedBy = 'endpointslice.kubernetes.io/managed-by'
export const serviceName = 'kubernetes.io/service-name'
export const sliceManager = 'endpointslice-controller.k8s.io'
const triggerKey = 'endpoints.kubernetes.io/last-change-trigger-time'
const headlessLabel = 'service.kubernetes.io/headless'
const most = 100
const zoneLabel = 'topology.kubernetes.io/zone'

interface Around {
  pods: readonly Pod[]
  slices: readonly EndpointSlice[]
  now: Date
  /** The zone of a node, by its name; undefined for one that has none. */
  zoneOf?: ZoneOf
}
type ZoneOf = (nodeName: string | undefined) => string | undefined

/**
 * One endpoint per address of every pod the Service selects, leaving ones included (serving, not ready), in slices of at
 * most 100 of one address family and one set of ports. What is in a slice stays in it.
 */
export function reconcileEndpointSlices(one: Service, { pods, slices, now, zoneOf = () => undefined }: Around): Plan {
  if (!hasSlices(one) || one.metadata.deletionTimestamp) return []
  const left = new Set(slices.filter((slice) => !slice.metadata.deletionTimestamp))
  const steps: Step[] = []
  for (const group of groupsOf(one, pods, zoneOf)) {
    const mine = [...left].filter(
      (slice) =>
        slice.addressType === group.family && portsKey((slice.ports ?? []) as EndpointPort[]) === portsKey(group.ports),
    )
    for (const slice of mine) left.delete(slice)
    steps.push(...fit(one, group, mine, now))
  }
  return [...steps, ...[...left].map((slice) => remove(endpointSlice, slice))]
}

/** Services without a selector have their endpoints written by somebody else. */
export const hasSlices = ({ spec }: Service) =>
  spec.type !== 'ExternalName' && spec.selector !== undefined && Object.keys(spec.selector).length > 0

interface Group {
  family: 'IPv4' | 'IPv6'
  ports: EndpointPort[]
  endpoints: Map<string, Endpoint>
}

/** By family and resolved ports. Without any pod there is still one, so that the Service has a slice. */
function groupsOf(one: Service, pods: readonly Pod[], zoneOf: ZoneOf): Group[] {
  const families = (one.spec.ipFamilies ?? ['IPv4']) as Group['family'][]
  const groups = new Map<string, Group>()
  for (const each of pods) {
    if (!hasEndpoint(each)) continue
    const ports = portsOn(each, one)
    for (const family of families) {
      const address = podIPs(each).find((ip) => isIPv6(ip) === (family === 'IPv6'))
      if (!address) continue
      const key = `${family} ${portsKey(ports)}`
      const group = groups.get(key) ?? { family, ports, endpoints: new Map() }
      groups.set(key, group)
      group.endpoints.set(each.metadata.uid ?? '', endpointOf(one, each, address, zoneOf(each.spec.nodeName)))
    }
  }
  for (const { endpoints } of groups.values()) addHints(one, endpoints)
  for (const family of families)
    if (![...groups.values()].some((group) => group.family === family))
      groups.set(family, { family, ports: [], endpoints: new Map() })
  return [...groups.values()]
}

function endpointOf(one: Service, each: Pod, address: string, zone: string | undefined): Endpoint {
  const { metadata, spec } = each
  const serving = isReady(each)
  const terminating = metadata.deletionTimestamp !== undefined
  const isNamed = spec.hostname && spec.subdomain === one.metadata.name
  return {
    addresses: [address],
    conditions: {
      ready: one.spec.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(isNamed && { hostname: spec.hostname }),
    ...(spec.nodeName && { nodeName: spec.nodeName }),
    ...(zone && { zone }),
    targetRef: { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
  }
}

/** Who should use which endpoint, where the Service wants traffic kept near: for all of them or for none. */
function addHints({ spec }: Service, endpoints: Map<string, Endpoint>): void {
  const { trafficDistribution: wish } = spec
  if (!wish) return
  const ready = [...endpoints].filter(([, { conditions }]) => conditions?.ready)
  const forNodes = wish === 'PreferSameNode' && ready.every(([, { nodeName }]) => nodeName)
  const forZones = ready.every(([, { zone }]) => zone)
  if (!forNodes && !forZones) return
  for (const [uid, endpoint] of ready)
    endpoints.set(uid, {
      ...endpoint,
      hints: {
        ...(forNodes && { forNodes: [{ name: endpoint.nodeName! }] }),
        ...(forZones && { forZones: [{ name: endpoint.zone! }] }),
      },
    })
}

/** Changes as few slices as possible: endpoints stay where they are, new ones fill gaps, then new slices are made. */
function fit(one: Service, { family, ports, endpoints }: Group, slices: readonly EndpointSlice[], now: Date): Step[] {
  const waiting = new Map(endpoints)
  const kept = slices.map((slice) =>
    (slice.endpoints ?? []).flatMap(({ targetRef }) => {
      const uid = targetRef?.uid ?? ''
      const next = waiting.get(uid)
      waiting.delete(uid)
      return next ? [next] : []
    }),
  )
  const added = [...waiting.values()]
  for (const list of kept) list.push(...added.splice(0, Math.max(0, most - list.length)))
  const labels = labelsOf(one)
  const annotations = { [triggerKey]: rfc3339(now) }
  const steps: Step[] = []
  let isFirst = true
  for (const [i, slice] of slices.entries()) {
    const next = kept[i] ?? []
    if (next.length === 0 && !(isFirst && endpoints.size === 0)) steps.push(remove(endpointSlice, slice))
    else if (!jsonEqual(next, slice.endpoints ?? []) || !jsonEqual(labels, slice.metadata.labels))
      steps.push(
        update(endpointSlice, {
          ...slice,
          metadata: { ...slice.metadata, labels, annotations: { ...slice.metadata.annotations, ...annotations } },
          endpoints: next,
        }),
      )
    isFirst = false
  }
  for (let i = 0; i < added.length || (i === 0 && slices.length === 0); i += most)
    steps.push(
      create(endpointSlice, {
        metadata: {
          generateName: `${one.metadata.name.slice(0, 240)}-`,
          namespace: one.metadata.namespace,
          labels,
          annotations,
          ownerReferences: [ownerReference(service, one)],
        },
        addressType: family,
        endpoints: added.slice(i, i + most),
        ports,
      }),
    )
  return steps
}

function labelsOf({ metadata, spec }: Service): Record<string, string> {
  const { [headlessLabel]: _, ...own } = metadata.labels ?? {}
  return {
    ...own,
    ...(spec.clusterIP === 'None' && { [headlessLabel]: '' }),
    [serviceName]: metadata.name,
    [managedBy]: sliceManager,
  }
}

export const selectedPods = (one: Service, snapshot: Snapshot): Pod[] =>
  hasSlices(one)
    ? snapshot
        .list(pod, one.metadata.namespace)
        .filter(({ metadata }) => selectsMap(one.spec.selector, metadata.labels))
    : []

/** The Services whose endpoints a pod is or was among. */
export const servicesOf = ({ metadata }: Pod, snapshot: Snapshot) =>
  snapshot
    .list(service, metadata.namespace)
    .filter(({ spec }) => selectsMap(spec.selector, metadata.labels))
    .map((one) => one.metadata)

export const endpointSlices: Controller = controller<Service>({
  name: 'endpoint-slice',
  kind: service,
  reads: [node as never],
  watches: [
    watch(pod, servicesOf),
    watch(endpointSlice, ({ metadata: { namespace, labels } }) =>
      labels?.[serviceName] && labels[managedBy] === sliceManager ? [{ namespace, name: labels[serviceName] }] : [],
    ),
  ],
  reconcile: (one, snapshot) =>
    reconcileEndpointSlices(one, {
      pods: selectedPods(one, snapshot),
      slices: snapshot
        .owned(endpointSlice, one)
        .filter(({ metadata }) => metadata.labels?.[managedBy] === sliceManager),
      now: snapshot.now,
      zoneOf: (name) => (name ? snapshot.get(node, { name })?.metadata.labels?.[zoneLabel] : undefined),
    }),
})
