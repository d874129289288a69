import { createHash } from 'node:crypto'
import { isIPv4 } from '@sampan/kit/ip'
import type { Secret } from '@sampan/resources/core/secret'
import type { Service } from '@sampan/resources/core/service'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { Ingress } from '@sampan/resources/networking/ingress'
import type { IngressClass } from '@sampan/resources/networking/ingress-class'
import { type IsLeaving, targetsFor } from '../services/endpoints.ts'
import { type Canary, isPattern, type RouteOptions, type Wishes, wishesOf } from './annotations.ts'
import { certificateProblem } from './certificate.ts'

/** Reads for one look at the cluster; any of them may be a moment old. */
export interface IngressView {
  ingresses: readonly Ingress[]
  classes: readonly IngressClass[]
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, name: string): readonly EndpointSlice[]
  secret(namespace: string, name: string): Secret | undefined
  isLeaving?: IsLeaving
}

/** Everything nginx has to know, by the keys of its shared dictionary (see `data.lua`), and what to tell whom. */
export interface IngressData {
  entries: Map<string, string>
  /** File name under `auth/` → user list. */
  userFiles: Map<string, string>
  /** What was left out of which Ingress. */
  problems: { ingress: Ingress; reason: string; message: string }[]
  /** The Ingresses that are ours: they get an address in their status. */
  ours: Ingress[]
  /** Services whose endpoints matter: service key → where it looks them up. */
  backends: Map<string, Backend>
}

/** Where one backend's endpoints come from. */
export interface Backend {
  namespace: string
  name: string
  port: number | string
  usesClusterIP: boolean
}

interface Path {
  t: 'exact' | 'prefix' | 'start' | 'regex'
  p: string
  /** Service key. */
  s: string
  /** Index into the host's options. */
  o: number
  /** `namespace/name` of the Ingress. */
  n: string
  canaries?: (Canary & { s: string })[]
}

interface Host {
  options: RouteOptions[]
  paths: Path[]
  default?: Path
  usesRegex: boolean
  /** Type and path → the Path that has it. */
  taken: Map<string, Path>
}

export const controllerName = 'k8s.io/ingress-nginx'
export const className = 'nginx'

/** Whether an Ingress is for us: our class by name, by annotation (the old way), or none at all. */
export function isOurs(ingress: Ingress, classes: readonly IngressClass[]): boolean {
  const wanted = ingress.spec.ingressClassName ?? ingress.metadata.annotations?.['kubernetes.io/ingress.class']
  if (wanted === undefined) return true
  const found = classes.find(({ metadata }) => metadata.name === wanted)
  return found ? found.spec.controller === controllerName : wanted === className
}

/** Endpoint-free part first: routes and certificates change seldom, endpoints often (`endpointEntry`). */
export function ingressData(view: IngressView): IngressData {
  const hosts = new Map<string, Host>()
  const data: IngressData = {
    entries: new Map(),
    userFiles: new Map(),
    problems: [],
    ours: view.ingresses.filter((one) => isOurs(one, view.classes) && !one.metadata.deletionTimestamp).toSorted(byAge),
    backends: new Map(),
  }
  const canaries: { ingress: Ingress; wishes: Wishes }[] = []
  for (const ingress of data.ours) {
    const wishes = wishesOf(ingress)
    for (const message of wishes.problems) data.problems.push({ ingress, reason: 'Rejected', message })
    if (wishes.canary) canaries.push({ ingress, wishes })
    else addIngress(ingress, wishes, hosts, view, data)
  }
  for (const { ingress, wishes } of canaries) addCanary(ingress, wishes, hosts, data)
  for (const [name, host] of hosts) data.entries.set(`h:${name}`, encodedHost(host))
  return data
}

function addIngress(ingress: Ingress, wishes: Wishes, hosts: Map<string, Host>, view: IngressView, data: IngressData) {
  const { spec, metadata } = ingress
  const secured = addCertificates(ingress, wishes, view, data)
  const users = usersOf(ingress, wishes, view, data)
  const name = `${metadata.namespace}/${metadata.name}`
  const names = new Set<string>()
  for (const rule of spec.rules ?? []) {
    for (const hostName of [rule.host?.toLowerCase() || '_', ...wishes.aliases]) {
      names.add(hostName)
      const host = hosts.get(hostName) ?? newHost()
      hosts.set(hostName, host)
      host.usesRegex ||= wishes.usesRegex
      const redirects = wishes.redirectsToHttps === 'always' || (wishes.redirectsToHttps && secured.has(hostName))
      const o = optionsIndex(host, {
        ...wishes.options,
        ...(redirects && { https: true }),
        ...(users && { auth: users }),
      })
      for (const { path = '/', pathType, backend } of rule.http?.paths ?? []) {
        const s = backendKey(ingress, backend, wishes, data)
        if (!s) continue
        const t = pathType === 'Exact' ? 'exact' : pathType === 'Prefix' ? 'prefix' : 'start'
        addPath(host, { t, p: normal(path || '/', t), s, o, n: name }, ingress, wishes, data)
      }
    }
  }
  if (!spec.defaultBackend) return
  const s = backendKey(ingress, spec.defaultBackend, wishes, data)
  if (!s) return
  for (const hostName of names.size > 0 ? names : ['_']) {
    const host = hosts.get(hostName) ?? newHost()
    hosts.set(hostName, host)
    host.default ??= {
      t: 'prefix',
      p: '/',
      s,
      o: optionsIndex(host, { ...wishes.options, ...(users && { auth: users }) }),
      n: name,
    }
  }
}

