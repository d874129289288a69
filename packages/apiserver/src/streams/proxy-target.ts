import { type Pod, podIP, podIPs, pod as podKind } from '@sampan/resources/core/pod'
import type { Service } from '@sampan/resources/core/service'
import { service as serviceKind } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { badRequest, notFound, StatusError } from '@sampan/resources/errors'
import type { Objects } from '../objects.ts'

export interface ProxyName {
  secure: boolean
  name: string
  /** Number or name. */
  port: string
}

export interface ProxyTarget {
  secure: boolean
  host: string
  port: number
}

/** `web`, `web:8080`, `https:web:8443`. Throws BadRequest for anything else. */
export function proxyName(text: string): ProxyName {
  const parts = text.split(':')
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1] ?? '']
  if (parts.length > 3 || !name || !['', 'http', 'https'].includes(scheme!))
    throw badRequest(`invalid proxy target "${text}": use [http|https:]name[:port]`)
  return { secure: scheme === 'https', name, port: port ?? '' }
}

/** The address of a pod; without a port its first declared one, else the scheme's. */
export function podTarget(pod: Pod, { secure, port, name }: ProxyName): ProxyTarget {
  const host = podIP(pod)
  if (!host) throw badRequest(`address not allowed: pod ${name} has no address yet`)
  const declared = pod.spec.containers.flatMap((one) => one.ports ?? [])
  const named = declared.find((one) => one.name === port)?.containerPort
  const number = port ? Number(named ?? port) : (declared[0]?.containerPort ?? (secure ? 443 : 80))
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw badRequest(`pod ${name} has no port "${port}"`)
  return { secure, host, port: number }
}

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number]

/** Only pods of the namespace at addresses of theirs: nobody makes the server ask others by writing endpoints. */
export const leadsToPod =
  (objects: Objects, namespace: string) =>
  ({ addresses, targetRef }: Endpoint): boolean => {
    if (targetRef?.kind !== 'Pod' || (targetRef.namespace ?? namespace) !== namespace) return false
    const pod = objects.get<Pod>(podKind, targetRef.name ?? '', namespace)
    return pod !== undefined && podIPs(pod).includes(addresses[0] ?? '')
  }

/** A ready endpoint of a service, chosen by `random` (as `Math.random`). Throws NotFound, BadRequest or ServiceUnavailable. */
export function serviceTarget(
  objects: Objects,
  namespace: string,
  { secure, name, port }: ProxyName,
  random: () => number,
  isAllowed: (endpoint: Endpoint) => boolean = () => true,
): ProxyTarget {
  const service = objects.get<Service>(serviceKind, name, namespace)
  if (!service) throw notFound(serviceKind, name)
  const ports = service.spec.ports ?? []
  const chosen = port
    ? ports.find((one) => one.name === port || String(one.port) === port)
    : ports.length === 1
      ? ports[0]
      : undefined
  if (!chosen)
    throw badRequest(port ? `service ${name} has no port "${port}"` : `service ${name} has several ports: name one`)
  const slices = objects
    .list<EndpointSlice>(endpointSlice, namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  const addresses = slices.flatMap((slice) => {
    const number = slice.ports?.find((one) => (one.name ?? '') === (chosen.name ?? ''))?.port
    if (number === undefined) return []
    return (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .filter(isAllowed)
      .flatMap((endpoint) => endpoint.addresses.slice(0, 1).map((host) => ({ secure, host, port: number })))
  })
  const target = addresses[Math.floor(random() * addresses.length)]
  if (!target) throw new StatusError('ServiceUnavailable', `no endpoints available for service "${name}"`)
  return target
}
