import type { Client } from '@sampan/client/client'
import type { Log } from '@sampan/kit/log'
import { StatusError } from '@sampan/resources/errors'
import { containerLines } from './container-lines.ts'
import { masked } from './mask.ts'
import type { LogName, LogStore } from './store.ts'

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
  const running = new Map<string, { stop: AbortController; done: Promise<void> }>()

  async function copy(source: Source, name: LogName, secrets: readonly string[], follow: boolean, signal: AbortSignal) {
    const { last = '' } = await store.state(name)
    const chunks = client.logs(
      { namespace: source.namespace, name: source.pod },
      {
        container: source.container,
        follow,
        timestamps: true,
        ...(last && { sinceTime: `${last.slice(0, 19)}Z` }),
        signal,
      },
    )
    for await (const lines of containerLines(chunks)) {
      const fresh = lines.filter((line) => line.time > last)
      await store.append(
        name,
        fresh.map(({ time, text }) => ({ time, text: masked(text, secrets) })),
      )
    }
  }

  /** The pod or its container is not there (yet, or any more), or somebody ended the call: not our failure. */
  const isAbsence = (error: unknown) => error instanceof StatusError || (error as Error).name === 'AbortError'

  return {
    follow(source, name, secrets) {
      const key = name.join('/')
      if (running.has(key)) return
      const stop = new AbortController()
      const done = copy(source, name, secrets, true, stop.signal)
        .catch((error: Error) => {
          if (!isAbsence(error) && !stop.signal.aborted) log.warn('a build log broke off', { log: key, error })
        })
        .finally(() => running.delete(key))
      running.set(key, { stop, done })
    },
    async drain(source, name, secrets) {
      const follower = running.get(name.join('/'))
      if (follower) {
        // What it has not written yet is read again, from where the store is.
        follower.stop.abort()
        await follower.done
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
