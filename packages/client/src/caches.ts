import { waitAfter } from '@sampan/kit/backoff'
import { type Clock, systemClock } from '@sampan/kit/clock'
import { type Log, silent } from '@sampan/kit/log'
import { apiVersionOf, type Definition } from '@sampan/resources/define'
import { StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { type Cache, type CacheFeed, cacheOf } from './cache.ts'
import type { Client, ListOptions } from './client.ts'

/** One cache per kind, shared by everybody who asks. */
export interface Caches {
  /** The cache of a kind; its list and watch start with the first call. */
  of<T extends KubeObject>(kind: Definition<T>): Cache<T>
  /** The cache of a kind if somebody already asked for it. */
  find<T extends KubeObject>(kind: Definition<T>): Cache<T> | undefined
  /** Ends every watch and lets the kinds go. */
  close(): Promise<void>
  /** Ends the watch of one kind whose definition is gone. */
  drop(kind: Definition): void
}

export interface CachesOptions {
  client: Client
  log?: Log
  clock?: Clock
  /** What these caches hold of each kind; default: everything. */
  only?: Pick<ListOptions, 'namespace' | 'labels'>
}

const backoff = { first: 100, most: 30_000 }

/** Opens caches over `client`. */
export function caches({ client, log = silent, clock = systemClock, only }: CachesOptions): Caches {
  const running = new Map<string, { feed: CacheFeed; stop: AbortController; ended: Promise<void> }>()
  let closed = false

  const keyOf = (kind: Definition) => `${apiVersionOf(kind)}/${kind.plural}`
  const end = ({ feed, stop }: { feed: CacheFeed; stop: AbortController }) => {
    feed.fail(new Error(`The cache of ${feed.cache.kind.plural} was closed before its first list came`))
    stop.abort()
  }

  return {
    of<T extends KubeObject>(kind: Definition<T>) {
      if (closed) throw new Error('The caches are closed')
      const loose = kind as unknown as Definition
      const key = keyOf(loose)
      let one = running.get(key)
      if (!one) {
        const feed = cacheOf(loose)
        const stop = new AbortController()
        const options = { log: log.with({ kind: key }), clock, only, signal: stop.signal }
        one = { feed, stop, ended: follow(client, feed, options) }
        running.set(key, one)
      }
      return one.feed.cache as unknown as Cache<T>
    },
    find<T extends KubeObject>(kind: Definition<T>) {
      return running.get(keyOf(kind as unknown as Definition))?.feed.cache as unknown as Cache<T> | undefined
    },
    drop(kind) {
      const one = running.get(keyOf(kind))
      if (!one) return
      running.delete(keyOf(kind))
      end(one)
    },
    async close() {
      closed = true
      const all = [...running.values()]
      running.clear()
      for (const one of all) end(one)
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}

interface FollowOptions {
  log: Log
  clock: Clock
  only: CachesOptions['only']
  signal: AbortSignal
}

/**
 * Lists, then watches from there, for ever: a watch that ends goes on from its last revision, one that is too old lists
 * again, failures wait longer each time. A kind the server does not have counts as empty until it has.
 */
async function follow(client: Client, feed: CacheFeed, options: FollowOptions): Promise<void> {
  const { log, clock, only, signal } = options
  const { kind } = feed.cache
  let failures = 0
  let fresh = false
  while (!signal.aborted) {
    try {
      if (!fresh) {
        const list = await client.list(kind, { ...only, signal })
        if (signal.aborted) return
        feed.reset(list.items, list.metadata.resourceVersion ?? '0')
        fresh = true
      }
      const started = clock.now().getTime()
      for await (const event of client.watch(kind, { ...only, since: feed.revision, bookmarks: true, signal })) {
        if (signal.aborted) return
        failures = 0
        if (event.type === 'ERROR') throw refused(event.object.code, event.object.message ?? 'the watch failed')
        if (event.type === 'BOOKMARK') feed.at(event.object.metadata.resourceVersion ?? feed.revision ?? '0')
        else if (event.type === 'DELETED') feed.gone(event.object)
        else feed.put(event.object)
      }
      if (!signal.aborted && clock.now().getTime() - started < 1000)
        await pause(clock, waitAfter(++failures, backoff), signal)
    } catch (error) {
      if (signal.aborted) return
      const isOld = error instanceof StatusError && error.code === 410
      const isUnknown = error instanceof StatusError && error.code === 404
      if (isOld) fresh = false
      if (isUnknown && !feed.cache.isSynced) feed.reset([], '0')
      if (isUnknown) fresh = false
      const wait = waitAfter(isOld ? failures++ || 0 : ++failures, backoff)
      if (!isOld && !isUnknown) log.warn('watch failed, trying again', { waitMs: Math.round(wait), error })
      await pause(clock, wait, signal)
    }
  }
}

function refused(code: number | undefined, message: string): StatusError {
  return new StatusError(code === 410 ? 'Expired' : code === 404 ? 'NotFound' : 'InternalError', message)
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
}
