import { type Caches, caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { type Recorder, recorder } from '@sampan/control/events'
import { type Metrics, noMetrics } from '@sampan/control/metrics'
import { type Clock, systemClock } from '@sampan/kit/clock'
import { jsonEqual } from '@sampan/kit/json-equal'
import { type Log, silent } from '@sampan/kit/log'
import { conditionOf, withCondition } from '@sampan/resources/conditions'
import type { Node } from '@sampan/resources/core/node'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { pathOf } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import { clusterView } from './cluster-view.ts'
import { preempt, priorityOf } from './preempt.ts'
import { schedule } from './schedule.ts'
import { claimNames, selectedNode, waitingClaims } from './volumes.ts'
import { waitingPods } from './waiting-pods.ts'

export interface SchedulerOptions {
  client: Client
  /** Shared with other parts of the process; else own ones are opened and closed. */
  caches?: Caches
  events?: Recorder
  log?: Log
  clock?: Clock
  metrics?: Metrics
  /** Which pods are ours, by `spec.schedulerName`; default `default-scheduler`. */
  name?: string
}

export interface Scheduler {
  /** Resolves when it sees everything and works. */
  synced: Promise<void>
  /** Resolves when every pod has had its turn. For tests. */
  idle(): Promise<void>
  close(): Promise<void>
}

const gated = 'Scheduling is blocked due to non-empty scheduling gates'

/** Gives pods nodes: every change that matters wakes it, decisions are pure, one after the other, and are bound at once. */
export function runScheduler(options: SchedulerOptions): Scheduler {
  const { client, log = silent, clock = systemClock, metrics = noMetrics, name = 'default-scheduler' } = options
  const caches = options.caches ?? openCaches({ client, log, clock })
  const events = options.events ?? recorder({ client, log, clock })
  const view = clusterView(caches)
  const pending = new Set<Promise<void>>()
  const stops: (() => void)[] = []
  let closed = false
  let isPumping = false

  const waiting = waitingPods(clock, () => {
    if (isPumping || closed) return
    isPumping = true
    queueMicrotask(pump)
  })

  function pump() {
    const until = performance.now() + 10
    for (let key = waiting.take(); key !== undefined; key = waiting.take()) {
      if (closed) return
      const one = view.pods.get(refFrom(key))
      if (one && isWaiting(one)) decide(key, one)
      if (performance.now() > until) {
        setImmediate(pump) // a long queue must not keep the process from everything else
        return
      }
    }
    isPumping = false
  }

  const isOurs = ({ spec }: Pod) => (spec.schedulerName ?? 'default-scheduler') === name
  const isWaiting = (one: Pod) =>
    isOurs(one) &&
    !one.spec.nodeName &&
    !one.metadata.deletionTimestamp &&
    !isTerminal(one) &&
    !view.isAssumed(one.metadata.uid)

  function decide(key: string, one: Pod) {
    const started = performance.now()
    const cluster = view.clusterFor(one)
    const decision = schedule(one, cluster)
    const seconds = (performance.now() - started) / 1000
    metrics.observe('sampan_scheduler_decision_seconds', {}, seconds)
    if ('node' in decision) {
      metrics.add('sampan_scheduler_decisions_total', { result: 'scheduled' })
      const claims = waitingClaims(one, cluster.volumes)
      if (claims.length === 0) {
        view.assume(one, decision.node)
        waiting.drop(key)
        track(bind(key, one, decision.node))
      } else {
        waiting.park(key, priorityOf(one))
        track(chooseFor(claims, decision.node))
      }
      return
    }
    metrics.add('sampan_scheduler_decisions_total', { result: 'unschedulable' })
    waiting.park(key, priorityOf(one))
    const isMakingRoom = cluster.nodes.some(
      ({ node, pods }) =>
        node.metadata.name === one.status?.nominatedNodeName &&
        pods.some((other) => other.metadata.deletionTimestamp && priorityOf(other) < priorityOf(one)),
    )
    if (isMakingRoom) return
    if (cluster.nodes.length === 0) return track(tell(one, 'Unschedulable', decision.message))
    const preemption = preempt(one, decision.refusals, cluster, view.budgets())
    if ('node' in preemption) {
      view.nominate(one, preemption.node)
      track(makeRoom(one, preemption.node, preemption.victims, decision.message))
    } else track(tell(one, 'Unschedulable', `${decision.message} preemption: ${preemption.message}`))
  }

  /** Background work; what fails is logged, never lost. */
  function track(work: Promise<void>) {
    const tracked: Promise<void> = work
      .catch((error) => {
        if (!closed && !isReason(error, 'Conflict') && !isReason(error, 'NotFound')) log.warn('scheduling', { error })
      })
      .finally(() => pending.delete(tracked))
    pending.add(tracked)
  }

  async function bind(key: string, one: Pod, nodeName: string) {
    const { namespace, name: podName, uid } = one.metadata
    try {
      await client.raw({
        method: 'POST',
        path: pathOf(pod, { namespace, name: podName, subresource: 'binding' }),
        headers: { 'content-type': 'application/json' },
        body: {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: podName, namespace, uid },
          target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
        },
      })
    } catch (error) {
      view.forget(uid)
      const current = view.pods.get(one.metadata)
      if (current && isWaiting(current)) {
        waiting.park(key, priorityOf(one))
        waiting.wake((other) => other === key)
      }
      throw error
    }
    const message = `Successfully assigned ${namespace}/${podName} to ${nodeName}`
    events.record({ about: one, type: 'Normal', reason: 'Scheduled', message, component: name })
  }

  /** The claims' volumes are made where the pod will be; their binding wakes the pod. */
  async function chooseFor(claims: ReturnType<typeof waitingClaims>, nodeName: string) {
    for (const { metadata } of claims)
      if (metadata.annotations?.[selectedNode] !== nodeName)
        await client.patch(persistentVolumeClaim, metadata, { metadata: { annotations: { [selectedNode]: nodeName } } })
  }

  async function makeRoom(one: Pod, nodeName: string, victims: readonly Pod[], message: string) {
    for (const victim of victims) {
      if (victim.metadata.deletionTimestamp) continue
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${name}: preempting to accommodate a higher priority pod`,
      }
      const conditions = withCondition(victim.status?.conditions, condition, clock.now())
      try {
        await client.updateStatus(pod, { ...victim, status: { ...victim.status, conditions } } as Pod)
        await client.remove(pod, victim.metadata, { uid: victim.metadata.uid })
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error // it went by itself: all the better
      }
      const said = `Preempted by pod ${one.metadata.uid} on node ${nodeName}`
      events.record({ about: victim, type: 'Normal', reason: 'Preempted', message: said, component: name })
    }
    await tell(one, 'Unschedulable', message, nodeName)
  }

  async function tell(one: Pod, reason: string, message: string, nominatedNodeName?: string) {
    if (reason === 'Unschedulable')
      events.record({ about: one, type: 'Warning', reason: 'FailedScheduling', message, component: name })
    const before = conditionOf(one, 'PodScheduled')
    const isSaid = before?.status === 'False' && before.reason === reason && before.message === message
    if (isSaid && (!nominatedNodeName || one.status?.nominatedNodeName === nominatedNodeName)) return
    const condition = { type: 'PodScheduled', status: 'False', reason, message }
    const conditions = withCondition(one.status?.conditions, condition, clock.now())
    const status = { ...one.status, conditions, ...(nominatedNodeName && { nominatedNodeName }) }
    view.pods.wrote(await client.updateStatus(pod, { ...one, status } as Pod))
  }

  function seen(one: Pod, before?: Pod) {
    if (one.spec.nodeName || isTerminal(one)) {
      waiting.drop(keyOf(one))
      wakeFor(one, before)
    } else if (isWaiting(one)) {
      if ((one.spec.schedulingGates?.length ?? 0) > 0) track(tell(one, 'SchedulingGated', gated))
      else if (!before || isAnother(one, before)) waiting.add(keyOf(one), priorityOf(one))
    } else waiting.drop(keyOf(one))
  }

  /** A pod that ends or moves away makes room; a new one or new labels may be what an affinity waits for. */
  function wakeFor(one: Pod, before?: Pod) {
    if (isTerminal(one) && !(before && isTerminal(before))) waiting.wake()
    else if (!before?.spec.nodeName || !jsonEqual(one.metadata.labels, before.metadata.labels))
      waiting.wake((key) => view.pods.get(refFrom(key))?.spec.affinity?.podAffinity !== undefined)
    if (before && !jsonEqual(one.metadata.labels, before.metadata.labels)) waiting.wake()
  }

  async function start() {
    await view.synced
    if (closed) return
    stops.push(
      view.pods.listen((change) => {
        if (change.type === 'put') return seen(change.object, change.before)
        waiting.drop(keyOf(change.object))
        if (change.object.spec.nodeName) waiting.wake()
      }),
      view.nodes.listen((change) => {
        if (change.type === 'put' && (!change.before || offersMore(change.object, change.before))) waiting.wake()
      }),
      ...view.others.map((cache) =>
        cache.listen(() => waiting.wake((key) => claimNames(view.pods.get(refFrom(key)) ?? nobody).length > 0)),
      ),
    )
    for (const one of view.pods.list()) seen(one)
  }

  const synced = start()
  synced.catch((error) => {
    if (!closed) log.error('scheduler did not start', { error })
  })
  return {
    synced,
    async idle() {
      for (let calm = 0; calm < 3; ) {
        await Promise.all([...pending, events.idle()])
        await new Promise((resolve) => setImmediate(resolve))
        calm = pending.size === 0 && !isPumping ? calm + 1 : 0
      }
    },
    async close() {
      closed = true
      for (const stop of stops) stop()
      view.close()
      waiting.close()
      await Promise.all(pending)
      if (!options.events) await events.close()
      if (!options.caches) await caches.close()
    },
  }
}

const nobody = { metadata: { name: '' }, spec: { containers: [] } } as unknown as Pod

/** Anything but a status: then a decision may come out differently. */
const isAnother = (one: Pod, before: Pod) =>
  one.metadata.uid !== before.metadata.uid ||
  !jsonEqual(one.spec, before.spec) ||
  !jsonEqual(one.metadata.labels, before.metadata.labels)

/** Heartbeats and counts of images change nothing for the scheduler. */
const offersMore = (one: Node, before: Node) =>
  !jsonEqual(one.spec, before.spec) ||
  !jsonEqual(one.metadata.labels, before.metadata.labels) ||
  !jsonEqual(one.status?.allocatable, before.status?.allocatable)

const keyOf = ({ metadata }: Pod) => `${metadata.namespace}/${metadata.name}`

function refFrom(key: string) {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
