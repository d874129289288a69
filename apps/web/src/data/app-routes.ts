import type { KubeObject } from '@sampan/resources/meta'
import type { DnsRecord } from '@sampan/resources/sampan/dns-record'

export interface IngressLike extends KubeObject {
  spec: {
    tls?: { hosts?: string[] }[]
    rules?: { host?: string; http?: { paths: { path?: string; backend: { service?: { name: string } } }[] } }[]
  }
}

export interface AppRoute {
  host: string
  path: string
  url: string
  service: string
  /** What the name resolves to, by the DNS records of the project. */
  addresses: readonly string[]
  tls: boolean
  /** Whether the environment's newest version answered under this name. */
  isVerified: boolean
}

/** Every host name of an app with what is known of it. The port is that of the addresses the platform gave. */
export function routesOf(
  ingresses: readonly IngressLike[],
  records: readonly DnsRecord[],
  places: readonly { state: string; url?: string }[],
): AppRoute[] {
  return ingresses.flatMap(({ spec }) =>
    (spec.rules ?? []).flatMap(({ host = '', http }) =>
      (http?.paths ?? []).map(({ path = '/', backend }) => {
        const tls = spec.tls?.some(({ hosts = [] }) => hosts.includes(host)) ?? false
        const known = places.find(({ url }) => url && new URL(url).hostname === host)
        const port = portOf(places)
        return {
          host,
          path,
          url: `${tls ? 'https' : 'http'}://${host}${tls || !port ? '' : `:${port}`}${path}`,
          service: backend.service?.name ?? '',
          addresses: records.filter(({ spec: { name } }) => name === host).flatMap(({ spec: { values } }) => values),
          tls,
          isVerified: (known ?? places[0])?.state === 'verified',
        }
      }),
    ),
  )
}

const portOf = (places: readonly { url?: string }[]): string => {
  const url = places.find((one) => one.url)?.url
  return url ? new URL(url).port : ''
}
