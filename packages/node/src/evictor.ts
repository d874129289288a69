import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import type { ContainerProcesses } from './container-processes.ts'
import type { NodeContext } from './context.ts'
import { evicted, victim } from './eviction.ts'
import type { ImageCleaner } from './image-cleaner.ts'
import { removeLog } from './logs/rotate.ts'
import { nodeTeller } from './node-events.ts'
import type { Ending } from './pod/memory.ts'
import { useOf } from './pod-use.ts'
import type { PodWorker } from './pod-worker.ts'
import { holdsImages, type Reading, type Shortage, shortagesOf } from './pressure.ts'
import { teller } from './start-container.ts'

/** Sees to what the node is short of: what nobody needs goes first, then one pod. */
export interface Evictor {
  /** Gives what is still short. `read` looks anew after something was freed. */
  relieve(readings: readonly Reading[], read: () => Promise<Reading[]>): Promise<void>
  evict(pod: Pod, why: Ending): void
}

export function evictor(
  context: NodeContext,
  workers: ReadonlyMap<string, PodWorker>,
  { images, processes }: { images: ImageCleaner; processes: ContainerProcesses },
): Evictor {
  const { cri, view, log } = context
  const tell = nodeTeller(context)

  /** Containers of pods that have ended are kept to be looked at, but not at the price of others. */
  async function removeEnded() {
    const ended = [...workers.values()].filter(({ pod }) => isTerminal(pod))
    for (const { pod } of ended)
      for (const { id, state, logPath } of view.of(pod.metadata.uid ?? '')?.containers ?? []) {
        if (state !== 'exited') continue
        await cri
          .call('RemoveContainer', { containerId: id })
          .then(() => removeLog(logPath))
          .catch((error: unknown) => log.warn('an ended container could not be removed', { id, error }))
      }
  }

  async function choose(shortage: Shortage) {
    const running = [...workers.values()]
      .filter((worker) => !worker.isEnding && view.of(worker.pod.metadata.uid ?? '')?.sandboxes[0]?.isReady)
      .map(({ pod }) => pod)
    const chosen = victim(await useOf(context, running, shortage.resource, processes), shortage.resource)
    if (chosen) evict(chosen.pod, evicted(shortage, chosen))
    else log.warn('nothing can be evicted', { signal: shortage.signal })
  }

  function evict(pod: Pod, why: Ending) {
    teller(context, pod)('Warning', why.reason, why.message)
    workers.get(pod.metadata.uid ?? '')?.end(why)
  }

  return {
    evict,
    async relieve(readings, read) {
      let [worst] = shortagesOf(readings)
      if (!worst) return
      tell('Warning', 'EvictionThresholdMet', `Attempting to reclaim ${worst.resource}`)
      if (worst.resource === 'ephemeral-storage' || worst.resource === 'inodes') {
        await removeEnded()
        if (holdsImages(worst, readings)) await images.free(Number.POSITIVE_INFINITY)
        worst = shortagesOf(await read())[0]
      }
      if (worst) await choose(worst)
    },
  }
}
