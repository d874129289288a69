import { jsonEqual } from '@sampan/kit/json-equal'
import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { finishPod } from './finish-pod.ts'
import { isPastDeadline, podActions } from './pod/actions.ts'
import { memberNamed, podTitle } from './pod/containers.ts'
import type { Ending, PodMemory, Verdict } from './pod/memory.ts'
import { mayStartAt, wantsRestart } from './pod/restart.ts'
import { deadlineExceeded, rejection } from './pod/status.ts'
import { emptyView, isRunning, type PodView } from './pod/view.ts'
import { podProbes } from './pod-probes.ts'
import { freshState } from './pod-state.ts'
import { carryOut, resize, type StepContext } from './pod-steps.ts'
import { factsOf, teller } from './start-container.ts'
import { statusWriter } from './status-writer.ts'
import { terminationMessage } from './termination-message.ts'
import { sourcesFor } from './volume-sources.ts'
import { MountError } from './volumes/payload.ts'
import { planVolumes } from './volumes/volumes.ts'

/** Brings one pod to what the API says and keeps it there. */
export interface PodWorker {
  readonly pod: Pod
  /** The agent has decided to end it. */
  readonly isEnding: boolean
  /** A newer state of the pod. */
  update(pod: Pod): void
  /** The pod is no longer in the API: everything of it goes. */
  gone(): void
  /** The runtime has something new. */
  poke(): void
  /** What its volumes show has changed. */
  refreshVolumes(): void
  /** One of its containers is being ended for what it did: told as an event and in its status. */
  ends(id: string, name: string, why: Verdict): void
  /** Ends the pod for good, as eviction does. */
  end(why: Ending): void
  /** Lets go without touching what runs. */
  close(): Promise<void>
}

/** After a step failed that has no back-off of its own. */
const retryMs = 1000
/** A pod removed by force gets this long to end. */
const forcedGraceMs = 1000

/**
 * One pass at a time looks at the pod and begins steps; each step that ends asks for another pass. `done` is called when
 * the pod has left the node.
 */
