import { milliOf, unitsOf } from '@sampan/kit/quantity'
import type { Node } from '@sampan/resources/core/node'
import { wantsNode } from '@sampan/resources/core/node-affinity'
import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import { safeSysctls } from '@sampan/resources/core/pod-security'
import { tolerates } from '@sampan/resources/core/tolerations'
import type { Ending, PodMemory } from './pod/memory.ts'
import { requestOf } from './pod/resources.ts'

/** What the machine can do, as far as it decides who is let in. */
export interface MachineFacts {
  hasAppArmor: boolean
}

/**
 * Why the node will not take a pod that was bound to it, whoever bound it: the same order and reasons as any node agent.
 * `others` are the pods it has taken already. Undefined: it fits.
 */
export function admission(
  pod: Pod,
  node: Node,
  others: readonly Pod[],
  { hasAppArmor }: MachineFacts,
): Ending | undefined {
  const live = others.filter((one) => !isTerminal(one))
  return (
    system(pod) ??
    (hasAppArmor ? undefined : appArmor(pod)) ??
    sysctls(pod) ??
    groups(pod) ??
    affinity(pod, node) ??
    taints(pod, node) ??
    room(pod, node, live) ??
    hostPorts(pod, live)
  )
}

/** Whether a pod that runs here may have the resources it asks for now. */
export function resizeRefusal(pod: Pod, node: Node, others: readonly Pod[]): PodMemory['resizePending'] {
  const alone = room(pod, node, [])
  if (alone) return { reason: 'Infeasible', message: alone.message }
  const beside = room(
    pod,
    node,
    others.filter((one) => !isTerminal(one)),
  )
  return beside && { reason: 'Deferred', message: beside.message }
}

function system({ spec }: Pod): Ending | undefined {
  if (spec.os?.name === undefined || spec.os.name === 'linux') return undefined
  return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" }
}

/** Better no pod than one without the profile it asked for. */
function appArmor({ spec }: Pod): Ending | undefined {
  const all = [spec, ...spec.containers, ...(spec.initContainers ?? [])]
  const isAsked = all.some(({ securityContext }) => {
    const type = securityContext?.appArmorProfile?.type
    return type !== undefined && type !== 'Unconfined'
  })
  if (!isAsked) return undefined
  return { reason: 'AppArmor', message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host' }
}

function sysctls({ spec }: Pod): Ending | undefined {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name.replaceAll('/', '.'))
  const isShared = (name: string) =>
    name.startsWith('net.') ? spec.hostNetwork : name.startsWith('kernel.') ? spec.hostIPC : false
  const bad = names.find((name) => !safeSysctls.has(name) || isShared(name))
  if (bad === undefined) return undefined
  return { reason: 'SysctlForbidden', message: `forbidden sysctl: "${bad}" not allowlisted` }
}

/** Groups of the image cannot be left out by the runtime: better no pod than one with more rights than it asked for. */
function groups({ spec }: Pod): Ending | undefined {
  if (spec.securityContext?.supplementalGroupsPolicy !== 'Strict') return undefined
  return {
    reason: 'SupplementalGroupsPolicyNotSupported',
    message: 'SupplementalGroupsPolicy=Strict is not supported in this node',
  }
}

function affinity(pod: Pod, node: Node): Ending | undefined {
  if (wantsNode(pod, node)) return undefined
  return {
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  }
}

function taints({ spec }: Pod, node: Node): Ending | undefined {
  const refusing = (node.spec.taints ?? []).find(
    (taint) => taint.effect === 'NoExecute' && !tolerates(spec.tolerations, taint),
  )
  if (!refusing) return undefined
  return {
    reason: 'TaintToleration',
    message: `Predicate TaintToleration failed: node(s) had untolerated taint(s) {${refusing.key}: ${refusing.value ?? ''}}`,
  }
}

function room(pod: Pod, { status }: Node, others: readonly Pod[]): Ending | undefined {
  const allocatable = status?.allocatable ?? {}
  if (allocatable.pods !== undefined && others.length + 1 > unitsOf(allocatable.pods))
    return outOf('pods', 1, others.length, unitsOf(allocatable.pods))
  for (const [name, count] of [
    ['cpu', milliOf],
    ['memory', unitsOf],
    ['ephemeral-storage', unitsOf],
  ] as const) {
    const limit = allocatable[name]
    if (limit === undefined) continue
    const asked = requestOf(pod, name, count)
    if (asked === 0) continue
    const used = others.reduce((sum, one) => sum + requestOf(one, name, count), 0)
    if (used + asked > count(limit)) return outOf(name, asked, used, count(limit))
  }
  return undefined
}

const outOf = (name: string, asked: number, used: number, capacity: number): Ending => ({
  reason: `OutOf${name}`,
  message: `Node didn't have enough resource: ${name}, requested: ${asked}, used: ${used}, capacity: ${capacity}`,
})

function hostPorts(pod: Pod, others: readonly Pod[]): Ending | undefined {
  const taken = others.flatMap(portsOf)
  const clash = portsOf(pod).some((own) =>
    taken.some(
      (other) =>
        own.port === other.port &&
        own.protocol === other.protocol &&
        (own.ip === other.ip || own.ip === '0.0.0.0' || other.ip === '0.0.0.0'),
    ),
  )
  if (!clash) return undefined
  return {
    reason: 'NodePorts',
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  }
}

const portsOf = ({ spec }: Pod) =>
  spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP', hostIP }) =>
      hostPort ? [{ port: hostPort, protocol, ip: hostIP || '0.0.0.0' }] : [],
    ),
  )
