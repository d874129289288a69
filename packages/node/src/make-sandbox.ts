import { mkdir } from 'node:fs/promises'
import type { Pod } from '@sampan/resources/core/pod'
import { runtimeClass } from '@sampan/resources/node/runtime-class'
import type { NodeContext } from './context.ts'
import { ConfigError } from './pod/config-error.ts'
import { podLimits } from './pod/resources.ts'
import type { PodView } from './pod/view.ts'
import { podLogFolder } from './pod-folders.ts'
import { sandboxConfigOf } from './start-container.ts'

const pidsAnnotation = 'sampan.dev/pids-limit'

/** An annotation may ask for fewer processes than the node's limit, never for more. */
export function pidsLimitOf(pod: Pod, most: number): number {
  const asked = Number(pod.metadata.annotations?.[pidsAnnotation])
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : most
}

/** The runtime of the machine is called so by everybody; '' is the runtime's own default. */
const defaultHandler = 'runc'

function handlerOf({ caches }: NodeContext, { spec }: Pod): string {
  const handler = spec.runtimeClassName && caches.of(runtimeClass).get({ name: spec.runtimeClassName })?.handler
  return !handler || handler === defaultHandler ? '' : handler
}

/** To run such a pod with the host's users would give it rights it was to be kept from. */
const noUserNamespaces = "can't set `spec.hostUsers: false`, the runtime does not support user namespaces"

/**
 * Makes the pod's cgroup and sandbox; the network of sandboxes that died is freed first. Gives the sandbox's id. Throws
 * CriError or ConfigError.
 */
export async function makeSandbox(context: NodeContext, pod: Pod, view: PodView, attempt: number): Promise<string> {
  const { cri, settings, cgroups, slots } = context
  if (pod.spec.hostUsers === false) throw new ConfigError(noUserNamespaces)
  for (const dead of view.sandboxes) if (!dead.isReady) await cri.call('StopPodSandbox', { podSandboxId: dead.id })
  // The runtime makes the cgroup's folders itself where it comes first: limits are there before any container is.
  const [{ podSandboxId }] = await Promise.all([
    slots.run(() =>
      cri.call(
        'RunPodSandbox',
        { config: sandboxConfigOf(context, pod, attempt), runtimeHandler: handlerOf(context, pod) },
        { timeoutMs: 240_000 },
      ),
    ),
    mkdir(podLogFolder(settings, pod.metadata), { recursive: true, mode: 0o755 }),
    cgroups.apply(pod.metadata.uid!, { ...podLimits(pod), pids: pidsLimitOf(pod, settings.pidsLimit) }),
  ])
  return podSandboxId
}
