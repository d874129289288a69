import { isCidr, isIP } from '@sampan/kit/ip'
import type { Ingress } from '@sampan/resources/networking/ingress'
import { profileName } from './nginx-conf.ts'

/** What `options.lua` reads, per Ingress. All members are optional; `plain` says that there is none. */
export interface RouteOptions {
  plain?: true
  /** Send people to https first. */
  https?: true
  redirect?: { to: string; code: number }
  /** Where `/` leads. */
  root?: string
  rewrite?: string
  allow?: string[]
  deny?: string[]
  /** Requests per second and how many may come at once. */
  limit?: { rate: number; burst: number }
  /** Largest body, in bytes. */
  body?: number
  /** Connect, send, read; seconds. */
  timeouts?: [number, number, number]
  /** Endpoints tried at most. */
  tries?: number
  /** The location that passes the request on, when it is not the usual one. */
  profile?: string
  /** Host header for the app. */
  host?: string
  prefix?: string
  affinity?: { cookie: string; attributes: string }
  /** Text with `$variables` that decides the endpoint. */
  hash?: string
  cors?: {
    origins?: string[]
    patterns?: Record<string, string>
    credentials: boolean
    methods: string
    headers: string
    expose?: string
    age: string
  }
  auth?: { realm: string; file: string }
  ask?: { url: string; method?: string; signin?: string; headers?: string[] }
}

export interface Canary {
  header?: string
  value?: string
  pattern?: string
  cookie?: string
  weight?: number
  total?: number
}

/** What the annotations of one Ingress come to. */
export interface Wishes {
  options: RouteOptions
  usesRegex: boolean
  canary?: Canary
  /** More host names for all its rules. */
  aliases: string[]
  /** `namespace/name` of the Secret with the user list, and how it is written. */
  users?: { secret: string; form: 'auth-file' | 'auth-map' }
  /** Send requests to the ClusterIP instead of the endpoints. */
  usesClusterIP: boolean
  /** `false`: no redirect although there is TLS. */
  redirectsToHttps: boolean | 'always'
  /** What was left out, in words for the user. */
  problems: string[]
}

export const prefix = 'nginx.ingress.kubernetes.io/'

/** Accepted and without effect here: what they ask for is so anyway, or is about a part this ingress does not have. */
const harmless = new Set([
  'enable-access-log',
  'enable-rewrite-log',
  'load-balance',
  'proxy-http-version',
  'proxy-buffer-size',
  'proxy-buffers-number',
  'proxy-busy-buffers-size',
  'proxy-max-temp-file-size',
  'client-body-buffer-size',
  'http2-push-preload',
  'preserve-trailing-slash',
  'enable-opentelemetry',
  'proxy-redirect-from',
  'proxy-redirect-to',
  'session-cookie-hash',
  'affinity-mode',
  'affinity-canary-behavior',
  'session-cookie-change-on-failure',
  'session-cookie-conditional-samesite-none',
  'canary-by-header-value',
  'canary-by-header-pattern',
  'canary-weight-total',
  'proxy-ssl-verify',
  'proxy-ssl-server-name',
  'websocket-services',
])

/** The annotations of an Ingress, checked one by one: a bad one is left out and named, the others hold. */
export function wishesOf(ingress: Ingress): Wishes {
  const given = new Map<string, string>()
  for (const [name, value] of Object.entries(ingress.metadata.annotations ?? {}))
    if (name.startsWith(prefix)) given.set(name.slice(prefix.length), value.trim())
  const wishes: Wishes = {
    options: {},
    usesRegex: false,
    aliases: [],
    usesClusterIP: false,
    redirectsToHttps: true,
    problems: [],
  }
  const reading: Reading = {
    wishes,
    get: (name) => given.get(name),
    bad: (name, why) => wishes.problems.push(`annotation ${prefix}${name} is left out: ${why}`),
    namespace: ingress.metadata.namespace ?? 'default',
  }
  for (const name of given.keys()) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (reader) reader(given.get(name)!, reading, name)
    else if (name.endsWith('-snippet'))
      reading.bad(name, 'snippets of nginx configuration are not accepted: they could change every other route')
    else if (!harmless.has(name) && !isSatellite(name)) reading.bad(name, 'this ingress does not know it')
  }
  return wishes
}

interface Reading {
  wishes: Wishes
  get(name: string): string | undefined
  bad(name: string, why: string): void
  namespace: string
}

type Reader = (value: string, reading: Reading, name: string) => void

/** Read together with the annotation they belong to. */
const isSatellite = (name: string) =>
  /^(cors-|session-cookie-|auth-|limit-burst-multiplier|limit-whitelist|permanent-redirect-code|temporal-redirect-code|canary-)/.test(
    name,
  )

