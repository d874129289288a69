import type { Log } from '@sampan/kit/log'
import { Conflict, type Store } from '@sampan/store/store'
import { objectOf } from './objects.ts'

/** Events are told for an hour after they were last written, as upstream keeps them. */
const keepMs = 3_600_000
const everyMs = 60_000
const prefix = '/core/events/'

interface Written {
  metadata: { creationTimestamp?: string }
  lastTimestamp?: string
  eventTime?: string
  series?: { lastObservedTime?: string }
}

/** Removes events that are too old, until `signal` is aborted. */
export function expireEvents(options: { store: Store; now: () => Date; log: Log; signal: AbortSignal }): void {
  const { signal, log } = options
  const timer = setInterval(() => {
    removeOld(options).catch((error: unknown) => log.error('old events could not be removed', { error }))
  }, everyMs)
  timer.unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}

/** Resolves to how many were removed. */
export async function removeOld({ store, now }: { store: Store; now: () => Date }): Promise<number> {
  const limit = now().getTime() - keepMs
  const old = store.list(prefix).entries.filter((entry) => lastWritten(objectOf(entry) as unknown as Written) < limit)
  const removals = await Promise.allSettled(old.map(({ key, modified }) => store.delete(key, modified)))
  // Written again meanwhile: then it is not old.
  for (const result of removals)
    if (result.status === 'rejected' && !(result.reason instanceof Conflict)) throw result.reason
  return removals.filter(({ status }) => status === 'fulfilled').length
}

function lastWritten({ metadata, lastTimestamp, eventTime, series }: Written): number {
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime]
  return Math.max(...times.map((time) => (time ? Date.parse(time) || 0 : 0)))
}
