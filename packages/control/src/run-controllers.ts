import { type Caches, caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { type Clock, systemClock } from '@sampan/kit/clock'
import { type Log, silent } from '@sampan/kit/log'
import { workQueue } from '@sampan/kit/work-queue'
import { apiVersionOf, type Definition } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import type { KubeObject, Ref } from '@sampan/resources/meta'
import { carryOut, type Hands, isNamespaceGoing } from './carry-out.ts'
import type { Around, Controller, Part, Running, Snapshot } from './controller.ts'
import { type Recorder, recorder } from './events.ts'
import { type Metrics, noMetrics } from './metrics.ts'
import { Terminal } from './plan.ts'
import { kindsOf, snapshotFor } from './snapshot.ts'

export interface RunOptions {
  client: Client
  controllers: readonly (Controller | Part)[]
  /** Shared with other parts of the process; else own ones are opened and closed. */
  caches?: Caches
  /** Shared likewise. */
  events?: Recorder
  log?: Log
  clock?: Clock
  /** Ends everything, like `close`. */
  signal?: AbortSignal
  metrics?: Metrics
  /** Every object is looked at again at least this often; default 10 min. */
  resyncMs?: number
}

const backoff = { first: 5, most: 5 * 60_000 }

/**
 * Runs controllers: watch → keys → queue → reconcile → carry out → retry. Idle means that no controller has anything to
 * do and no event is being written.
 */
export function runControllers(options: RunOptions): Running {
  const { client, controllers, log = silent, clock = systemClock, signal, metrics = noMetrics } = options
  const caches = options.caches ?? openCaches({ client, log, clock })
  const events = options.events ?? recorder({ client, log, clock })
  const running = controllers.map((one) => {
    const around = { client, caches, events, clock, metrics, log: log.with({ controller: one.name }) }
    return 'start' in one ? one.start(around) : runOne(one, around, options.resyncMs ?? 10 * 60_000)
  })
  let closing: Promise<void> | undefined

  const close = () => {
    closing ??= (async () => {
      signal?.removeEventListener('abort', close)
      await Promise.all(running.map((one) => one.close()))
      if (!options.events) await events.close()
      if (!options.caches) await caches.close()
    })()
    return closing
  }
  signal?.addEventListener('abort', close)

  const synced = Promise.all(running.map((one) => one.synced)).then(() => undefined)
  synced.catch(() => undefined) // whoever waits hears of it; nobody has to wait

  const isIdle = () => running.every((one) => one.isIdle) && events.isIdle
  return {
    synced,
    get isIdle() {
      return isIdle()
    },
    async idle() {
      for (let calm = 0; calm < 3; ) {
        await Promise.all([...running.map((one) => one.idle()), events.idle()])
        await new Promise((resolve) => setImmediate(resolve)) // changes still on their way to the caches
        calm = isIdle() ? calm + 1 : 0
      }
    },
    close,
  }
}

function runOne(
  controller: Controller,
  { client, caches, events, log, clock, metrics }: Around,
  resyncMs: number,
): Running {
  const snapshot = snapshotFor(controller, caches, clock)
  const own = caches.of(controller.kind)
  const labels = { controller: controller.name }
  const stops: (() => void)[] = []
  let closed = false

  const handsFor = (key: string): Hands => ({
    client,
    caches,
    events,
    name: controller.name,
    component: controller.component ?? `${controller.name}-controller`,
    again: (afterMs) => queue.addAfter(key, afterMs),
  })

  async function run(key: string) {
    const started = performance.now()
    let result = 'ok'
    try {
      const at = refFrom(key)
      const object = own.get(at)
      const plan = object
        ? await controller.reconcile(object, snapshot)
        : ((await controller.gone?.(at, snapshot)) ?? [])
      await carryOut(plan, handsFor(key))
    } catch (error) {
      result = 'retried'
      if (error instanceof Terminal) {
        result = 'stopped'
        log.warn('cannot go on until the object changes', { key, error })
        const about = own.get(refFrom(key))
        if (about) await carryOut([terminalEvent(about, error)], handsFor(key))
      } else if (isNamespaceGoing(error)) result = 'stopped'
      else throw error
    } finally {
      metrics.add('sampan_control_runs_total', { ...labels, result })
      metrics.observe('sampan_control_run_seconds', labels, (performance.now() - started) / 1000)
      metrics.set('sampan_control_queue_depth', labels, queue.depth)
    }
  }

  const queue = workQueue({
    workers: controller.workers ?? 4,
    clock,
    backoff,
    run,
    failed(key, error, failures, waitMs) {
      // Somebody else wrote first: the way of the world, and the next try sees it.
      if (failures <= 3 && (isReason(error, 'Conflict') || isReason(error, 'NotFound'))) return
      log.warn('failed, trying again', { key, failures, waitMs: Math.round(waitMs), error })
    },
  })

  const add = (ref: Ref) => queue.add(keyOf(ref))
  const addAll = () => {
    for (const { metadata } of own.list()) add(metadata)
  }

  async function start() {
    await Promise.all([...kindsOf(controller)].map((kind) => caches.of(kind).synced))
    if (closed) return
    stops.push(own.listen(({ object }) => add(object.metadata)))
    for (const { kind, to } of controller.watches ?? []) {
      const concerned =
        to === 'owner' ? ownersOf(controller.kind) : (to as (object: KubeObject, at: Snapshot) => readonly Ref[])
      const wake = (object: KubeObject) => {
        for (const ref of concerned(object, snapshot)) add(ref)
      }
      stops.push(
        caches.of(kind).listen((change) => {
          if (change.type === 'put' && change.before) wake(change.before)
          wake(change.object)
        }),
      )
    }
    addAll()
    resync()
  }

  function resync() {
    stops.push(
      clock.after(resyncMs * (0.9 + Math.random() * 0.2), () => {
        if (closed) return
        addAll()
        stops.pop()
        resync()
      }),
    )
  }

  return {
    synced: start(),
    get isIdle() {
      return queue.isIdle
    },
    idle: () => queue.idle(),
    close() {
      closed = true
      for (const stop of stops) stop()
      return queue.close()
    },
  }
}

/** Which objects of `kind` own an object as its controller: one or none. */
const ownersOf =
  (kind: Definition) =>
  ({ metadata }: KubeObject): readonly Ref[] => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller)
    if (!owner || owner.kind !== kind.kind || owner.apiVersion.split('/')[0] !== apiVersionOf(kind).split('/')[0])
      return []
    return [kind.scope === 'Namespaced' ? { namespace: metadata.namespace, name: owner.name } : { name: owner.name }]
  }

const terminalEvent = (about: KubeObject, { message }: Terminal) =>
  ({ op: 'event', about, type: 'Warning', reason: 'ReconcileFailed', message }) as const

const keyOf = ({ namespace = '', name }: Ref) => `${namespace}/${name}`

function refFrom(key: string): Ref {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  return slash === 0 ? { name } : { namespace: key.slice(0, slash), name }
}
