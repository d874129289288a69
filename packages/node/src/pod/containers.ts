import { isSidecar, type Pod } from '@sampan/resources/core/pod'

export type Container = Pod['spec']['containers'][number]
export type EphemeralContainer = NonNullable<Pod['spec']['ephemeralContainers']>[number]
export type Kind = 'init' | 'sidecar' | 'app' | 'ephemeral'

/** A container of a pod with the part it plays. Ephemeral ones lack some fields, so all are read as `Container`. */
export interface Member {
  kind: Kind
  container: Container
}

/** Init containers and sidecars in the order they start. */
export const initMembers = (pod: Pod): Member[] =>
  (pod.spec.initContainers ?? []).map((container) => ({ kind: isSidecar(container) ? 'sidecar' : 'init', container }))

export const appMembers = (pod: Pod): Member[] => pod.spec.containers.map((container) => ({ kind: 'app', container }))

export const ephemeralMembers = (pod: Pod): Member[] =>
  (pod.spec.ephemeralContainers ?? []).map((container) => ({
    kind: 'ephemeral',
    container: container as unknown as Container,
  }))

export const members = (pod: Pod): Member[] => [...initMembers(pod), ...appMembers(pod), ...ephemeralMembers(pod)]

export const memberNamed = (pod: Pod, name: string): Member | undefined =>
  members(pod).find(({ container }) => container.name === name)

/** `spec.containers{web}`: how events name a container. */
export function fieldPathOf(pod: Pod, name: string): string | undefined {
  const member = memberNamed(pod, name)
  if (!member) return undefined
  const list = {
    init: 'initContainers',
    sidecar: 'initContainers',
    app: 'containers',
    ephemeral: 'ephemeralContainers',
  }
  return `spec.${list[member.kind]}{${name}}`
}

/** `web_default(5f3c…)`: how messages name a pod. */
export const podTitle = ({ metadata }: Pod) => `${metadata.name}_${metadata.namespace}(${metadata.uid})`
