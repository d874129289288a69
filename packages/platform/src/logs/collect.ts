import type { Client } from '@sampan/client/client'
import type { Log } from '@sampan/kit/log'
import { StatusError } from '@sampan/resources/errors'
import { containerLines } from './container-lines.ts'
import { masked } from './mask.ts'
import type { LogName, LogStore, StoredLine } from './store.ts'

/** How many lines are kept from the end of a log that grew too large. */
const lastLines = 200
/** How long the last lines may take once the container has ended, in milliseconds. */
const followerPatienceMs = 2000

export interface Source {
  namespace: string
  pod: string
  container: string
}

/** Copies container logs into the store while the containers run, and what is left of them when they ended. */
export interface Collector {
  /** Follows from where the store is, once per log however often it is asked for. */
  follow(source: Source, name: LogName, secrets: readonly string[]): void
  /** The container has ended: resolves when all it said is in the store. */
  drain(source: Source, name: LogName, secrets: readonly string[]): Promise<void>
  close(): Promise<void>
}

export function createCollector({ client, store, log }: { client: Client; store: LogStore; log: Log }): Collector {
  const running = new Map<string, { stop: AbortController; done: Promise<boolean> }>()

  /** Whether all the container said is in the store now, as far as the container has said it. */
  async function copy(
    source: Source,
    name: LogName,
    secrets: readonly string[],
    follow: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { last = '', isFull } = await store.state(name)
    const shown = (lines: readonly StoredLine[]) =>
      lines.map(({ time, text }) => ({ time, text: masked(text, secrets) }))
    const at = { namespace: source.namespace, name: source.pod }
    const options = { container: source.container, timestamps: true, signal }
    let takes = !isFull
    if (takes) {
      const since = last && { sinceTime: `${last.slice(0, 19)}Z` }
      for await (const lines of containerLines(client.logs(at, { ...options, follow, ...since }))) {
        takes = await store.append(name, shown(lines.filter((line) => line.time > last)))
        // Whoever writes without end is not listened to without end.
        if (!takes) break
      }
    }
    if (takes) return !signal.aborted
    if (follow) return false
    const tail = (await Array.fromAsync(containerLines(client.logs(at, { ...options, tailLines: lastLines })))).flat()
    await store.lastWords(name, shown(tail.slice(-lastLines)))
    return true
  }

  /** The pod or its container is not there (yet, or any more), or somebody ended the call: not our failure. */
  const isAbsence = (error: unknown) => error instanceof StatusError || (error as Error).name === 'AbortError'

  return {
    follow(source, name, secrets) {
      const key = name.join('/')
      if (running.has(key)) return
      const stop = new AbortController()
      const done = copy(source, name, secrets, true, stop.signal)
        .then(
          (isWhole) => isWhole,
          (error: Error) => {
            if (!isAbsence(error) && !stop.signal.aborted) log.warn('a build log broke off', { log: key, error })
            return false
          },
        )
        .finally(() => running.delete(key))
      running.set(key, { stop, done })
    },
    async drain(source, name, secrets) {
      const follower = running.get(name.join('/'))
      if (follower) {
        // It ends by itself with the container. One that does not is cut off: the rest is read again, from where the store is.
        const timer = setTimeout(() => follower.stop.abort(), followerPatienceMs)
        const isWhole = await follower.done
        clearTimeout(timer)
        if (isWhole) return
      }
      try {
        await copy(source, name, secrets, false, AbortSignal.timeout(20_000))
      } catch (error) {
        if (!isAbsence(error)) throw error
      }
    },
    async close() {
      for (const { stop } of running.values()) stop.abort()
      await Promise.all([...running.values()].map((one) => one.done))
    },
  }
}
