import { parseSelector, selectorFrom, matches as selects } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import type { AppPlace } from './ours.ts'
import { containersOf, type PodLike } from './pod.ts'

export type TopologyKind = 'app' | 'route' | 'service' | 'workload' | 'pod' | 'volume'

/** Well, on its way, not well, or nothing to be said. */
export type Health = 'good' | 'busy' | 'bad' | 'idle'

export interface TopologyNode {
  /** As `Service/shop-test/web`; pods that stand for many have a star. */
  id: string
  kind: TopologyKind
  title: string
  /** Kind of object, host, how many are ready. */
  detail: string
  health: Health
  /** What it is in the API; nothing for pods that stand for many. */
  about?: { apiVersion: string; kind: string; namespace?: string; name: string }
  url?: string
  reason?: string
  /** How many it stands for. */
  count?: number
}

export interface Topology {
  nodes: readonly TopologyNode[]
  /** Ids, from what people reach to what runs. */
  edges: readonly (readonly [from: string, to: string])[]
}

type Loose = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> }

export interface TopologyObjects {
  apps: readonly AppPlace[]
  ingresses: readonly KubeObject[]
  services: readonly KubeObject[]
  /** Deployments, stateful sets, daemon sets, cron jobs. */
  workloads: readonly { apiVersion: string; kind: string; object: KubeObject }[]
  pods: readonly PodLike[]
  claims: readonly KubeObject[]
}

const appLabel = 'sampan.dev/app'
const shownPods = 6

/** How the objects of one environment hang together: app → route → service → workload → pods and volumes. */
export function topologyOf({ apps, ingresses, services, workloads, pods, claims }: TopologyObjects): Topology {
  const nodes = new Map<string, TopologyNode>()
  const edges = new Map<string, readonly [string, string]>()
  const add = (node: TopologyNode) => nodes.set(node.id, node)
  const join = (from: string, to: string) => {
    if (nodes.has(from) && nodes.has(to)) edges.set(`${from} ${to}`, [from, to])
  }

  for (const app of apps) add(appNode(app))
  for (const ingress of ingresses) for (const route of routeNodes(ingress as Loose)) add(route)
  for (const service of services) add(serviceNode(service as Loose))
  for (const workload of workloads) add(workloadNode(workload.apiVersion, workload.kind, workload.object as Loose))
  for (const claim of claims) add(claimNode(claim as Loose))

  const owned = new Set<PodLike>()
  for (const { kind, object } of workloads) {
    const id = idOf(kind, object)
    const selector = selectorFrom(((object as Loose).spec?.selector as object | undefined) ?? undefined)
    const own = selector && kind !== 'CronJob' ? pods.filter(({ metadata }) => selects(selector, metadata.labels)) : []
    for (const pod of own) owned.add(pod)
    for (const node of podNodes(own, id)) {
      add(node)
      join(id, node.id)
    }
    for (const claim of claimsOf(object as Loose, own))
      join(id, `PersistentVolumeClaim/${object.metadata.namespace}/${claim}`)
  }
  // Pods nobody keeps running; those of jobs that are over are no part of what stands.
  for (const pod of pods) if (!owned.has(pod) && pod.status?.phase !== 'Succeeded') add(podNode(pod))

  for (const service of services) {
    const id = idOf('Service', service)
    const map = (service as Loose).spec?.selector as Record<string, string> | undefined
    if (!map || Object.keys(map).length === 0) continue
    const selector = parseSelector(
      Object.entries(map)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    )
    const behind = workloads.filter(({ object }) => selects(selector, templateLabels(object as Loose)))
    for (const { kind, object } of behind) join(id, idOf(kind, object))
    if (behind.length > 0) continue
    for (const pod of pods) if (selects(selector, pod.metadata.labels)) join(id, idOf('Pod', pod))
  }
  for (const ingress of ingresses)
    for (const { id, service } of backendsOf(ingress as Loose))
      join(id, `Service/${ingress.metadata.namespace}/${service}`)
  joinApps()
  return { nodes: [...nodes.values()], edges: [...edges.values()] }

  /** An app leads to its routes; what of it no route leads to hangs on the app itself. */
  function joinApps() {
    const reached = new Set([...edges.values()].map(([, to]) => to))
    for (const app of apps) {
      const id = `App/${app.project}/${app.name}`
      const isOwn = (object: KubeObject) => object.metadata.labels?.[appLabel] === app.name
      for (const ingress of ingresses.filter(isOwn))
        for (const route of backendsOf(ingress as Loose)) join(id, route.id)
      for (const service of services.filter(isOwn)) {
        const own = idOf('Service', service)
        if (!reached.has(own)) join(id, own)
      }
      for (const { kind, object } of workloads) {
        const own = idOf(kind, object)
        if (isOwn(object) && !reached.has(own)) join(id, own)
      }
    }
  }
}