const isTrue = (value: string | undefined) => value === 'true'

const readers: Record<string, Reader> = {
  'rewrite-target': (value, { wishes, bad }, name) => {
    if (!/^\/?[\w\-./$~%+@:,]*$/.test(value)) return bad(name, 'use a path, with $1 to $9 for captured parts')
    wishes.options.rewrite = value
    wishes.usesRegex = true
  },
  'use-regex': (value, { wishes }) => {
    if (isTrue(value)) wishes.usesRegex = true
  },
  'ssl-redirect': (value, { wishes }) => {
    if (value === 'false' && wishes.redirectsToHttps !== 'always') wishes.redirectsToHttps = false
  },
  'force-ssl-redirect': (value, { wishes }) => {
    if (isTrue(value)) wishes.redirectsToHttps = 'always'
  },
  'permanent-redirect': (value, reading, name) =>
    redirect(value, reading, name, reading.get('permanent-redirect-code'), 301),
  'temporal-redirect': (value, reading, name) =>
    redirect(value, reading, name, reading.get('temporal-redirect-code'), 302),
  'app-root': (value, { wishes, bad }, name) => {
    if (!/^\/[^\s\p{C}]*$/u.test(value)) return bad(name, 'use a path that starts with /')
    wishes.options.root = value
  },
  'server-alias': (value, { wishes, bad }, name) => {
    for (const alias of listOf(value)) {
      if (isHost(alias)) wishes.aliases.push(alias.toLowerCase())
      else bad(name, `${shown(alias)} is no host name`)
    }
  },
  'proxy-body-size': (value, { wishes, bad }, name) => {
    const bytes = sizeOf(value)
    if (bytes === undefined) return bad(name, `${shown(value)} is no size: use a number with k, m or g`)
    if (bytes > 0) wishes.options.body = bytes
  },
  'proxy-connect-timeout': (value, reading, name) => timeout(value, reading, name, 0),
  'proxy-send-timeout': (value, reading, name) => timeout(value, reading, name, 1),
  'proxy-read-timeout': (value, reading, name) => timeout(value, reading, name, 2),
  'proxy-next-upstream-tries': (value, { wishes, bad }, name) => {
    if (!/^[1-9]\d?$/.test(value)) return bad(name, 'use a whole number from 1 to 99')
    wishes.options.tries = Math.min(4, Number(value))
  },
  'proxy-next-upstream': (value, { wishes }) => {
    if (value === 'off') wishes.options.tries = 1
  },
  'proxy-buffering': (_value, reading) => profile(reading),
  'proxy-request-buffering': (_value, reading) => profile(reading),
  'backend-protocol': (value, reading, name) => {
    if (protocolOf(value) === undefined)
      return reading.bad(name, `${shown(value)} is not supported: use HTTP, HTTPS, GRPC or GRPCS`)
    profile(reading)
  },
  'upstream-vhost': (value, { wishes, bad }, name) => {
    if (!/^[\w.:-]{1,253}$/.test(value)) return bad(name, `${shown(value)} is no host name`)
    wishes.options.host = value
  },
  'x-forwarded-prefix': (value, { wishes, bad }, name) => {
    if (!/^\/[\w\-./~%]*$/.test(value)) return bad(name, 'use a path that starts with /')
    wishes.options.prefix = value
  },
  'upstream-hash-by': (value, { wishes, bad }, name) => {
    if (!/^(\$(remote_addr|request_uri|uri|host|http_\w+|cookie_\w+|arg_\w+)|[\w\-.:/])+$/.test(value))
      return bad(name, 'use $remote_addr, $request_uri, $uri, $host, $http_…, $cookie_… or $arg_…')
    wishes.options.hash = value
  },
  'service-upstream': (value, { wishes }) => {
    wishes.usesClusterIP = isTrue(value)
  },
  affinity: (value, reading, name) => {
    if (value !== 'cookie') return reading.bad(name, `${shown(value)} is not supported: use cookie`)
    affinity(reading)
  },
  'whitelist-source-range': (value, reading, name) => ranges(value, reading, name, 'allow'),
  'allowlist-source-range': (value, reading, name) => ranges(value, reading, name, 'allow'),
  'denylist-source-range': (value, reading, name) => ranges(value, reading, name, 'deny'),
  'limit-rps': (value, reading, name) => limit(value, reading, name, 1),
  'limit-rpm': (value, reading, name) => limit(value, reading, name, 60),
  'enable-cors': (value, reading) => {
    if (isTrue(value)) cors(reading)
  },
  'auth-type': (value, reading, name) => basicAuth(value, reading, name),
  'auth-url': (value, reading, name) => externalAuth(value, reading, name),
  canary: (value, reading) => {
    if (isTrue(value)) canary(reading)
  },
}