export function podWorker(context: NodeContext, first: Pod, done: () => void): PodWorker {
  const { clock, view: runtime, settings } = context
  const uid = first.metadata.uid!
  const log = context.log.with({ pod: podTitle(first) })
  const now = () => clock.now().getTime()
  const aborter = new AbortController()
  const state = freshState()
  const operations = new Map<string, Promise<void>>()
  const writer = statusWriter(context, first, { changed: poke, gone: () => gone() })
  const probes = podProbes(context, { tell: (name) => teller(context, current(), name), changed: poke })
  /** When a pod that left the API must have ended. */
  let goneAt: number | undefined
  let isAdmitted = Boolean(first.status?.startTime)
  let isAdopted = false
  let isFinished = false
  let isDeadlineTold = false
  let isClosed = false
  /** The view could not be read after a step: nothing may be decided from it. */
  let isStale = false
  let isDirty = false
  let pass: Promise<void> | undefined
  let timer: { at: number; cancel: () => void } | undefined
  let cancelRefresh: (() => void) | undefined
  /** Counts what volumes were told to show anew, and which of it they have been read for. */
  const volumesTold = { wanted: 0, read: 0 }

  const steps: StepContext = {
    context,
    uid,
    state,
    signal: aborter.signal,
    viewNow,
    again,
    operate,
    planned,
    finish,
  }

  /** What the API says; a pod that is gone is one being deleted at once. */
  function current(): Pod {
    const { pod } = writer
    if (goneAt === undefined) return pod
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date(goneAt).toISOString() } }
  }

  function viewNow(): PodView {
    return runtime.of(uid) ?? emptyView({ uid, name: first.metadata.name, namespace: first.metadata.namespace ?? '' })
  }

  function memory(): PodMemory {
    const running = viewNow().containers.filter(isRunning)
    const hooking = new Set(running.filter(({ name }) => state.starting.has(name)).map(({ id }) => id))
    return { ...state, probes: new Map(probes.states(hooking)) }
  }

  function poke() {
    isDirty = true
    if (isClosed || pass) return
    pass = (async () => {
      while (isDirty && !isClosed) {
        isDirty = false
        await onePass().catch((error: unknown) => {
          log.error('a pod could not be looked at', { error })
          again(now() + retryMs)
        })
      }
      pass = undefined
    })()
  }

  function again(at: number) {
    if (isClosed || (timer && timer.at <= at)) return
    timer?.cancel()
    const cancel = clock.after(at - now(), () => {
      timer = undefined
      poke()
    })
    timer = { at, cancel }
  }

  async function onePass(): Promise<void> {
    if (isStale) await seeing(() => runtime.refresh(uid))
    if (isStale) return
    admit()
    await noteExits()
    const pod = current()
    const view = viewNow()
    const mustStop = Boolean(pod.metadata.deletionTimestamp || state.ended)
    tellDeadline(pod)
    if (mustStop) for (const abort of state.aborts.values()) abort.abort(new Error('the pod is being stopped'))
    probes.follow(pod, view, { isEnding: mustStop })
    const actions = podActions({ pod, view, memory: memory(), now: now() })
    isFinished = Boolean(state.freed) || actions.some((action) => action.do === 'finish')
    // The last status is on its way before anything of the pod is removed: `finish` waits for it.
    if (goneAt === undefined) tellStatus(view)
    for (const action of actions) carryOut(steps, action, pod, view)
    if (mustStop || isFinished) return
    resize(steps, pod, view)
    if (view.sandboxes[0]?.isReady && !state.volumes && !isAdopted && view.containers.some(isRunning)) {
      // Found running: from now on its volumes are ours to keep up to date.
      isAdopted = true
      volumesTold.wanted++
    }
    if (volumesTold.read < volumesTold.wanted && (state.volumes || isAdopted)) showVolumes()
  }

  async function noteExits() {
    for (const one of viewNow().containers) {
      if (one.state !== 'exited' || state.messages.has(one.id)) continue
      state.messages.set(one.id, await terminationMessage(settings, uid, one))
      const member = memberNamed(current(), one.name)
      const mustWait = member && wantsRestart(current(), member.kind, one) && mayStartAt(one) > now()
      if (mustWait && !current().metadata.deletionTimestamp)
        teller(context, current(), one.name)(
          'Warning',
          'BackOff',
          `Back-off restarting failed container ${one.name} in pod ${podTitle(first)}`,
        )
    }
  }

  function tellStatus(view: PodView) {
    writer.write({ view, memory: memory(), terminationMessages: state.messages, isFinished })
  }

  function tellDeadline(pod: Pod) {
    if (isDeadlineTold || isTerminal(pod) || !isPastDeadline(pod, now())) return
    isDeadlineTold = true
    teller(context, pod)('Normal', deadlineExceeded.reason, deadlineExceeded.message)
  }

  function admit() {
    const pod = current()
    if (isAdmitted || goneAt !== undefined || pod.metadata.deletionTimestamp || viewNow().sandboxes.length > 0) return
    isAdmitted = true
    const refusal = context.admit(pod)
    if (!refusal) return
    state.ended = { ...refusal, message: `${rejection}${refusal.message}`, isRejected: true }
    teller(context, pod)('Warning', refusal.reason, refusal.message)
  }

  async function planned(pod: Pod) {
    volumesTold.read = volumesTold.wanted
    const facts = factsOf(context, pod, viewNow().sandboxes[0])
    const plan = await planVolumes(pod, settings.folders, sourcesFor(context, pod, facts, aborter.signal))
    const { refreshAt } = plan
    cancelRefresh?.()
    if (refreshAt !== undefined && !isClosed)
      cancelRefresh = clock.after(Math.max(1000, refreshAt - now()), refreshVolumes)
    return plan
  }

  function refreshVolumes() {
    for (const [name, { reason }] of state.failures)
      if (reason === 'CreateContainerConfigError' || reason === 'ContainerCreating') state.failures.delete(name)
    if (state.failure?.reason === 'FailedMount') state.failure = undefined
    volumesTold.wanted++
    poke()
  }

  /** What changes meanwhile asks for another turn: the pass after this one sees that. */
  function showVolumes() {
    operate('volumes', async () => {
      try {
        state.volumes = await (await planned(current())).make()
      } catch (error) {
        if (!(error instanceof MountError)) {
          volumesTold.wanted++
          throw error
        }
        teller(context, current())('Warning', 'FailedMount', error.message)
      }
    })
  }

  async function finish(): Promise<void> {
    const pod = current()
    const isLeaving = Boolean(pod.metadata.deletionTimestamp)
    if (goneAt === undefined) await writer.flush()
    probes.close()
    await finishPod(context, pod, viewNow(), { isLeaving, isGone: goneAt !== undefined })
    state.volumes = undefined
    state.freed = true
    if (!isLeaving) return
    runtime.forget(uid)
    isClosed = true
    stopTimers()
    done()
  }

  function operate(key: string, work: () => Promise<void>, then: { look?(): Promise<void>; after?(): void } = {}) {
    if (operations.has(key)) return
    const running = (async () => {
      const hasFailed = await work().then(
        () => false,
        (error: unknown) => {
          if (!isClosed) log.warn('a step failed and will be tried again', { step: key, error })
          return true
        },
      )
      if (!isClosed && then.look) await seeing(then.look)
      then.after?.()
      operations.delete(key)
      if (hasFailed) again(now() + retryMs)
      else if (key !== 'finish') poke()
    })()
    operations.set(key, running)
  }

  /** What cannot be read must not be acted on. */
  async function seeing(look: () => Promise<void>): Promise<void> {
    try {
      await look()
      isStale = false
    } catch (error) {
      isStale = true
      log.warn('the container runtime does not answer', { error })
      again(now() + retryMs)
    }
  }

  function gone() {
    if (goneAt !== undefined) return
    goneAt = now() + forcedGraceMs
    poke()
  }

  function stopTimers() {
    timer?.cancel()
    cancelRefresh?.()
    probes.close()
  }

  poke()
  return {
    get pod() {
      return writer.pod
    },
    get isEnding() {
      return state.ended !== undefined
    },
    update(pod) {
      const { labels, annotations } = writer.pod.metadata
      writer.update(pod)
      const isShown = !jsonEqual([labels, annotations], [pod.metadata.labels, pod.metadata.annotations])
      if (isShown) refreshVolumes()
      else poke()
    },
    gone,
    poke,
    refreshVolumes,
    ends(id, name, why) {
      state.killed.set(id, why)
      teller(context, current(), name)('Warning', why.reason, why.message)
    },
    end(why) {
      state.ended ??= why
      poke()
    },
    async close() {
      isClosed = true
      stopTimers()
      aborter.abort(new Error('the agent stops'))
      await Promise.allSettled([...operations.values(), pass, writer.close()])
    },
  }
}
