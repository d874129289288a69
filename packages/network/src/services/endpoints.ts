import type { Cache, CacheChange } from '@sampan/client/cache'
import type { Pod } from '@sampan/resources/core/pod'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'

/** Where one port of a Service leads. */
export interface Target {
  ip: string
  port: number
  nodeName?: string
}

/** What of a Service's endpoints takes new connections for one port. */
export interface Targets {
  /** On any node. */
  all: readonly Target[]
  /** On this node. */
  local: readonly Target[]
}

/** The Service a slice belongs to, as `namespace/name`; undefined when it belongs to none. */
export const serviceOf = ({ metadata }: EndpointSlice): string | undefined => {
  const name = metadata.labels?.['kubernetes.io/service-name']
  return name === undefined ? undefined : `${metadata.namespace}/${name}`
}

export type Endpoint = NonNullable<EndpointSlice['endpoints']>[number]

/** Whether the pod behind an endpoint is known to be leaving although its slice does not say so yet. */
export type IsLeaving = (endpoint: Endpoint) => boolean

const nobodyLeaves: IsLeaving = () => false

/**
 * Pods are told to stop the moment they are deleted, and slices follow a little later: looking at the pod itself takes
 * it out of the way before its program closes its door.
 */
export const leavingOf =
  (pods: Cache<Pod>): IsLeaving =>
  ({ targetRef }) => {
    if (targetRef?.kind !== 'Pod' || !targetRef.name) return false
    const pod = pods.get({ ...(targetRef.namespace && { namespace: targetRef.namespace }), name: targetRef.name })
    return pod !== undefined && pod.metadata.uid === targetRef.uid && pod.metadata.deletionTimestamp !== undefined
  }

/** Whether this change of a pod is its deletion's beginning. */
export const beginsToLeave = (change: CacheChange<Pod>): boolean =>
  change.type === 'put' &&
  change.object.metadata.deletionTimestamp !== undefined &&
  change.before?.metadata.deletionTimestamp === undefined

/** The node that looks: which endpoints are local, and which are meant for it. */
export interface Place {
  nodeName: string
  zone?: string | undefined
}

/**
 * The endpoints of the port called `portName` (a Service with one port may leave it unnamed). Ready ones take new
 * connections; when there is none, those that still serve while they end do (kube-proxy's ProxyTerminatingEndpoints).
 * Hints are followed only where every ready endpoint has one and some are meant for this node, else for its zone.
 */
export function targetsFor(
  slices: readonly EndpointSlice[],
  portName: string | undefined,
  protocol: string,
  { nodeName, zone }: Place,
  isLeaving: IsLeaving = nobodyLeaves,
): Targets {
  const ready: Hinted[] = []
  const ending: Target[] = []
  const seen = new Set<string>()
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue
    const port = slice.ports?.find(
      (one) => (one.name ?? '') === (portName ?? '') && (one.protocol ?? 'TCP') === protocol,
    )?.port
    if (!port) continue
    for (const endpoint of slice.endpoints ?? []) {
      const { addresses, conditions, nodeName: node } = endpoint
      const ip = addresses[0]
      if (!ip || seen.has(`${ip}:${port}`)) continue
      const leaves = isLeaving(endpoint)
      const isReady = (conditions?.ready ?? true) && !leaves
      const isEnding =
        (conditions?.serving ?? conditions?.ready ?? true) && (leaves || (conditions?.terminating ?? false))
      if (!isReady && !isEnding) continue
      seen.add(`${ip}:${port}`)
      const target = { ip, port, ...(node && { nodeName: node }) }
      if (isReady) ready.push({ target, hints: endpoint.hints })
      else ending.push(target)
    }
  }
  // In the order of their addresses, so that the same endpoints make the same rules.
  ready.sort((a, b) => byAddress(a.target, b.target))
  ending.sort(byAddress)
  const here = (targets: readonly Target[]) => targets.filter((target) => target.nodeName === nodeName)
  const readyHere = here(ready.map(({ target }) => target))
  return {
    all: ready.length > 0 ? meant(ready, { nodeName, zone }) : ending,
    local: readyHere.length > 0 ? readyHere : here(ending),
  }
}

interface Hinted {
  target: Target
  hints: Endpoint['hints']
}

/** As kube-proxy has it: the node's own before the zone's, and all of them where the hints leave nobody. */
function meant(ready: readonly Hinted[], { nodeName, zone }: Place): Target[] {
  const all = ready.map(({ target }) => target)
  for (const [list, own] of [
    ['forNodes', nodeName],
    ['forZones', zone],
  ] as const) {
    if (own === undefined || !ready.every(({ hints }) => hints?.[list]?.length)) continue
    const mine = ready.filter(({ hints }) => hints?.[list]?.some(({ name }) => name === own))
    if (mine.length > 0) return mine.map(({ target }) => target)
  }
  return all
}

const byAddress = (a: Target, b: Target) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : a.port - b.port)
