import { isAddress, isPattern, isTrue, listOf, shown } from './annotation-values.ts'
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
  if (age && /^\d+$/.test(age)) attributes.push(`; Max-Age=${age}`)
  const expires = get('session-cookie-expires')
  if (!age && expires && /^\d+$/.test(expires)) attributes.push(`; Max-Age=${expires}`)
  const sameSite = get('session-cookie-samesite')
  if (sameSite && /^(Strict|Lax|None)$/i.test(sameSite)) attributes.push(`; SameSite=${sameSite}`)
  if (isTrue(get('session-cookie-secure'))) attributes.push('; Secure')
  wishes.options.affinity = { cookie, attributes: attributes.join('') }
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

/** Not supported, so nobody gets in: whoever wants certificates of clients must never be left without the check. */
export function clientCertificates(_value: string, { wishes, get, bad }: Reading, name: string) {
  if (get('auth-tls-verify-client') === 'off') return
  wishes.options.deny = ['0.0.0.0/0', '::/0']
  bad(name, 'certificates of clients are not checked by this ingress; nobody gets in until it is taken away')
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
