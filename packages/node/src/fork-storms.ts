import type { ContainerProcesses } from './container-processes.ts'
import type { NodeContext } from './context.ts'
import { pidsLimitOf } from './make-sandbox.ts'
import { forkStorm, isStorm, stormLevel, stormMessage } from './pod/fork-storm.ts'
import { isRunning } from './pod/view.ts'
import type { PodWorker } from './pod-worker.ts'

/** Ends containers that keep forking at their limit. */
export interface ForkStorms {
  /** To be called every second. */
  look(): Promise<void>
}

/** A pod with fewer than this share of its processes is not looked at closely. */
const suspiciousShare = 0.5

export function forkStorms(
  { settings, view }: Pick<NodeContext, 'settings' | 'view'>,
  workers: ReadonlyMap<string, PodWorker>,
  processes: ContainerProcesses,
): ForkStorms {
  /** By container id: refusals counted so far, and how close to a storm they are. */
  let seen = new Map<string, { refused: number; level: number }>()

  return {
    async look() {
      const now: typeof seen = new Map()
      const storms: { worker: PodWorker; id: string; name: string; limit: number }[] = []
      const all = processes.ofAll()
      for (const [uid, worker] of workers) {
        const limit = pidsLimitOf(worker.pod, settings.pidsLimit)
        const suspicious = limit * suspiciousShare
        // The first spares a look at every pod while there are few processes in all.
        if (all < suspicious || processes.ofPod(uid) < suspicious) continue
        const running = view.of(uid)?.containers.filter(isRunning) ?? []
        const refusals = processes.refusals(
          uid,
          running.map(({ id }) => id),
        )
        for (const { id, name } of running) {
          const refused = refusals.get(id) ?? 0
          const before = seen.get(id)
          const level = before ? stormLevel(before.level, Math.max(0, refused - before.refused)) : 0
          if (isStorm(level)) storms.push({ worker, id, name, limit })
          else now.set(id, { refused, level })
        }
      }
      seen = now
      await Promise.all(
        storms.map(({ worker, id, name, limit }) => {
          worker.ends(id, name, { reason: forkStorm, message: stormMessage(name, limit) })
          return processes.end(worker.pod.metadata.uid!, id)
        }),
      )
    },
  }
}
