import type { KubeObject } from '@sampan/resources/meta'
import type { DnsRecord } from '@sampan/resources/sampan/dns-record'

export interface IngressLike extends KubeObject {
  spec: {
    tls?: { hosts?: string[]; secretName?: string }[]
    rules?: { host?: string; http?: { paths: { path?: string; backend: { service?: { name: string } } }[] } }[]
  }
}

export interface AppRoute {
  environment: string
  namespace: string
  host: string
  path: string
  url: string
  service: string
  /** What the name resolves to, by the DNS records of the project. */
  addresses: readonly string[]
  /** Whether it is answered over TLS, and with the certificate of which Secret when it has one of its own. */
  tls: boolean
  secret?: string
  /** Whether the environment's newest version answered under this name. */
  isVerified: boolean
}

const environmentLabel = 'sampan.dev/environment'

/** Every host name of an app with what is known of it. The port is that of the addresses the platform gave. */
export function routesOf(
  ingresses: readonly IngressLike[],
  records: readonly DnsRecord[],
  places: readonly { environment: string; state: string; url?: string }[],
): AppRoute[] {
  return ingresses.flatMap(({ metadata: { namespace = '', labels = {} }, spec }) => {
    const environment = labels[environmentLabel] ?? ''
    const place = places.find((one) => one.environment === environment)
    return (spec.rules ?? []).flatMap(({ host = '', http }) =>
      (http?.paths ?? []).map(({ path = '/', backend }) => {
        const own = spec.tls?.find(({ hosts = [] }) => hosts.includes(host))
        const port = portOf(places)
        return {
          environment,
          namespace,
          host,
          path,
          url: `${own ? 'https' : 'http'}://${host}${own || !port ? '' : `:${port}`}${path}`,
          service: backend.service?.name ?? '',
          addresses: records.filter(({ spec: { name } }) => name === host).flatMap(({ spec: { values } }) => values),
          tls: own !== undefined,
          ...(own?.secretName && { secret: own.secretName }),
          isVerified: place?.state === 'verified',
        }
      }),
    )
  })
}

const portOf = (places: readonly { url?: string }[]): string => {
  const url = places.find((one) => one.url)?.url
  return url ? new URL(url).port : ''
}
