import type { Client } from '@sampan/client/client'
import { feed } from '@sampan/client/feed'
import type { Pod } from '@sampan/resources/core/pod'

/** Hands jobs to pods that wait for one. */
export interface Feeder {
  /** Whether this process has handed it one. After a restart it is done again: a pod reads one job. */
  hasFed(pod: Pod): boolean
  /** Throws when the pod did not take it. */
  feed(pod: Pod, container: string, job: Uint8Array): Promise<void>
}

const remembered = 64
const patienceMs = 10_000

export function feeder(client: Pick<Client, 'connect'>): Feeder {
  const fed = new Set<string>()
  return {
    hasFed: ({ metadata }) => fed.has(metadata.uid ?? ''),
    async feed({ metadata }, container, input) {
      await feed(client, metadata, { container, input, signal: AbortSignal.timeout(patienceMs) })
      fed.add(metadata.uid ?? '')
      for (const oldest of fed) {
        if (fed.size <= remembered) break
        fed.delete(oldest)
      }
    },
  }
}