const idOf = (kind: string, { metadata }: KubeObject) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`

const aboutOf = (apiVersion: string, kind: string, { metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace && { namespace: metadata.namespace }),
})

const appHealth: Record<string, Health> = {
  verified: 'good',
  degraded: 'bad',
  failed: 'bad',
  rolledBack: 'bad',
  notReady: 'bad',
  none: 'idle',
  superseded: 'idle',
}

function appNode({ project, name, state, reason, url, ready, replicas }: AppPlace): TopologyNode {
  return {
    id: `App/${project}/${name}`,
    kind: 'app',
    title: name,
    detail: replicas === undefined ? '' : `${ready ?? 0}/${replicas}`,
    health: appHealth[state] ?? 'busy',
    about: { apiVersion: 'sampan.dev/v1', kind: 'App', namespace: project, name },
    ...(url && { url }),
    ...(reason && { reason }),
  }
}

interface Rule {
  host?: string
  http?: { paths?: { path?: string; backend?: { service?: { name?: string } } }[] }
}

const rulesOf = ({ spec }: Loose) => (spec?.rules as Rule[] | undefined) ?? []

function backendsOf(ingress: Loose): { id: string; service: string }[] {
  return rulesOf(ingress).flatMap(({ host, http }) =>
    (http?.paths ?? []).flatMap(({ backend }) =>
      backend?.service?.name ? [{ id: routeId(ingress, host), service: backend.service.name }] : [],
    ),
  )
}

const routeId = (ingress: Loose, host = '') => `${idOf('Ingress', ingress)}${host && `#${host}`}`

function routeNodes(ingress: Loose): TopologyNode[] {
  const tls = ((ingress.spec?.tls as { hosts?: string[] }[] | undefined) ?? []).flatMap(({ hosts = [] }) => hosts)
  const hosts = [...new Set(rulesOf(ingress).map(({ host }) => host ?? ''))]
  return hosts.map((host) => ({
    id: routeId(ingress, host),
    kind: 'route',
    title: host || '*',
    detail: tls.includes(host) ? 'https' : 'http',
    health: 'idle',
    about: aboutOf('networking.k8s.io/v1', 'Ingress', ingress),
  }))
}

function serviceNode(service: Loose): TopologyNode {
  const ports = (service.spec?.ports as { port: number }[] | undefined) ?? []
  return {
    id: idOf('Service', service),
    kind: 'service',
    title: service.metadata.name,
    detail: ports.map(({ port }) => port).join(', '),
    health: 'idle',
    about: aboutOf('v1', 'Service', service),
  }
}

function workloadNode(apiVersion: string, kind: string, object: Loose): TopologyNode {
  const { spec = {}, status = {} } = object
  const number = (value: unknown, other: number) => (typeof value === 'number' ? value : other)
  const isDaemon = kind === 'DaemonSet'
  const wanted = isDaemon ? number(status.desiredNumberScheduled, 0) : number(spec.replicas, 1)
  const ready = number(isDaemon ? status.numberReady : status.readyReplicas, 0)
  const about = aboutOf(apiVersion, kind, object)
  const base = { id: idOf(kind, object), kind: 'workload' as const, title: object.metadata.name, about }
  if (kind === 'CronJob') return { ...base, detail: String(spec.schedule ?? ''), health: 'idle' }
  const failing = ((status.conditions as { type: string; status: string; message?: string }[] | undefined) ?? []).find(
    ({ type, status: is }) =>
      (type === 'Progressing' && is === 'False') || (type === 'ReplicaFailure' && is === 'True'),
  )
  return {
    ...base,
    detail: `${ready}/${wanted}`,
    health: failing ? 'bad' : wanted === 0 ? 'idle' : ready >= wanted ? 'good' : 'busy',
    ...(failing?.message && { reason: failing.message }),
  }
}

function podHealth(pod: PodLike): { health: Health; detail: string; reason?: string } {
  const containers = containersOf(pod).filter(({ role }) => role !== 'debug')
  if (pod.metadata.deletionTimestamp) return { health: 'busy', detail: 'Terminating' }
  const bad = containers.find(({ state }) => /BackOff|^Err|Error|Killed|Invalid|CannotRun/.test(state))
  if (bad) return { health: 'bad', detail: bad.state, ...(bad.message && { reason: bad.message }) }
  if (pod.status?.phase === 'Failed') return { health: 'bad', detail: pod.status.reason ?? 'Failed' }
  const isReady = (pod.status?.containerStatuses ?? []).every(({ ready }) => ready)
  const { phase = 'Pending' } = pod.status ?? {}
  return { health: phase === 'Running' && isReady ? 'good' : phase === 'Succeeded' ? 'idle' : 'busy', detail: phase }
}

function podNode(pod: PodLike): TopologyNode {
  return {
    id: idOf('Pod', pod),
    kind: 'pod',
    title: pod.metadata.name,
    about: aboutOf('v1', 'Pod', pod),
    ...podHealth(pod),
  }
}

const worst: readonly Health[] = ['bad', 'busy', 'good', 'idle']

/** Pods one by one as long as they are few. */
function podNodes(pods: readonly PodLike[], workload: string): TopologyNode[] {
  const all = pods.map(podNode)
  if (all.length <= shownPods) return all
  const health = worst.find((one) => all.some((pod) => pod.health === one)) ?? 'idle'
  const good = all.filter((pod) => pod.health === 'good').length
  const [, , name = ''] = workload.split('/')
  return [{ id: `${workload}/*`, kind: 'pod', title: name, detail: `${good}/${all.length}`, health, count: all.length }]
}

function claimNode(claim: Loose): TopologyNode {
  const phase = String(claim.status?.phase ?? 'Pending')
  return {
    id: idOf('PersistentVolumeClaim', claim),
    kind: 'volume',
    title: claim.metadata.name,
    detail: String((claim.status?.capacity as Record<string, string> | undefined)?.storage ?? phase),
    health: phase === 'Bound' ? 'good' : phase === 'Lost' ? 'bad' : 'busy',
    about: aboutOf('v1', 'PersistentVolumeClaim', claim),
  }
}

interface Template {
  metadata?: { labels?: Record<string, string> }
  spec?: PodLike['spec']
}

const templateLabels = ({ spec = {} }: Loose) => (spec.template as Template | undefined)?.metadata?.labels ?? {}

/** Claims the template names, and those stateful sets made for their pods. */
function claimsOf({ spec = {} }: Loose, pods: readonly PodLike[]): string[] {
  const named = (volumes: NonNullable<PodLike['spec']>['volumes'] = []) =>
    volumes.flatMap(({ persistentVolumeClaim }) => {
      const name = (persistentVolumeClaim as { claimName?: string } | undefined)?.claimName
      return name ? [name] : []
    })
  return [
    ...new Set([
      ...named((spec.template as Template | undefined)?.spec?.volumes),
      ...pods.flatMap((pod) => named(pod.spec?.volumes)),
    ]),
  ]
}
