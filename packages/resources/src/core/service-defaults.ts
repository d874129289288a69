import { child, each, fill, fillPlain } from '../fill.ts'
import type { Service } from './service.ts'

const affinitySeconds = 10800

/** Kubernetes' defaults of a Service. Addresses and node ports are allocated elsewhere. */
export function defaultService(one: Service): void {
  const { status } = one
  const spec = child(one, 'spec')
  fillPlain(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP')
    fill(child(child(spec, 'sessionAffinityConfig'), 'clientIP'), { timeoutSeconds: affinitySeconds })
  for (const port of each(spec.ports)) {
    fillPlain(port, { protocol: 'TCP' })
    if (!port.targetPort) port.targetPort = port.port
  }
  const isOutside = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  if (isOutside || (spec.type === 'ClusterIP' && spec.externalIPs?.length))
    fillPlain(spec, { externalTrafficPolicy: 'Cluster' })
  if (isOutside || spec.type === 'ClusterIP') fill(spec, { internalTrafficPolicy: 'Cluster' })
  if (spec.type === 'LoadBalancer') {
    fill(spec, { allocateLoadBalancerNodePorts: true })
    for (const address of each(status?.loadBalancer?.ingress)) if (address.ip) fill(address, { ipMode: 'VIP' })
  }
}
