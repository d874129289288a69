import { createHash } from 'node:crypto'
import type { Secret } from '@sampan/resources/core/secret'
import type { Ingress } from '@sampan/resources/networking/ingress'
import { authoritiesProblem, certificateProblem } from './certificate.ts'
import type { IngressData, IngressView } from './ingress-data.ts'
import type { RouteOptions, Wishes } from './route-options.ts'

/** The hosts of an Ingress that have TLS. A Secret that is missing or broken leaves them the default certificate. */
export function addCertificates(
  ingress: Ingress,
  isForeign: (host: string) => boolean,
  view: IngressView,
  data: IngressData,
): Set<string> {
  const { namespace = 'default' } = ingress.metadata
  const secured = new Set<string>()
  for (const { hosts = [], secretName } of ingress.spec.tls ?? []) {
    const given = hosts.length > 0 ? hosts : (ingress.spec.rules ?? []).map(({ host }) => host ?? '_')
    const named = given.map((host) => host.toLowerCase()).filter((host) => !isForeign(host))
    for (const host of named) secured.add(host)
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
    for (const host of named) if (!data.entries.has(`c:${host}`)) data.entries.set(`c:${host}`, id)
  }
  return secured
}

/** The user list of an Ingress with basic authentication, as a file of its own; a missing Secret lets nobody in. */
export function usersOf(
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

/**
 * What the options of an Ingress need for certificates of clients, and the entry for its hosts. Without usable authorities
 * nobody gets in.
 */
export function clientsOf(
  ingress: Ingress,
  { clients, options }: Wishes,
  view: IngressView,
  data: IngressData,
): { options: RouteOptions; entry?: string } {
  if (!clients || !options.tls) return { options: {} }
  const [namespace, name] = clients.secret.split('/') as [string, string]
  const secret = view.secret(namespace, name)
  const text = textOf(secret, 'ca.crt')
  const problem = !secret
    ? 'does not exist'
    : !text
      ? 'has no ca.crt'
      : secret.data?.['ca.crl'] !== undefined
        ? 'has a ca.crl: revoked certificates cannot be told from others here'
        : authoritiesProblem(text)
  if (!text || problem) {
    const message = `Secret ${clients.secret} ${problem}; nobody gets in until it is right`
    data.problems.push({ ingress, reason: 'Rejected', message })
    return { options: { shut: true } }
  }
  const ca = createHash('sha256').update(`${clients.depth} ${text}`).digest('hex').slice(0, 24)
  data.entries.set(`v:${ca}`, text)
  return { options: { tls: { ...options.tls, ca } }, entry: JSON.stringify({ ca, depth: clients.depth }) }
}

const textOf = (secret: Secret | undefined, key: string): string | undefined => {
  const value = secret?.data?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8')
}
