import { isCidr, isIP } from '@sampan/kit/ip'
import type { Ingress } from '@sampan/resources/networking/ingress'
import { affinity, basicAuth, canary, clientCertificates, cors, externalAuth, mirror } from './annotation-groups.ts'
import { cookieDomain, cookiePath, errorCodes, rate, redirects } from './annotation-heads.ts'
import { isHost, isTrue, listOf, shown, sizeOf, textProblem } from './annotation-values.ts'
import { largeHead, profileName, usualHead } from './nginx-profiles.ts'
import type { Wishes } from './route-options.ts'

export const prefix = 'nginx.ingress.kubernetes.io/'

/** Accepted and without effect here: what they ask for is so anyway, or is about a part this ingress does not have. */
const harmless = new Set([
  'enable-access-log',
  'enable-rewrite-log',
  'load-balance',
  'proxy-http-version',
  'proxy-buffers-number',
  'proxy-busy-buffers-size',
  'proxy-max-temp-file-size',
  'client-body-buffer-size',
  'http2-push-preload',
  'preserve-trailing-slash',
  'enable-opentelemetry',
  'proxy-next-upstream-timeout',
  'session-cookie-hash',
  'session-cookie-change-on-failure',
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
    redirectsWww: false,
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

/** One Ingress being read. */
export interface Reading {
  wishes: Wishes
  get(name: string): string | undefined
  bad(name: string, why: string): void
  namespace: string
}

type Reader = (value: string, reading: Reading, name: string) => void

/** Read together with the annotation they belong to: the one in front means nothing without it. */
const satellites = new Map(
  Object.entries({
    'enable-cors': /^cors-(allow-origin|allow-methods|allow-headers|allow-credentials|expose-headers|max-age)$/,
    affinity:
      /^(affinity-(mode|canary-behavior)|session-cookie-(name|path|domain|expires|max-age|samesite|secure|conditional-samesite-none))$/,
    'auth-type': /^auth-(secret|secret-type|realm)$/,
    'auth-url': /^auth-(signin|signin-redirect-param|method|response-headers)$/,
    'auth-tls-secret': /^auth-tls-(verify-client|verify-depth|error-page|pass-certificate-to-upstream|match-cn)$/,
    'limit-rps': /^limit-burst-multiplier$/,
    'limit-rpm': /^limit-burst-multiplier$/,
    'limit-rate': /^limit-rate-after$/,
    'permanent-redirect': /^permanent-redirect-code$/,
    'temporal-redirect': /^temporal-redirect-code$/,
    'mirror-target': /^mirror-(request-body|host)$/,
    'proxy-redirect-from': /^proxy-redirect-to$/,
    canary: /^canary-(by-header|by-header-value|by-header-pattern|by-cookie|weight|weight-total)$/,
  }),
)

const isSatellite = (name: string) => [...satellites.values()].some((names) => names.test(name))

const readers: Record<string, Reader> = {
  'rewrite-target': (value, { wishes, bad }, name) => {
    if (!/^\/?[\w\-./$~%+@:,]*(\?[\w\-./$~%+@:,=&[\]]*)?$/.test(value))
      return bad(name, 'use a path, with $1 to $9 for captured parts')
    const why = value === '' ? undefined : textProblem(value)
    if (why) return bad(name, why)
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
    if (!value.startsWith('/')) return bad(name, 'use a path that starts with /')
    const why = textProblem(value)
    if (why) return bad(name, why)
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
  'proxy-next-upstream': (value, { wishes, bad }, name) => {
    if (value === 'off') wishes.options.tries = 1
    const others = value.split(/\s+/).filter((one) => !['off', 'error', 'timeout'].includes(one))
    if (others.length > 0)
      bad(name, `${shown(others.join(' '))}: what one endpoint answered is not asked of another; error and timeout are`)
  },
  'proxy-ssl-verify': (value, { bad }, name) => {
    if (value === 'on') bad(name, 'certificates of endpoints are not checked')
  },
  'proxy-buffering': (_value, reading) => profile(reading),
  'proxy-buffer-size': (value, reading, name) => {
    const bytes = sizeOf(value)
    if (bytes === undefined) return reading.bad(name, `${shown(value)} is no size: use a number with k, m or g`)
    if (bytes > largeHead) reading.bad(name, 'heads of answers may have 128k at most: that is what this route gets')
    profile(reading)
  },
  'proxy-request-buffering': (_value, reading) => profile(reading),
  'backend-protocol': (value, reading, name) => {
    if (protocolOf(value) === undefined)
      return reading.bad(name, `${shown(value)} is not supported: use HTTP, HTTPS, GRPC or GRPCS`)
    profile(reading)
  },
  'upstream-vhost': (value, { wishes, bad }, name) => {
    const why = /^[\w.:$-]{1,253}$/.test(value) ? textProblem(value) : `${shown(value)} is no host name`
    if (why) return bad(name, why)
    wishes.options.host = value
  },
  'x-forwarded-prefix': (value, { wishes, bad }, name) => {
    if (!/^\/[\w\-./~%$]*$/.test(value)) return bad(name, 'use a path that starts with /')
    const why = textProblem(value)
    if (why) return bad(name, why)
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
  'limit-connections': (value, { wishes, bad }, name) => {
    if (!/^\d{1,7}$/.test(value)) return bad(name, 'use a whole number')
    if (Number(value) > 0) wishes.options.connections = Number(value)
  },
  'limit-whitelist': (value, reading, name) => ranges(value, reading, name, 'unlimited'),
  'limit-allowlist': (value, reading, name) => ranges(value, reading, name, 'unlimited'),
  'custom-headers': (value, { wishes, bad, namespace }, name) => {
    const [space, one] = value.includes('/') ? value.split('/') : [namespace, value]
    if (space !== namespace || !one) return bad(name, 'use the name of a ConfigMap in the namespace of the Ingress')
    wishes.headers = `${space}/${one}`
  },
  'default-backend': (value, { wishes, bad }, name) => {
    if (!isHost(value)) return bad(name, `${shown(value)} is no name of a Service`)
    wishes.fallback = value
  },
  'from-to-www-redirect': (value, { wishes }) => {
    wishes.redirectsWww = isTrue(value)
  },
  'auth-tls-secret': (value, reading, name) => clientCertificates(value, reading, name),
  'limit-rate': (value, reading, name) => {
    rate(value, reading, name)
    profile(reading)
  },
  satisfy: (value, { wishes, bad }, name) => {
    if (value === 'any') wishes.options.any = true
    else if (value !== 'all') bad(name, 'use all or any; all doors count until it is right')
  },
  'proxy-redirect-from': (_value, reading) => redirects(reading),
  'proxy-cookie-path': (value, reading, name) => cookiePath(value, reading, name),
  'proxy-cookie-domain': (value, reading, name) => cookieDomain(value, reading, name),
  'mirror-target': (value, reading, name) => mirror(value, reading, name),
  'custom-http-errors': (value, reading, name) => {
    const protocol = protocolOf(reading.get('backend-protocol') ?? 'HTTP') ?? 'http'
    if (protocol.startsWith('grpc')) return reading.bad(name, 'answers of gRPC are not replaced')
    errorCodes(value, reading, name)
  },
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
  if (!/^(https?:\/\/|\/|\$(scheme|pass_access_scheme):\/\/)/.test(to))
    return bad(name, 'use an http(s) address or a path')
  const why = textProblem(to)
  if (why) return bad(name, why)
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
    // What is sent slowly has to wait somewhere.
    buffersAnswer: get('proxy-buffering') === 'on' || wishes.options.rate !== undefined,
    buffersRequest: get('proxy-request-buffering') !== 'off',
    hasLargeHeads: (sizeOf(get('proxy-buffer-size') ?? '') ?? 0) > usualHead,
  })
  if (name !== 'http') wishes.options.profile = name
}

function ranges(value: string, { wishes, bad }: Reading, name: string, member: 'allow' | 'deny' | 'unlimited') {
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
  const all = wishes.options.limits ?? []
  wishes.options.limits = [...all, { rate: Number(value) / seconds, burst: Math.ceil(Number(value) * times) }]
}
