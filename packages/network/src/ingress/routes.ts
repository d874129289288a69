import type { Ingress } from '@sampan/resources/networking/ingress'
import type { IngressClass } from '@sampan/resources/networking/ingress-class'
import { isPattern } from './annotation-values.ts'
import { wishesOf } from './annotations.ts'
import { foreignHost, type HostOwners, hostOwners } from './host-owners.ts'
import type { IngressData, IngressView } from './ingress-data.ts'
import { addCertificates, clientsOf, usersOf } from './ingress-secrets.ts'
import type { Canary, RouteOptions, Wishes } from './route-options.ts'

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
  const wished = data.ours.map((ingress) => ({ ingress, wishes: wishesOf(ingress) }))
  const owners = hostOwners(wished.filter(({ wishes }) => !wishes.canary))
  for (const { ingress, wishes } of wished) {
    for (const message of wishes.problems) data.problems.push({ ingress, reason: 'Rejected', message })
    if (!wishes.canary) addIngress(ingress, wishes, { hosts, owners, view, data })
  }
  for (const { ingress, wishes } of wished) if (wishes.redirectsWww) addWww(ingress, hosts, owners)
  for (const { ingress, wishes } of wished) if (wishes.canary) addCanary(ingress, wishes, hosts, data)
  for (const [name, host] of hosts) data.entries.set(`h:${name}`, encodedHost(host))
  return data
}

/** What is being put together. */
interface Making {
  hosts: Map<string, Host>
  owners: HostOwners
  view: IngressView
  data: IngressData
}

function addIngress(ingress: Ingress, wishes: Wishes, { hosts, owners, view, data }: Making) {
  const { spec, metadata } = ingress
  const isForeign = (host: string) => foreignHost(owners, host, ingress) !== undefined
  const secured = addCertificates(ingress, isForeign, view, data)
  const users = usersOf(ingress, wishes, view, data)
  const answer = answerHeaders(ingress, wishes, view, data)
  const fallback = fallbackKey(ingress, wishes, view, data)
  const clients = clientsOf(ingress, wishes, view, data)
  const more = {
    ...clients.options,
    ...(users && { auth: users }),
    ...(answer && { answer }),
    ...(fallback && { fallback }),
  }
  const name = `${metadata.namespace}/${metadata.name}`
  const names = new Set<string>()
  for (const rule of spec.rules ?? []) {
    for (const hostName of [rule.host?.toLowerCase() || '_', ...wishes.aliases]) {
      const why = foreignHost(owners, hostName, ingress)
      if (why) {
        data.problems.push({ ingress, reason: 'Conflict', message: why })
        continue
      }
      names.add(hostName)
      if (clients.entry) addAuthorities(hostName, clients.entry, ingress, data)
      const host = hosts.get(hostName) ?? newHost()
      hosts.set(hostName, host)
      host.usesRegex ||= wishes.usesRegex
      const redirects = wishes.redirectsToHttps === 'always' || (wishes.redirectsToHttps && secured.has(hostName))
      const o = optionsIndex(host, {
        ...wishes.options,
        ...(redirects && { https: true }),
        ...more,
      })
      for (const { path = '/', pathType, backend } of rule.http?.paths ?? []) {
        const s = backendKey(ingress, backend, wishes, data)
        if (!s) continue
        const t = pathType === 'Exact' ? 'exact' : pathType === 'Prefix' ? 'prefix' : 'start'
        addPath(host, { t, p: normal(path || '/', t), s, o, n: name }, ingress, wishes, data)
      }
    }
  }
  if (!spec.defaultBackend || (spec.rules?.length && names.size === 0)) return
  const s = backendKey(ingress, spec.defaultBackend, wishes, data)
  if (!s) return
  for (const hostName of names.size > 0 ? names : ['_']) {
    const host = hosts.get(hostName) ?? newHost()
    hosts.set(hostName, host)
    host.default ??= {
      t: 'prefix',
      p: '/',
      s,
      o: optionsIndex(host, { ...wishes.options, ...more }),
      n: name,
    }
  }
}

/** One handshake can ask for one kind of certificates: the oldest Ingress of a host says which. */
function addAuthorities(host: string, entry: string, ingress: Ingress, data: IngressData) {
  const known = data.entries.get(`a:${host}`)
  if (known === undefined) data.entries.set(`a:${host}`, entry)
  else if (known !== entry) {
    const message = `host ${host} asks for certificates of other authorities already; nobody gets in here`
    data.problems.push({ ingress, reason: 'Conflict', message })
  }
}

/** The same name with or without `www.` in front, where nobody else has it, sends people to the one that is there. */
function addWww({ spec, metadata }: Ingress, hosts: Map<string, Host>, owners: HostOwners) {
  for (const { host: given } of spec.rules ?? []) {
    const to = given?.toLowerCase()
    if (!to || to.startsWith('*') || !hosts.has(to)) continue
    const from = to.startsWith('www.') ? to.slice(4) : `www.${to}`
    if (hosts.has(from) || owners.has(from)) continue
    const host = newHost()
    const o = optionsIndex(host, { www: to })
    host.paths.push({ t: 'prefix', p: '/', s: '', o, n: `${metadata.namespace}/${metadata.name}` })
    hosts.set(from, host)
  }
}

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/
/** The connection is nginx's, and so is how a body is written on it. */
const ownHeaders = /^(connection|content-length|transfer-encoding|upgrade|keep-alive|trailer|te|date)$/i

/** Headers for answers, from the ConfigMap the Ingress names; what cannot be sent is left out and told. */
function answerHeaders(
  ingress: Ingress,
  { headers }: Wishes,
  view: IngressView,
  data: IngressData,
): string | undefined {
  if (!headers) return undefined
  const [namespace = '', name = ''] = headers.split('/')
  const found = view.configMap?.(namespace, name)
  const tell = (message: string) => data.problems.push({ ingress, reason: 'Rejected', message })
  if (!found) {
    tell(`custom-headers: there is no ConfigMap ${name}`)
    return undefined
  }
  const lines: string[] = []
  for (const [header, value] of Object.entries(found.data ?? {}).toSorted()) {
    if (!headerName.test(header) || ownHeaders.test(header) || /[\p{C}]/u.test(value.trim()) || value.length > 4096)
      tell(`custom-headers: ${JSON.stringify(header.slice(0, 60))} of ConfigMap ${name} cannot be sent`)
    else lines.push(`${header}: ${value.trim()}`)
  }
  return lines.length > 0 ? lines.join('\n') : undefined
}

/** The first port of the Service that answers when the usual one cannot. */
function fallbackKey(ingress: Ingress, { fallback, ...wishes }: Wishes, view: IngressView, data: IngressData) {
  if (!fallback) return undefined
  const port = view.service(ingress.metadata.namespace ?? 'default', fallback)?.spec.ports?.[0]?.port
  if (port) return backendKey(ingress, { service: { name: fallback, port: { number: port } } }, wishes, data)
  data.problems.push({ ingress, reason: 'Rejected', message: `default-backend: there is no Service ${fallback}` })
  return undefined
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
      const found = host?.taken.get(`${t} ${normal(path || '/', t)}`)
      const main = found?.n.startsWith(`${ingress.metadata.namespace}/`) ? found : undefined
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

const byAge = (a: Ingress, b: Ingress) =>
  compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
  compare(`${a.metadata.namespace}/${a.metadata.name}`, `${b.metadata.namespace}/${b.metadata.name}`)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
