import type { Client } from '@sampan/client/client'
import { feed } from '@sampan/client/feed'
import type { Pod } from '@sampan/resources/core/pod'

/** Hands jobs to pods that wait for one. */
export interface Feeder {
  /**
   * Whether this process has handed it one lately, or often enough. It is done again after a restart, and when a pod does
   * not get on: a connection that broke does not say how far it came, and a pod reads one job.
   */
  hasFed(pod: Pod): boolean
  /** Throws when the pod did not take it. */
  feed(pod: Pod, container: string, job: Uint8Array): Promise<void>
}

const remembered = 64
const patienceMs = 10_000
const againMs = 10_000
const most = 3

export function feeder(client: Pick<Client, 'connect'>): Feeder {
  const fed = new Map<string, { times: number; at: number }>()
  return {
    hasFed({ metadata }) {
      const known = fed.get(metadata.uid ?? '')
      return known !== undefined && (known.times >= most || performance.now() - known.at < againMs)
    },
    async feed({ metadata }, container, input) {
      await feed(client, metadata, { container, input, signal: AbortSignal.timeout(patienceMs) })
      const { times = 0 } = fed.get(metadata.uid ?? '') ?? {}
      fed.set(metadata.uid ?? '', { times: times + 1, at: performance.now() })
      for (const oldest of fed.keys()) {
        if (fed.size <= remembered) break
        fed.delete(oldest)
      }
    },
  }
}
