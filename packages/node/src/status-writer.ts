import { jsonEqual } from '@sampan/kit/json-equal'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { isReason } from '@sampan/resources/errors'
import type { NodeContext } from './context.ts'
import { podStatus, type StatusInput } from './pod/status.ts'

export type StatusFacts = Omit<StatusInput, 'pod' | 'now' | 'hostIP'>

/** Keeps the status in the API as the node sees it: one write at a time, the latest facts win. */
export interface StatusWriter {
  /** The newest state of the pod, from the watch or from an own write. */
  readonly pod: Pod
  update(pod: Pod): void
  write(facts: StatusFacts): void
  /** Resolves when what was asked for is in the API, or the pod is gone. Throws when it could not be written. */
  flush(): Promise<void>
  close(): Promise<void>
}

const retryMs = 1000

export function statusWriter(
  context: NodeContext,
  first: Pod,
  { changed, gone }: { changed(): void; gone(): void },
): StatusWriter {
  const { client, clock, settings, caches } = context
  let pod = first
  let wanted: StatusFacts | undefined
  let writing: Promise<void> | undefined
  let cancelRetry: (() => void) | undefined
  let isClosed = false

  function update(next: Pod) {
    if (next.metadata.uid !== first.metadata.uid) return
    if (Number(next.metadata.resourceVersion) >= Number(pod.metadata.resourceVersion)) pod = next
  }

  async function work(): Promise<void> {
    while (wanted && !isClosed) {
      const facts = wanted
      wanted = undefined
      try {
        await writeOnce(facts)
      } catch (error) {
        wanted ??= facts
        context.log.warn('the status of a pod could not be written', { pod: first.metadata.name, error })
        cancelRetry = clock.after(retryMs, kick)
        return
      }
    }
  }

  async function writeOnce(facts: StatusFacts): Promise<void> {
    for (;;) {
      const status = podStatus({ ...facts, pod, now: clock.now().getTime(), hostIP: settings.hostIP })
      if (jsonEqual(status, pod.status)) return
      try {
        const written = await client.updateStatus(podKind, { ...pod, status })
        caches.of(podKind).wrote(written)
        update(written)
        changed()
        return
      } catch (error) {
        if (isReason(error, 'NotFound')) return gone()
        if (!isReason(error, 'Conflict')) throw error
        const { namespace, name } = first.metadata
        const fresh = await client.find(podKind, { namespace, name })
        if (!fresh || fresh.metadata.uid !== first.metadata.uid) return gone()
        update(fresh)
      }
    }
  }

  function kick() {
    if (isClosed || writing || !wanted) return
    writing = work().finally(() => {
      writing = undefined
    })
  }

  return {
    get pod() {
      return pod
    },
    update,
    write(facts) {
      wanted = facts
      kick()
    },
    async flush() {
      while (writing) await writing
      if (wanted) throw new Error('the status of the pod could not be written yet')
    },
    async close() {
      isClosed = true
      cancelRetry?.()
      await writing
    },
  }
}
