import { setTimeout as sleep } from 'node:timers/promises'
import { StatusError } from '@sampan/resources/errors'
import type { Store } from '@sampan/store/store'
import { revisionOf } from './query.ts'

const patienceMs = 3000

/** Waits until the store is at least as new as the caller knows it to be. Throws Timeout, as upstream does after 3 s. */
export async function waitForRevision(store: Store, text: string | null | undefined): Promise<void> {
  const wanted = revisionOf(text) ?? 0
  if (wanted <= store.revision) return
  for (let waited = 0; waited < patienceMs; waited += 100) {
    await sleep(100)
    if (wanted <= store.revision) return
  }
  throw new StatusError('Timeout', `Too large resource version: ${wanted}, current: ${store.revision}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}
