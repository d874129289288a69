import { isIPv4 } from '@sampan/kit/ip'
import { targetsFor } from '../services/endpoints.ts'
import type { Backend, IngressView } from './ingress-data.ts'

/** Where a backend leads now, as the entry `e:<key>`. No such Service or port, or a name that leads nowhere: no endpoint. */
export function endpointEntry(key: string, backend: Backend, view: IngressView, nodeName: string): [string, string] {
  const service = view.service(backend.namespace, backend.name)
  if (!service) return [`e:${key}`, '']
  const { spec } = service
  if (spec.type === 'ExternalName') {
    const port =
      typeof backend.port === 'number'
        ? backend.port
        : (spec.ports?.find(({ name }) => name === backend.port)?.port ?? 80)
    const addresses = view.addressesOf(spec.externalName ?? '')
    return [`e:${key}`, addresses.map((ip) => `${ip}:${port}`).join(' ')]
  }
  const port = (spec.ports ?? []).find((one) =>
    typeof backend.port === 'number' ? one.port === backend.port : one.name === backend.port,
  )
  if (!port) return [`e:${key}`, '']
  if (backend.usesClusterIP && spec.clusterIP && isIPv4(spec.clusterIP))
    return [`e:${key}`, `${spec.clusterIP}:${port.port}`]
  const { all } = targetsFor(
    view.slices(backend.namespace, backend.name),
    port.name,
    port.protocol ?? 'TCP',
    { nodeName },
    spec.publishNotReadyAddresses ? undefined : view.isLeaving,
  )
  return [`e:${key}`, all.map(({ ip, port: at }) => `${ip}:${at}`).join(' ')]
}
