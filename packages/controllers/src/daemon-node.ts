import { type DaemonSet, daemonSet } from '@sampan/resources/apps/daemon-set'
import type { Node } from '@sampan/resources/core/node'
import { wantsNode } from '@sampan/resources/core/node-affinity'
import type { Pod } from '@sampan/resources/core/pod'
import { tolerates } from '@sampan/resources/core/tolerations'
import { revisionHashLabel } from './history.ts'
import { podFrom } from './pod-template.ts'

type Tolerations = NonNullable<Pod['spec']['tolerations']>
type NodeTerms = { matchExpressions?: unknown[]; matchFields?: unknown[] }[]

const exists = (name: string, effect: string): Tolerations[number] => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect,
})

/** A daemon's pod belongs to its node, whatever the node is going through. */
const tolerationsOf = ({ spec }: DaemonSet): Tolerations => [
  ...(spec.template.spec?.tolerations ?? []),
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
  ...(spec.template.spec?.hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
]

/** The pod for one node; the scheduler binds it there, and only there. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const made = podFrom(set.spec.template, daemonSet, set, { labels: { [revisionHashLabel]: hash } })
  return {
    ...made,
    spec: { ...made.spec, tolerations: tolerationsOf(set), affinity: affinityTo(made.spec.affinity, node) },
  }
}

function affinityTo(affinity: Pod['spec']['affinity'], node: string): Pod['spec']['affinity'] {
  const here = { key: 'metadata.name', operator: 'In', values: [node] }
  const before = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms as NodeTerms
  const nodeSelectorTerms = before?.length
    ? before.map((term) => ({ ...term, matchFields: [here] }))
    : [{ matchFields: [here] }]
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
    },
  } as Pod['spec']['affinity']
}

/** The node a daemon's pod is on or meant for. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  for (const { matchFields = [] } of terms)
    for (const { key, operator, values = [] } of matchFields)
      if (key === 'metadata.name' && operator === 'In') return values[0]
  return undefined
}

/** Whether a pod should start on the node, and whether one that is there may stay. */
export function suits(set: DaemonSet, node: Node): { start: boolean; stay: boolean } {
  const { template } = set.spec
  const isNamed = !template.spec?.nodeName || template.spec.nodeName === node.metadata.name
  const example = { metadata: {}, spec: { ...template.spec } } as Pod
  if (!isNamed || !wantsNode(example, node)) return { start: false, stay: false }
  const tolerations = tolerationsOf(set)
  const repelling = (node.spec.taints ?? []).filter((taint) => !tolerates(tolerations, taint))
  const stay = !repelling.some(({ effect }) => effect === 'NoExecute')
  return { start: stay && !repelling.some(({ effect }) => effect === 'NoSchedule'), stay }
}
