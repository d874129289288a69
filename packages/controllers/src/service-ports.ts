import { isTerminal, type Pod, podIPs } from '@sampan/resources/core/pod'
import type { Service } from '@sampan/resources/core/service'

export interface EndpointPort {
  name: string
  port: number
  protocol: string
  appProtocol?: string
}

/** A pod counts while it has an address and has not finished; whether it is ready or leaving is said with it. */
export const hasEndpoint = (pod: Pod) => !isTerminal(pod) && podIPs(pod).length > 0

/** The ports behind a Service as this pod has them. A named target the pod does not have leaves that port out. */
export function portsOn(pod: Pod, service: Service): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap(({ name = '', port, targetPort, protocol = 'TCP', appProtocol }) => {
    const number = targetPort === undefined || targetPort === '' ? port : numberOf(pod, targetPort, protocol)
    return number === undefined ? [] : [{ name, port: number, protocol, ...(appProtocol && { appProtocol }) }]
  })
}

function numberOf({ spec }: Pod, target: string | number, protocol: string): number | undefined {
  if (typeof target === 'number') return target
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const { ports = [] } of [...spec.containers, ...sidecars])
    for (const port of ports)
      if (port.name === target && (port.protocol ?? 'TCP') === protocol) return port.containerPort
  return undefined
}

/** The same ports in another order are the same ports. */
export const portsKey = (ports: readonly EndpointPort[]) =>
  ports
    .map(({ name, port, protocol, appProtocol = '' }) => `${name}/${port}/${protocol}/${appProtocol}`)
    .toSorted()
    .join(' ')

export const isIPv6 = (ip: string) => ip.includes(':')
