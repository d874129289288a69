import { isIPv4 } from '@sampan/kit/ip'
import type { Pod } from '@sampan/resources/core/pod'
import { emptyPart, type Part } from '../nft/table.ts'
import { sets } from './base-table.ts'

/** What one pod's hostPorts bring to the table; nothing once it has ended, or when it uses the node's network itself. */
export function hostPortPart(pod: Pod): Part {
  const { spec, status } = pod
  const ip = status?.podIP
  if (spec.hostNetwork || !ip || !isIPv4(ip) || hasEnded(pod)) return emptyPart
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const elements = containers
    .flatMap(({ ports = [] }) => ports)
    .filter(({ hostPort }) => hostPort)
    .map(({ hostPort, hostIP, protocol = 'TCP', containerPort }): [string, string, string] => {
      const l4 = protocol.toLowerCase()
      const to = `${ip} . ${containerPort}`
      return hostIP && hostIP !== '0.0.0.0' && isIPv4(hostIP)
        ? [sets.hostPortsAt, `${hostIP} . ${l4} . ${hostPort}`, to]
        : [sets.hostPorts, `${l4} . ${hostPort}`, to]
    })
  if (elements.length === 0) return emptyPart
  return { chains: [], sets: [], elements: [...elements, [sets.selves, `${ip} . ${ip}`, '']] }
}

const hasEnded = ({ status }: Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed'
