import type { Pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { component, type NodeContext } from './context.ts'
import { envFiles } from './env-files.ts'
import { runHook } from './hooks.ts'
import { containerConfig } from './pod/container-config.ts'
import { fieldPathOf, type Member } from './pod/containers.ts'
import type { DownwardFacts } from './pod/downward.ts'
import { environment } from './pod/env.ts'
import { hostsFile } from './pod/hosts-file.ts'
import { type SandboxConfig, sandboxConfig } from './pod/sandbox-config.ts'
import type { PodView, SandboxView } from './pod/view.ts'
import { latest } from './pod/view.ts'
import { podFolder, podLogFolder } from './pod-folders.ts'
import { sourcesFor } from './volume-sources.ts'
import { hostsMount, messageFile, volumeDevices, volumeMounts } from './volumes/container-mounts.ts'
import type { HostVolume } from './volumes/volumes.ts'

/** Its pod has a sandbox already: of many pods, some are ready early rather than all late. */
const begunBefore = { isSecond: true }

export interface StartInput {
  pod: Pod
  member: Member
  view: PodView
  sandbox: SandboxView
  attempt: number
  crashes: number
  round: number
  volumes: ReadonlyMap<string, HostVolume>
  signal: AbortSignal
}

/** The address a container of this pod is reached at from the node. */
export const addressOf = (context: NodeContext, pod: Pod, sandbox: SandboxView | undefined) =>
  pod.spec.hostNetwork ? context.settings.hostIP : (sandbox?.ips[0] ?? '')

export const factsOf = (context: NodeContext, pod: Pod, sandbox: SandboxView | undefined): DownwardFacts => ({
  podIPs: pod.spec.hostNetwork ? [context.settings.hostIP] : (sandbox?.ips ?? []),
  hostIP: context.settings.hostIP,
  allocatable: context.settings.allocatable,
})

export function sandboxConfigOf({ settings, cgroups }: NodeContext, pod: Pod, attempt: number): SandboxConfig {
  return sandboxConfig({
    pod,
    attempt,
    logDirectory: podLogFolder(settings, pod.metadata),
    cgroupParent: cgroups.parentOf(pod.metadata.uid!),
    dns: settings.dns,
    profileRoot: settings.seccompRoot,
  })
}

/** Says something about one container as an event of its pod. */
export const teller =
  ({ recorder }: NodeContext, pod: Pod, name?: string) =>
  (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recorder.record({
      about: { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata },
      type,
      reason,
      message,
      component,
      ...(name !== undefined && { fieldPath: fieldPathOf(pod, name) }),
    })

/**
 * Pulls, creates and starts one container and runs its postStart hook. Gives its id. Throws ImageError, ConfigError,
 * MountError, HookFailed or CriError; `created` is called as soon as the container exists.
 */
export async function startContainer(
  context: NodeContext,
  input: StartInput,
  created: (id: string) => void,
): Promise<void> {
  const { cri, settings, images, slots } = context
  const { pod, member, sandbox, attempt, signal } = input
  const { container } = member
  const tell = teller(context, pod, container.name)
  const image = await images.ensure({
    image: container.image ?? '',
    policy: container.imagePullPolicy ?? 'IfNotPresent',
    secrets: pullSecrets(context, pod),
    tell,
    signal,
  })
  const facts = factsOf(context, pod, sandbox)
  const folder = podFolder(settings, pod.metadata)
  const files = await envFiles(container, input.volumes)
  const env = environment(pod, container, { ...sourcesFor(context, pod, facts, signal), files }, facts)
  const hosts = hostsFile(pod, facts.podIPs, settings.dns.clusterDomain, settings.hostsFile)
  const mounts = [
    ...(await volumeMounts(container, input.volumes, env, folder)),
    ...(await hostsMount(container, folder, hosts)),
  ]
  const target = targetOf(pod, member, input.view)
  const config = containerConfig({
    pod,
    member,
    attempt,
    crashes: input.crashes,
    round: input.round,
    imageId: image.id,
    imageUser: { uid: image.uid?.value, username: image.username },
    env,
    mounts,
    devices: volumeDevices(container, input.volumes),
    messageFile: await messageFile(folder, container.name, attempt),
    profileRoot: settings.seccompRoot,
    target,
    nodeMemory: settings.memory,
    hasSwapLimit: settings.hasSwapLimit,
    cgroup: settings.cgroup,
  })
  const containerId = await slots.run(async () => {
    signal.throwIfAborted()
    const made = await cri.call('CreateContainer', {
      podSandboxId: sandbox.id,
      config,
      sandboxConfig: sandboxConfigOf(context, pod, sandbox.attempt),
    })
    created(made.containerId)
    tell('Normal', 'Created', 'Container created')
    await cri.call('StartContainer', { containerId: made.containerId })
    return made.containerId
  }, begunBefore)
  tell('Normal', 'Started', 'Container started')
  const hook = container.lifecycle?.postStart
  if (hook)
    await runHook(hook, {
      cri,
      container,
      containerId,
      podIP: addressOf(context, pod, sandbox),
      timeoutMs: hookTimeoutMs,
      signal,
    })
}

/** A postStart hook has no limit of its own; this one keeps the connection from waiting for ever. */
const hookTimeoutMs = 24 * 3_600_000

/** Those a pod names and that exist. */
export function pullSecrets({ caches }: NodeContext, pod: Pod) {
  return (pod.spec.imagePullSecrets ?? []).flatMap(({ name = '' }) => {
    const found = caches.of(secret).get({ namespace: pod.metadata.namespace, name })
    return found ? [found] : []
  })
}

function targetOf(pod: Pod, { kind, container }: Member, view: PodView): string | undefined {
  if (kind !== 'ephemeral') return undefined
  const name = pod.spec.ephemeralContainers?.find((one) => one.name === container.name)?.targetContainerName
  return name ? latest(view, name)?.id : undefined
}
