import { isAddress, isHost, isPattern, isTrue, listOf, shown, textProblem } from './annotation-values.ts'
import type { Reading } from './annotations.ts'
import type { Canary } from './route-options.ts'

/** Features that several annotations describe together. */

export function affinity({ wishes, get, bad }: Reading) {
  const cookie = get('session-cookie-name') ?? 'INGRESSCOOKIE'
  if (!/^[A-Za-z0-9_]{1,64}$/.test(cookie)) return bad('session-cookie-name', 'use letters, digits and _')
  const attributes = ['; HttpOnly']
  const path = get('session-cookie-path') ?? '/'
  if (/^\/[\w\-./~%]*$/.test(path)) attributes.push(`; Path=${path}`)
  else bad('session-cookie-path', 'use a path that starts with /')
  const domain = get('session-cookie-domain')
  if (domain && /^[\w.-]+$/.test(domain)) attributes.push(`; Domain=${domain}`)
  const age = get('session-cookie-max-age')
  if (age && /^\d{1,9}$/.test(age)) attributes.push(`; Max-Age=${age}`)
  else if (age) bad('session-cookie-max-age', 'use a whole number of seconds')
  const expires = get('session-cookie-expires')
  if (expires && !/^\d{1,9}$/.test(expires)) bad('session-cookie-expires', 'use a whole number of seconds')
  const site = /^(strict|lax|none)$/i.exec(get('session-cookie-samesite') ?? '')?.[1]?.toLowerCase()
  if (get('session-cookie-samesite') && !site) bad('session-cookie-samesite', 'use Strict, Lax or None')
  const secure = get('session-cookie-secure')
  const mode = get('affinity-mode')
  if (mode && mode !== 'balanced' && mode !== 'persistent') bad('affinity-mode', 'use balanced or persistent')
  wishes.options.affinity = {
    cookie,
    attributes: attributes.join(''),
    ...(expires && /^\d{1,9}$/.test(expires) && { expires: Number(expires) }),
    ...(site && { site: `${site[0]!.toUpperCase()}${site.slice(1)}` }),
    ...(isTrue(get('session-cookie-conditional-samesite-none')) && { site_if: true as const }),
    ...(secure !== undefined && { secure: isTrue(secure) }),
    ...(mode === 'persistent' && { persistent: true as const }),
    ...(get('affinity-canary-behavior') !== 'legacy' && { keeps_canary: true as const }),
  }
}

export function cors({ wishes, get, bad }: Reading) {
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

export function basicAuth(value: string, { wishes, get, bad, namespace }: Reading, name: string) {
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

export function externalAuth(value: string, { wishes, get, bad }: Reading, name: string) {
  if (!isAddress(value) || /^https?:\/\/[^/?]*@/.test(value)) {
    wishes.options.shut = true
    return bad(name, `${shown(value)} is no http(s) address; nobody gets in until it is right`)
  }
  const signin = get('auth-signin')
  const headers = listOf(get('auth-response-headers') ?? '').filter((one) => /^[\w-]+$/.test(one))
  const method = get('auth-method')?.toUpperCase()
  const given = get('auth-signin-redirect-param')
  const parameter = given && /^[\w-]{1,64}$/.test(given) ? given : 'rd'
  if (given && parameter !== given) bad('auth-signin-redirect-param', 'use letters, digits, _ and -')
  wishes.options.ask = {
    url: value,
    ...(method && /^(GET|HEAD|POST)$/.test(method) && { method }),
    ...(signin && isAddress(signin) && { signin, back: parameter }),
    ...(headers.length > 0 && { headers }),
  }
}

/** Whoever wants certificates of clients must never be left without the check: until all is right, nobody gets in. */
export function clientCertificates(value: string, { wishes, get, bad, namespace }: Reading, name: string) {
  const mode = get('auth-tls-verify-client') ?? 'on'
  if (mode === 'off') return
  const shut = (which: string, why: string) => {
    wishes.options.shut = true
    bad(which, `${why}; nobody gets in until it is right`)
  }
  if (mode !== 'on' && mode !== 'optional' && mode !== 'optional_no_ca')
    return shut('auth-tls-verify-client', 'use on, off, optional or optional_no_ca')
  const [space, one] = value.includes('/') ? value.split('/') : [namespace, value]
  if (space !== namespace || !one) return shut(name, 'the Secret must be in the namespace of the Ingress')
  const depth = get('auth-tls-verify-depth') ?? '1'
  if (!/^\d{1,2}$/.test(depth)) return shut('auth-tls-verify-depth', 'use a whole number')
  const cn = get('auth-tls-match-cn')
  if (cn !== undefined && !isPattern(cn)) return shut('auth-tls-match-cn', 'is no regular expression that can be used')
  const page = get('auth-tls-error-page')
  const isPage = page !== undefined && (isAddress(page) || /^\/[^\s\p{C}]*$/u.test(page))
  if (page !== undefined && !isPage) bad('auth-tls-error-page', `${shown(page)} is no address`)
  wishes.options.tls = {
    ca: '', // until the Secret is read
    mode,
    ...(cn && { cn }),
    ...(isPage && { page }),
    ...(isTrue(get('auth-tls-pass-certificate-to-upstream')) && { pass: true as const }),
  }
  wishes.clients = { secret: `${space}/${one}`, depth: Number(depth) }
}

export function canary({ wishes, get, bad }: Reading) {
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

/** Copies of requests go there too; what comes back is thrown away. */
export function mirror(value: string, { wishes, get, bad }: Reading, name: string) {
  const why = isAddress(value) ? textProblem(value) : `${shown(value)} is no http(s) address`
  if (why) return bad(name, why)
  const host = get('mirror-host')
  if (host && !isHost(host)) bad('mirror-host', `${shown(host)} is no host name`)
  wishes.options.mirror = {
    url: value,
    ...(host && isHost(host) && { host }),
    body: get('mirror-request-body') !== 'off',
  }
}