function redirect(to: string, { wishes, bad }: Reading, name: string, codeText: string | undefined, usual: number) {
  if (!/^(https?:\/\/|\/)[^\s\p{C}]*$/u.test(to)) return bad(name, 'use an http(s) address or a path')
  const code = codeText && /^30[1278]$/.test(codeText) ? Number(codeText) : usual
  wishes.options.redirect = { to, code }
}

function timeout(value: string, { wishes, bad }: Reading, name: string, index: 0 | 1 | 2) {
  const seconds = /^(\d{1,6})s?$/.exec(value)?.[1]
  if (seconds === undefined || Number(seconds) === 0) return bad(name, 'use a number of seconds greater than 0')
  wishes.options.timeouts ??= [5, 60, 60]
  wishes.options.timeouts[index] = Number(seconds)
}

const protocols = { HTTP: 'http', AUTO_HTTP: 'http', HTTPS: 'https', GRPC: 'grpc', GRPCS: 'grpcs' } as const

const protocolOf = (value: string) =>
  Object.hasOwn(protocols, value.toUpperCase()) ? protocols[value.toUpperCase() as keyof typeof protocols] : undefined

function profile({ wishes, get }: Reading) {
  const name = profileName({
    protocol: protocolOf(get('backend-protocol') ?? 'HTTP') ?? 'http',
    buffersAnswer: get('proxy-buffering') === 'on',
    buffersRequest: get('proxy-request-buffering') !== 'off',
  })
  if (name !== 'http') wishes.options.profile = name
}

function affinity({ wishes, get, bad }: Reading) {
  const cookie = get('session-cookie-name') ?? 'INGRESSCOOKIE'
  if (!/^[A-Za-z0-9_]{1,64}$/.test(cookie)) return bad('session-cookie-name', 'use letters, digits and _')
  const attributes = ['; HttpOnly']
  const path = get('session-cookie-path') ?? '/'
  if (/^\/[\w\-./~%]*$/.test(path)) attributes.push(`; Path=${path}`)
  else bad('session-cookie-path', 'use a path that starts with /')
  const domain = get('session-cookie-domain')
  if (domain && /^[\w.-]+$/.test(domain)) attributes.push(`; Domain=${domain}`)
  const age = get('session-cookie-max-age')
  if (age && /^\d+$/.test(age)) attributes.push(`; Max-Age=${age}`)
  const expires = get('session-cookie-expires')
  if (!age && expires && /^\d+$/.test(expires)) attributes.push(`; Max-Age=${expires}`)
  const sameSite = get('session-cookie-samesite')
  if (sameSite && /^(Strict|Lax|None)$/i.test(sameSite)) attributes.push(`; SameSite=${sameSite}`)
  if (isTrue(get('session-cookie-secure'))) attributes.push('; Secure')
  wishes.options.affinity = { cookie, attributes: attributes.join('') }
}

function ranges(value: string, { wishes, bad }: Reading, name: string, member: 'allow' | 'deny') {
  const all = listOf(value)
  const wrong = all.filter((one) => !isCidr(one) && !isIP(one))
  if (wrong.length > 0) bad(name, `${wrong.map(shown).join(', ')}: use addresses or ranges as 10.0.0.0/8`)
  const good = all.filter((one) => !wrong.includes(one))
  // A list of nothing but mistakes must not open the door to everybody.
  if (good.length > 0 || member === 'allow') wishes.options[member] = good.length > 0 ? good : ['255.255.255.255']
}

function limit(value: string, { wishes, get, bad }: Reading, name: string, seconds: number) {
  if (!/^\d{1,7}$/.test(value)) return bad(name, 'use a whole number')
  if (Number(value) === 0) return
  const factor = get('limit-burst-multiplier')
  const times = factor && /^[1-9]\d?$/.test(factor) ? Number(factor) : 5
  wishes.options.limit = { rate: Number(value) / seconds, burst: Math.ceil(Number(value) * times) }
}