const newHost = (): Host => ({ options: [], paths: [], usesRegex: false, taken: new Map() })

function addPath(host: Host, path: Path, ingress: Ingress, wishes: Wishes, data: IngressData) {
  const key = `${path.t} ${path.p}`
  const other = host.taken.get(key)
  if (other) {
    if (other.n !== path.n)
      data.problems.push({
        ingress,
        reason: 'Conflict',
        message: `path ${path.p} belongs to the older Ingress ${other.n}`,
      })
    return
  }
  if (wishes.usesRegex && !isPattern(path.p)) {
    data.problems.push({
      ingress,
      reason: 'Rejected',
      message: `path ${path.p} is no regular expression that can be used`,
    })
    return
  }
  host.taken.set(key, path)
  host.paths.push(path)
}

/** A Prefix path counts without a slash at its end: /foo and /foo/ mean the same. */
const normal = (path: string, type: Path['t']) =>
  type === 'prefix' && path.length > 1 ? path.replace(/\/+$/, '') || '/' : path

function optionsIndex(host: Host, options: RouteOptions): number {
  const full = Object.keys(options).length === 0 ? ({ plain: true } as const) : options
  const text = JSON.stringify(full)
  const known = host.options.findIndex((one) => JSON.stringify(one) === text)
  if (known >= 0) return known
  host.options.push(full)
  return host.options.length - 1
}

/** A canary adds itself to the same paths of the main Ingress; without one it is nothing. */
function addCanary(ingress: Ingress, wishes: Wishes, hosts: Map<string, Host>, data: IngressData) {
  let isUsed = false
  for (const rule of ingress.spec.rules ?? []) {
    const host = hosts.get(rule.host?.toLowerCase() || '_')
    for (const { path = '/', pathType, backend } of rule.http?.paths ?? []) {
      const t = pathType === 'Exact' ? 'exact' : pathType === 'Prefix' ? 'prefix' : 'start'
      const main = host?.taken.get(`${t} ${normal(path || '/', t)}`)
      const s = main && backendKey(ingress, backend, wishes, data)
      if (!main || !s || main.canaries) continue
      main.canaries = [{ ...wishes.canary, s }]
      isUsed = true
      const options = host!.options[main.o]!
      if (options.plain) main.o = optionsIndex(host!, { tries: 4 }) // `plain` would skip the choice
    }
  }
  if (!isUsed)
    data.problems.push({
      ingress,
      reason: 'Rejected',
      message: 'a canary needs an Ingress with the same host and path that is no canary, and only one canary counts',
    })
}

/** One host as `router.lua` reads it: others in the order they are tried. */
function encodedHost({ options, paths, default: otherwise, usesRegex }: Host): string {
  const all = usesRegex ? paths.map(asRegex) : paths
  const sorted = all.toSorted((a, b) => b.p.length - a.p.length || rank(a) - rank(b) || (a.p < b.p ? -1 : 1))
  return JSON.stringify({ options, paths: sorted, ...(otherwise && { default: otherwise }) })
}

const rank = ({ t }: Path) => ['exact', 'prefix', 'start', 'regex'].indexOf(t)

/** One regular expression on a host makes all its paths such, as ingress-nginx does: the longest text is tried first. */
const asRegex = (path: Path): Path => (path.t === 'exact' ? path : { ...path, t: 'regex', p: `^${path.p}` })

/** The key of a backend; undefined (and told) when it names no Service. */
function backendKey(
  ingress: Ingress,
  backend: NonNullable<Ingress['spec']['defaultBackend']>,
  wishes: Wishes,
  data: IngressData,
): string | undefined {
  const { namespace = 'default' } = ingress.metadata
  const { service, resource } = backend
  if (!service) {
    const what = resource ? `${resource.kind} ${resource.name}` : 'nothing'
    data.problems.push({ ingress, reason: 'Rejected', message: `a backend must be a Service, not ${what}` })
    return undefined
  }
  const port = service.port?.number ?? service.port?.name ?? 80
  const key = `${namespace}/${service.name}/${port}${wishes.usesClusterIP ? '/vip' : ''}`
  data.backends.set(key, { namespace, name: service.name, port, usesClusterIP: wishes.usesClusterIP })
  return key
}

