import { parseQuantity } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import { ConfigError } from './config-error.ts'
import { type Container, memberNamed } from './containers.ts'

/** What the downward API can say besides the pod itself. */
export interface DownwardFacts {
  podIPs: readonly string[]
  hostIP: string
  /** Of the node, as quantities: limits that are not set default to it. */
  allocatable: Readonly<Record<string, string>>
}

/** The value of a `fieldRef`. Throws ConfigError for a field there is none of. */
export function fieldValue(pod: Pod, path: string, facts: DownwardFacts): string {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (keyed) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? ''
  const { metadata, spec } = pod
  switch (path) {
    case 'metadata.name':
      return metadata.name
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid ?? ''
    case 'metadata.labels':
      return mapLines(metadata.labels)
    case 'metadata.annotations':
      return mapLines(metadata.annotations)
    case 'spec.nodeName':
      return spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return facts.hostIP
    case 'status.podIP':
      return facts.podIPs[0] ?? ''
    case 'status.podIPs':
      return facts.podIPs.join(',')
  }
  throw new ConfigError(`unsupported fieldPath: ${path}`)
}

/** `key="value"` per line, sorted, as files of the downward API hold it. */
const mapLines = (map: Record<string, string> = {}) =>
  Object.entries(map)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join('\n')

/** As Go quotes strings. */
const quoted = (value: string) => JSON.stringify(value)

export interface ResourceSelector {
  resource: string
  containerName?: string
  divisor?: string | number
}

/** The value of a `resourceFieldRef`, in units of its divisor, rounded up. Throws ConfigError. */
export function resourceValue(
  pod: Pod,
  own: Container | undefined,
  at: ResourceSelector,
  facts: DownwardFacts,
): string {
  const container = at.containerName ? memberNamed(pod, at.containerName)?.container : own
  if (!container) throw new ConfigError(`container ${at.containerName} not found`)
  const [list, name] = split(at.resource)
  const { limits, requests } = container.resources ?? {}
  const amount =
    list === 'limits' ? (limits?.[name] ?? facts.allocatable[name]) : (requests?.[name] ?? limits?.[name] ?? '0')
  if (amount === undefined) throw new ConfigError(`unsupported container resource: ${at.resource}`)
  const isUnset = at.divisor === undefined || String(at.divisor) === '0'
  const divisor = parseQuantity(isUnset ? '1' : at.divisor!).nanos
  return String((parseQuantity(amount).nanos + divisor - 1n) / divisor)
}

function split(resource: string): ['limits' | 'requests', string] {
  const dot = resource.indexOf('.')
  const list = resource.slice(0, dot)
  if (list !== 'limits' && list !== 'requests') throw new ConfigError(`unsupported container resource: ${resource}`)
  return [list, resource.slice(dot + 1)]
}
