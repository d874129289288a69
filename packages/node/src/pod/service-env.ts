import type { Service } from '@sampan/resources/core/service'

const upper = (name: string) => name.toUpperCase().replaceAll('-', '_')

/**
 * The variables Docker links once had, for the services of the pod's namespace; `kubernetes` of namespace `default` is
 * always among them. Services without a cluster address have none.
 */
export function serviceEnv(services: readonly Service[]): [string, string][] {
  return services
    .filter(({ spec }) => spec.clusterIP && spec.clusterIP !== 'None' && spec.type !== 'ExternalName')
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(envOf)
}

function envOf({ metadata, spec }: Service): [string, string][] {
  const name = upper(metadata.name)
  const host = spec.clusterIP!
  const ports = spec.ports ?? []
  const [first] = ports
  if (!first) return []
  const url = (port: (typeof ports)[number]) => `${(port.protocol ?? 'TCP').toLowerCase()}://${host}:${port.port}`
  return [
    [`${name}_SERVICE_HOST`, host],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...ports
      .filter((port) => port.name)
      .map((port): [string, string] => [`${name}_SERVICE_PORT_${upper(port.name!)}`, String(port.port)]),
    [`${name}_PORT`, url(first)],
    ...ports.flatMap((port): [string, string][] => {
      const protocol = port.protocol ?? 'TCP'
      const prefix = `${name}_PORT_${port.port}_${protocol}`
      return [
        [prefix, url(port)],
        [`${prefix}_PROTO`, protocol.toLowerCase()],
        [`${prefix}_PORT`, String(port.port)],
        [`${prefix}_ADDR`, host],
      ]
    }),
  ]
}

/** Which services a pod gets variables for. */
export const servicesFor = (namespace: string, enableServiceLinks: boolean, all: readonly Service[]) => {
  const own = enableServiceLinks ? all.filter(({ metadata }) => metadata.namespace === namespace) : []
  const master = all.filter(
    ({ metadata }) =>
      metadata.namespace === 'default' &&
      metadata.name === 'kubernetes' &&
      !own.some((one) => one.metadata.name === 'kubernetes'),
  )
  return [...master, ...own]
}
