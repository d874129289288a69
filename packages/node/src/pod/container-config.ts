import type { Pod } from '@sampan/resources/core/pod'
import { type containerConfig as containerMessage, type linuxResources, propagations } from '../cri/messages.ts'
import type { Given } from '../cri/wire.ts'
import type { Member } from './containers.ts'
import { expand } from './expand.ts'
import { annotations, labels } from './labels.ts'
import { containerLimits, oomScoreOf, period } from './resources.ts'
import { hashOf } from './restart.ts'
import { containerSecurity, type ImageUser } from './security.ts'

export type ContainerConfig = Given<typeof containerMessage>

/** A folder or file of this machine and where the container sees it. */
export interface BindMount {
  hostPath: string
  containerPath: string
  readonly?: boolean
  propagation?: keyof typeof propagations
}

export interface ContainerInput {
  pod: Pod
  member: Member
  attempt: number
  crashes: number
  round: number
  /** Id of the image in the runtime. */
  imageId: string
  imageUser: ImageUser
  env: ReadonlyMap<string, string>
  mounts: readonly BindMount[]
  devices: readonly { hostPath: string; containerPath: string; permissions: string }[]
  /** File on this machine for the termination message. */
  messageFile: string
  profileRoot: string
  /** Id of the container an ephemeral one looks into. */
  target?: string
  nodeMemory: number
  hasSwapLimit: boolean
  cgroup: 'v1' | 'v2'
}

/** What the runtime makes a container from. Throws ConfigError. */
export function containerConfig(input: ContainerInput): ContainerConfig {
  const { pod, member, attempt, env, imageId } = input
  const { container } = member
  const messagePath = container.terminationMessagePath ?? '/dev/termination-log'
  return {
    metadata: { name: container.name, attempt },
    image: { image: imageId },
    command: (container.command ?? []).map((text) => expand(text, env)),
    args: (container.args ?? []).map((text) => expand(text, env)),
    workingDir: container.workingDir,
    envs: [...env].map(([key, value]) => ({ key, value })),
    mounts: [...input.mounts, { hostPath: input.messageFile, containerPath: messagePath }].map((mount) => ({
      ...mount,
      propagation: propagations[('propagation' in mount && mount.propagation) || 'private'],
    })),
    devices: input.devices,
    labels: {
      [labels.podName]: pod.metadata.name,
      [labels.podNamespace]: pod.metadata.namespace ?? '',
      [labels.podUid]: pod.metadata.uid ?? '',
      [labels.containerName]: container.name,
    },
    annotations: {
      [annotations.hash]: hashOf(container),
      [annotations.restartCount]: String(attempt),
      [annotations.terminationMessagePath]: messagePath,
      [annotations.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
      [annotations.image]: container.image ?? '',
      [annotations.grace]: String(pod.spec.terminationGracePeriodSeconds ?? 30),
      [annotations.crashes]: String(input.crashes),
      ...(input.round > 0 && { [annotations.round]: String(input.round) }),
    },
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: { ...linuxResourcesOf(input), ...(input.cgroup === 'v2' && { unified: endsAsOne }) },
      securityContext: containerSecurity(pod, container, input.imageUser, input),
    },
  }
}

/** Out of memory, a container ends as a whole: a program that lost one of its processes would only seem alive. */
const endsAsOne = { 'memory.oom.group': '1' }

type LinuxResources = Given<typeof linuxResources>

/** Also what a resize sets. Swap never adds to the memory limit. */
export function linuxResourcesOf({
  pod,
  member,
  nodeMemory,
  hasSwapLimit,
}: Pick<ContainerInput, 'pod' | 'member' | 'nodeMemory' | 'hasSwapLimit'>): LinuxResources {
  const limits = containerLimits(member.container)
  return {
    cpuPeriod: period,
    cpuShares: limits.cpuShares,
    ...(limits.cpuQuota !== undefined && { cpuQuota: limits.cpuQuota }),
    ...(limits.memory !== undefined && {
      memoryLimitInBytes: limits.memory,
      ...(hasSwapLimit && { memorySwapLimitInBytes: limits.memory }),
    }),
    oomScoreAdj: oomScoreOf(pod, member.container, nodeMemory),
  }
}