function cors({ wishes, get, bad }: Reading) {
  const origins = listOf(get('cors-allow-origin') ?? '*').filter((one) => {
    const isGood = one === '*' || /^https?:\/\/[\w.*:-]+$/.test(one)
    if (!isGood) bad('cors-allow-origin', `${shown(one)} is no origin: use https://name`)
    return isGood
  })
  const header = (name: string, otherwise: string) => {
    const value = get(name)
    if (value === undefined) return otherwise
    if (/^[\w\-, *]+$/.test(value)) return value
    bad(name, 'use names with commas between them')
    return otherwise
  }
  const age = get('cors-max-age')
  const expose = header('cors-expose-headers', '')
  wishes.options.cors = {
    origins,
    patterns: Object.fromEntries(
      origins.filter((one) => one.includes('*') && one !== '*').map((one) => [one, wildcardPattern(one)]),
    ),
    credentials: get('cors-allow-credentials') !== 'false',
    methods: header('cors-allow-methods', 'GET, PUT, POST, DELETE, PATCH, OPTIONS'),
    headers: header(
      'cors-allow-headers',
      'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
    ),
    ...(expose && { expose }),
    age: age && /^\d{1,8}$/.test(age) ? age : '1728000',
  }
}

const wildcardPattern = (origin: string) =>
  `^${origin
    .split('*')
    .map((part) => part.replaceAll(/[.:/-]/g, (sign) => `\\${sign}`))
    .join('[^/]+')}$`

function basicAuth(value: string, { wishes, get, bad, namespace }: Reading, name: string) {
  const secret = get('auth-secret')
  // Whoever wants a password must never be left without one: until it is right, nobody gets in.
  wishes.options.auth = { realm: 'Authentication Required', file: 'none' }
  if (value !== 'basic') return bad(name, `${shown(value)} is not supported: use basic`)
  const realm = get('auth-realm')
  if (realm && realm !== 'off' && /^[\p{L}\p{N} _.,:'()-]{1,128}$/u.test(realm)) wishes.options.auth.realm = realm
  if (!secret) return bad('auth-secret', 'is missing: name the Secret with the user list')
  const [space, one] = secret.includes('/') ? secret.split('/') : [namespace, secret]
  if (space !== namespace) return bad('auth-secret', 'the Secret must be in the namespace of the Ingress')
  const form = get('auth-secret-type') === 'auth-map' ? 'auth-map' : 'auth-file'
  wishes.users = { secret: `${space}/${one}`, form }
}

function externalAuth(value: string, { wishes, get, bad }: Reading, name: string) {
  if (!isAddress(value)) {
    wishes.options.deny = ['0.0.0.0/0', '::/0']
    return bad(name, `${shown(value)} is no http(s) address; nobody gets in until it is right`)
  }
  const signin = get('auth-signin')
  const headers = listOf(get('auth-response-headers') ?? '').filter((one) => /^[\w-]+$/.test(one))
  const method = get('auth-method')?.toUpperCase()
  wishes.options.ask = {
    url: value,
    ...(method && /^(GET|HEAD|POST)$/.test(method) && { method }),
    ...(signin && isAddress(signin) && { signin }),
    ...(headers.length > 0 && { headers }),
  }
}

const isAddress = (text: string) => /^https?:\/\/[^\s\p{C}"'\\;{}]+$/u.test(text)

function canary({ wishes, get, bad }: Reading) {
  const found: Canary = {}
  const header = get('canary-by-header')
  if (header && /^[\w-]{1,64}$/.test(header)) found.header = header
  else if (header) bad('canary-by-header', `${shown(header)} is no header name`)
  const value = get('canary-by-header-value')
  if (value) found.value = value
  const pattern = get('canary-by-header-pattern')
  if (pattern && isPattern(pattern)) found.pattern = pattern
  else if (pattern) bad('canary-by-header-pattern', 'is no regular expression')
  const cookie = get('canary-by-cookie')
  if (cookie && /^[A-Za-z0-9_]{1,64}$/.test(cookie)) found.cookie = cookie
  else if (cookie) bad('canary-by-cookie', 'use letters, digits and _')
  const total = get('canary-weight-total')
  found.total = total && /^[1-9]\d{0,6}$/.test(total) ? Number(total) : 100
  const weight = get('canary-weight')
  if (weight && /^\d{1,7}$/.test(weight)) found.weight = Math.min(found.total, Number(weight))
  else if (weight) bad('canary-weight', 'use a whole number')
  wishes.canary = found
}

/** A regular expression both JavaScript and PCRE read; what only one of them knows is refused. */
export function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return !/\(\*|\(\?[^:=!<i]|\\[QEKGXRC]/.test(text) && !text.includes('\n') && text.length <= 512
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

export const isHost = (text: string) =>
  /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text) && text.length <= 253

/** `8m` in bytes; undefined for anything else than a number and k, m or g. */
function sizeOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,12})([kmg]?)b?$/i.exec(text) ?? []
  if (number === undefined) return undefined
  return Number(number) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g']
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
