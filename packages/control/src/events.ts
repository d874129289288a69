import type { Client } from '@sampan/client/client'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import { workQueue } from '@sampan/kit/work-queue'
import { type Event, event } from '@sampan/resources/core/event'
import { isReason, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'

export interface Happening {
  about: KubeObject
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** Which part says so, as `deployment-controller`. */
  component: string
  /** Part of the object, as `spec.containers{web}`. */
  fieldPath?: string
}

/** Writes core/v1 Events in the background. */
export interface Recorder {
  record(happening: Happening): void
  readonly isIdle: boolean
  idle(): Promise<void>
  close(): Promise<void>
}

export interface RecorderOptions {
  client: Client
  log: Log
  clock: Clock
}

/** How many different happenings are remembered for counting repeats. */
const most = 1024
/** Repeats within this time are one Event with a count. */
const sameMs = 10 * 60_000
/** Per object and component: so many at once, then one more every so often. */
const burst = 25
const refillMs = 5 * 60_000
/** So many different messages of one reason about one object are told apart, then they become one Event. */
const similar = 10
const tries = 4

interface Kept {
  happening: Happening
  count: number
  first: string
  last: string
  at: number
  /** The Event that stands for it, once written. */
  name?: string
  written: number
  failures: number
}

/**
 * Repeats raise the count of one Event, many similar messages become one "(combined from similar events)", and an object
 * that will not stop is cut to a trickle: the same three rules as client-go's correlator. Memory is bounded; an Event
 * that cannot be written after a few tries is logged and let go.
 */
export function recorder({ client, log, clock }: RecorderOptions): Recorder {
  const kept = new Map<string, Kept>()
  const groups = new Map<string, { messages: Set<string>; at: number }>()
  const budgets = new Map<string, { left: number; at: number }>()

  const queue = workQueue({
    workers: 2,
    clock,
    backoff: { first: 50, most: 5000 },
    run: (key) => write(kept.get(key)),
    failed(key, error) {
      const one = kept.get(key)
      if (!one || ++one.failures < tries) return
      const { about, reason } = one.happening
      log.warn('event not written', { reason, about: about.metadata.name, namespace: about.metadata.namespace, error })
      kept.delete(key)
    },
  })

  async function write(one: Kept | undefined) {
    if (!one || one.written === one.count) return
    const count = one.count
    const namespace = one.happening.about.metadata.namespace ?? 'default'
    if (one.name) {
      const patch = { count, lastTimestamp: one.last, message: shortened(one.happening.message) }
      try {
        await client.patch(event, { namespace, name: one.name }, patch)
        one.written = count
        return
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error // it was cleaned up meanwhile: a new one follows
      }
    }
    try {
      const made = await client.create(event, eventFrom(one, clock.now()))
      one.name = made.metadata.name
      one.written = count
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) throw error // the name is a time: the next try has another
      if (!(error instanceof StatusError) || error.code >= 500 || error.code === 429) throw error
      one.written = count // refused for good: the namespace is going or the object is odd
      if (error.code !== 403 && error.code !== 404) log.warn('event refused', { error })
    }
  }

  function spend(happening: Happening, now: number): boolean {
    const key = `${happening.component}/${happening.about.metadata.uid}`
    const before = budgets.get(key) ?? { left: burst, at: now }
    const left = Math.min(burst, before.left + (now - before.at) / refillMs)
    remember(budgets, key, { left: left < 1 ? left : left - 1, at: now })
    return left >= 1
  }

  /** The happening itself or, when its group has grown too colourful, one message for the group. */
  function combined(happening: Happening, now: number): Happening {
    const { about, type, reason, message, component } = happening
    const key = JSON.stringify([component, about.metadata.uid, type, reason])
    let group = groups.get(key)
    if (!group || now - group.at > sameMs) group = { messages: new Set(), at: now }
    group.at = now
    if (group.messages.size < similar) group.messages.add(message)
    remember(groups, key, group)
    return group.messages.has(message)
      ? happening
      : { ...happening, message: `(combined from similar events): ${message}` }
  }

  return {
    record(given) {
      const now = clock.now()
      const happening = combined(given, now.getTime())
      const isCombined = happening !== given
      const { about, type, reason, message, component, fieldPath } = happening
      if (!spend(happening, now.getTime())) return
      const key = JSON.stringify([component, about.metadata.uid, fieldPath, type, reason, isCombined || message])
      const time = `${now.toISOString().slice(0, 19)}Z`
      const before = kept.get(key)
      if (before && now.getTime() - before.at <= sameMs) {
        Object.assign(before, { happening, count: before.count + 1, last: time, at: now.getTime(), failures: 0 })
        remember(kept, key, before)
      } else
        remember(kept, key, {
          happening,
          count: 1,
          first: time,
          last: time,
          at: now.getTime(),
          written: 0,
          failures: 0,
        })
      queue.add(key)
    },
    get isIdle() {
      return queue.isIdle
    },
    idle: () => queue.idle(),
    close: () => queue.close(),
  }
}

/** Maps keep insertion order: the first entry is the one unused longest. */
function remember<T>(map: Map<string, T>, key: string, value: T) {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}

const shortened = (message: string) => (message.length > 1024 ? `${message.slice(0, 1021)}...` : message)

function eventFrom({ happening, count, first, last }: Kept, now: Date): Event {
  const { about, type, reason, message, component, fieldPath } = happening
  const { name, namespace, uid, resourceVersion } = about.metadata
  const unique = (BigInt(now.getTime()) * 1_000_000n + BigInt(Math.floor(Math.random() * 1_000_000))).toString(16)
  return {
    metadata: { name: `${name.slice(0, 230)}.${unique}`, namespace: namespace ?? 'default' },
    involvedObject: {
      kind: about.kind,
      apiVersion: about.apiVersion,
      name,
      uid,
      ...(namespace && { namespace }),
      ...(resourceVersion && { resourceVersion }),
      ...(fieldPath && { fieldPath }),
    },
    reason,
    message: shortened(message),
    type,
    count,
    firstTimestamp: first,
    lastTimestamp: last,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
  } as Event
}
