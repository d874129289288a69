import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { pidsLimitOf } from './make-sandbox.ts'
import { linuxResourcesOf } from './pod/container-config.ts'
import { type Resize, roomier } from './pod/resize.ts'
import { containerLimits, podLimits } from './pod/resources.ts'
import type { PodView } from './pod/view.ts'
import type { PodState } from './pod-state.ts'
import { teller } from './start-container.ts'
import { stopContainer } from './stop-container.ts'

/** What the pod's cgroup held before, from what its containers were given. */
function podBefore(
  pod: Pod,
  view: PodView,
  { actuated, actuatedPod }: Pick<PodState, 'actuated' | 'actuatedPod'>,
): Pod {
  const was = (name: string) => {
    const one = view.containers.find((container) => container.name === name && actuated.has(container.id))
    return one && actuated.get(one.id)
  }
  const containers = pod.spec.containers.map((one) => ({ ...one, resources: was(one.name) ?? one.resources }))
  return { ...pod, spec: { ...pod.spec, containers, ...(actuatedPod && { resources: actuatedPod }) } }
}

/** New limits cannot be given now. */
export class ResizeFailed extends Error {
  override name = 'ResizeFailed'
}

/** A limit below what is in use would end the container: it keeps what it has until it uses less. Throws ResizeFailed. */
export function checkUse(resizes: readonly Resize[], usedBy: (id: string) => number | undefined): void {
  for (const { id, member, mustRestart } of resizes) {
    const { memory } = containerLimits(member.container)
    const used = mustRestart || memory === undefined ? undefined : usedBy(id)
    if (used !== undefined && memory !== undefined && used >= memory)
      throw new ResizeFailed(
        `attempting to set container "${member.container.name}" memory limit (${memory}) below current usage (${used})`,
      )
  }
}

/**
 * Gives running containers what the pod says now: in place, or by a restart where their policy wants one. Throws
 * CriError or ResizeFailed; run again, it goes on with the rest.
 */
export async function resizePod(
  context: NodeContext,
  pod: Pod,
  view: PodView,
  resizes: readonly Resize[],
  state: Pick<PodState, 'actuated' | 'actuatedPod'>,
): Promise<void> {
  const { cri, cgroups, settings, clock } = context
  const tell = teller(context, pod)
  const pids = pidsLimitOf(pod, settings.pidsLimit)
  const uid = pod.metadata.uid!
  const wanted = podLimits(pod)
  checkUse(resizes, (id) => context.usage({ uid, id })?.workingSet)
  tell('Normal', 'ResizeStarted', 'Pod resize started')
  await cgroups.apply(uid, { ...roomier(podLimits(podBefore(pod, view, state)), wanted), pids })
  for (const { id, member, mustRestart } of resizes) {
    const { container } = member
    if (mustRestart) {
      const deadline = clock.now().getTime() + (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
      const reason = `Container ${container.name} resize requires restart`
      await stopContainer(context, pod, view, { id, name: container.name, reason, deadline, isRepeat: false })
    } else {
      const linux = linuxResourcesOf({ pod, member, nodeMemory: settings.memory, hasSwapLimit: settings.hasSwapLimit })
      await cri.call('UpdateContainerResources', { containerId: id, linux })
    }
    state.actuated.set(id, container.resources ?? {})
  }
  await cgroups.apply(uid, { ...wanted, pids })
  if (pod.spec.resources) state.actuatedPod = pod.spec.resources
  tell('Normal', 'ResizeCompleted', 'Pod resize completed')
}