/**
 * Where a backend leads now: `e:` entry with addresses, or `x:` with a name outside the cluster. No such Service or
 * port: no endpoint.
 */
export function endpointEntry(key: string, backend: Backend, view: IngressView, nodeName: string): [string, string] {
  const service = view.service(backend.namespace, backend.name)
  if (!service) return [`e:${key}`, '']
  const { spec } = service
  if (spec.type === 'ExternalName') {
    const port =
      typeof backend.port === 'number'
        ? backend.port
        : (spec.ports?.find(({ name }) => name === backend.port)?.port ?? 80)
    const isName = /^[\w.-]+$/.test(spec.externalName ?? '')
    return isName ? [`x:${key}`, `${spec.externalName}:${port}`] : [`e:${key}`, '']
  }
  const port = (spec.ports ?? []).find((one) =>
    typeof backend.port === 'number' ? one.port === backend.port : one.name === backend.port,
  )
  if (!port) return [`e:${key}`, '']
  if (backend.usesClusterIP && spec.clusterIP && isIPv4(spec.clusterIP))
    return [`e:${key}`, `${spec.clusterIP}:${port.port}`]
  const { all } = targetsFor(
    view.slices(backend.namespace, backend.name),
    port.name,
    port.protocol ?? 'TCP',
    nodeName,
    view.isLeaving,
  )
  return [`e:${key}`, all.map(({ ip, port: at }) => `${ip}:${at}`).join(' ')]
}

/** The hosts of an Ingress that have TLS. A Secret that is missing or broken leaves them the default certificate. */
function addCertificates(ingress: Ingress, _wishes: Wishes, view: IngressView, data: IngressData): Set<string> {
  const { namespace = 'default' } = ingress.metadata
  const secured = new Set<string>()
  for (const { hosts = [], secretName } of ingress.spec.tls ?? []) {
    const named = hosts.length > 0 ? hosts : (ingress.spec.rules ?? []).map(({ host }) => host ?? '_')
    for (const host of named) secured.add(host.toLowerCase())
    if (!secretName) continue
    const secret = view.secret(namespace, secretName)
    const cert = textOf(secret, 'tls.crt')
    const key = textOf(secret, 'tls.key')
    const problem = !secret
      ? 'does not exist'
      : !cert || !key
        ? 'has no tls.crt or no tls.key'
        : certificateProblem(cert, key)
    if (problem) {
      const message = `Secret ${namespace}/${secretName} ${problem}; ${named.join(', ')} get the default certificate`
      data.problems.push({ ingress, reason: 'CertificateProblem', message })
      continue
    }
    const text = JSON.stringify({ cert, key })
    const id = createHash('sha256').update(text).digest('hex').slice(0, 24)
    data.entries.set(`k:${id}`, text)
    for (const host of named)
      if (!data.entries.has(`c:${host.toLowerCase()}`)) data.entries.set(`c:${host.toLowerCase()}`, id)
  }
  return secured
}

/** The user list of an Ingress with basic authentication, as a file of its own; a missing Secret lets nobody in. */
function usersOf(
  ingress: Ingress,
  wishes: Wishes,
  view: IngressView,
  data: IngressData,
): RouteOptions['auth'] | undefined {
  const { users, options } = wishes
  if (!users || !options.auth) return options.auth
  const [namespace, name] = users.secret.split('/') as [string, string]
  const secret = view.secret(namespace, name)
  const text =
    users.form === 'auth-file'
      ? textOf(secret, 'auth')
      : Object.keys(secret?.data ?? {})
          .map((user) => `${user}:${textOf(secret, user)?.trim()}`)
          .join('\n')
  if (!text) {
    const message = `Secret ${users.secret} has no user list; nobody gets in until it has`
    data.problems.push({ ingress, reason: 'Rejected', message })
    return options.auth
  }
  const file = createHash('sha256').update(`${users.secret} ${text}`).digest('hex').slice(0, 24)
  data.userFiles.set(file, `${text.trim()}\n`)
  return { ...options.auth, file }
}

const textOf = (secret: Secret | undefined, key: string): string | undefined => {
  const value = secret?.data?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8')
}

const byAge = (a: Ingress, b: Ingress) =>
  compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
  compare(`${a.metadata.namespace}/${a.metadata.name}`, `${b.metadata.namespace}/${b.metadata.name}`)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
