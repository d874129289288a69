import { waitAfter } from '@sampan/kit/backoff'
import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { CriError } from './cri/client.ts'
import { finishPod } from './finish-pod.ts'
import { HookFailed } from './hooks.ts'
import { ImageError } from './images.ts'
import { removeLog } from './logs/rotate.ts'
import { makeSandbox } from './make-sandbox.ts'
import { type Action, podActions } from './pod/actions.ts'
import { ConfigError } from './pod/config-error.ts'
import { memberNamed, podTitle } from './pod/containers.ts'
import type { Ending, Failure, PodMemory, ProbeState } from './pod/memory.ts'
import { type Resources, resizesOf } from './pod/resize.ts'
import { emptyView, isRunning, type PodView } from './pod/view.ts'
import { podProbes } from './pod-probes.ts'
import { resizePod } from './resize-pod.ts'
import { factsOf, startContainer, teller } from './start-container.ts'
import { statusWriter } from './status-writer.ts'
import { stopContainer } from './stop-container.ts'
import { terminationMessage } from './termination-message.ts'
import { sourcesFor } from './volume-sources.ts'
import { MountError } from './volumes/payload.ts'
import { type HostVolume, prepareVolumes } from './volumes/volumes.ts'

/** Brings one pod to what the API says and keeps it there. */
export interface PodWorker {
  readonly pod: Pod
  /** A newer state of the pod. */
  update(pod: Pod): void
  /** The pod is no longer in the API: everything of it goes. */
  gone(): void
  /** The runtime has something new. */
  poke(): void
  /** What its volumes show has changed. */
  refreshVolumes(): void
  /** Ends the pod for good, as eviction does. */
  end(why: Ending): void
  /** Lets go without touching what runs. */
  close(): Promise<void>
}

const pullBackoff = { first: 10_000, most: 300_000, jitter: 0 }
const configBackoff = { first: 1000, most: 60_000, jitter: 0 }
const podBackoff = { first: 500, most: 120_000, jitter: 0 }
const retryMs = 1000

export function podWorker(context: NodeContext, first: Pod, done: () => void): PodWorker {
  const { clock, view: runtime, settings } = context
  const uid = first.metadata.uid!
  const log = context.log.with({ pod: podTitle(first) })
  const now = () => clock.now().getTime()
  const aborter = new AbortController()
  const writer = statusWriter(context, first, { changed: poke, gone: () => gone() })

  const starting = new Set<string>()
  const stopping = new Map<string, number>()
  const failures = new Map<string, Failure>()
  const failureCounts = new Map<string, number>()
  const messages = new Map<string, string>()
  const actuated = new Map<string, Resources>()
  const operations = new Map<string, Promise<void>>()
  const aborts = new Map<string, AbortController>()
  let volumes: ReadonlyMap<string, HostVolume> | undefined
  let sandbox: PodMemory['sandbox']
  let failure: Failure | undefined
  let ended: Ending | undefined
  let goneAt: number | undefined
  let isFinished = false
  let freed = false
  let resizing = false
  let resizePending: PodMemory['resizePending']
  let isClosed = false
  let isAdmitted = Boolean(first.status?.startTime)
  let isStale = false
  let pass: Promise<void> | undefined
  let isDirty = false
  let timer: { at: number; cancel: () => void } | undefined
  const probes = podProbes(context, { tell: (name) => teller(context, current(), name), changed: poke })

  /** What the API says; a pod that is gone is one being deleted at once. */
  function current(): Pod {
    const { pod } = writer
    if (goneAt === undefined) return pod
    const deletionTimestamp = new Date(goneAt).toISOString()
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp } }
  }

  const viewNow = (): PodView =>
    runtime.of(uid) ?? emptyView({ uid, name: first.metadata.name, namespace: first.metadata.namespace ?? '' })

  function memory(): PodMemory {
    const states = new Map<string, ProbeState>(probes.states(hooking()))
    return {
      starting,
      stopping,
      sandbox,
      failures,
      failure,
      probes: states,
      actuated,
      resizing,
      resizePending,
      freed,
      ended,
    }
  }

  /** Ids of containers whose postStart hook still runs. */
  const hooking = () =>
    new Set(
      viewNow()
        .containers.filter((one) => isRunning(one) && starting.has(one.name))
        .map(({ id }) => id),
    )

  function poke() {
    isDirty = true
    if (isClosed || pass) return
    pass = (async () => {
      while (isDirty && !isClosed) {
        isDirty = false
        await onePass().catch((error: unknown) => {
          log.error('pod pass failed', { error })
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
    const pod = current()
    if (!isAdmitted && goneAt === undefined && !pod.metadata.deletionTimestamp && viewNow().sandboxes.length === 0) {
      ended = context.admit(pod)
      isAdmitted = true
      if (ended) teller(context, pod)('Warning', ended.reason, ended.message)
    }
    const view = viewNow()
    await noteExits(view)
    const isDeleted = Boolean(pod.metadata.deletionTimestamp)
    probes.follow(pod, view, { isEnding: isDeleted })
    const actions = podActions({ pod, view, memory: memory(), now: now() })
    isFinished = freed || actions.some((action) => action.do === 'finish')
    const mustStop = isDeleted || ended !== undefined
    if (mustStop) for (const abort of aborts.values()) abort.abort(new Error('the pod is being stopped'))
    for (const action of actions) carryOut(action, pod, view)
    if (!mustStop && !isFinished) resize(pod, view)
    if (goneAt === undefined) writer.write({ view, memory: memory(), terminationMessages: messages, isFinished })
  }

  /** Limits changed while containers run. What they were given before us is what the API was told. */
  function resize(pod: Pod, view: PodView) {
    const told = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
    for (const { id, state } of view.containers) {
      if (state !== 'running' || actuated.has(id)) continue
      const before = told.find(({ containerID }) => containerID === `containerd://${id}`)?.resources
      if (before) actuated.set(id, before)
    }
    const resizes = resizesOf(pod, view, actuated)
    resizePending = resizes.length > 0 && !resizing ? context.refusesResize(pod) : undefined
    if (resizes.length === 0 || resizePending || resizing) return
    resizing = true
    operate('resize', () => resizePod(context, pod, view, resizes, actuated), {
      look: () => runtime.refresh(uid),
      after() {
        resizing = false
      },
    })
  }

  async function noteExits(view: PodView): Promise<void> {
    for (const one of view.containers) {
      if (one.state !== 'exited' || messages.has(one.id)) continue
      messages.set(one.id, await terminationMessage(settings, uid, one))
    }
  }

  function carryOut(action: Action, pod: Pod, view: PodView): void {
    if (action.do === 'again') again(action.at)
    else if (action.do === 'create-sandbox') createSandbox(pod, view, action.attempt)
    else if (action.do === 'stop-sandbox') stopSandbox(action.id)
    else if (action.do === 'remove-container') removeContainer(action.id, action.logPath)
    else if (action.do === 'remove-sandbox') removeSandbox(action.id)
    else if (action.do === 'start') start(pod, view, action)
    else if (action.do === 'stop') stop(pod, view, action)
    else operate('finish', finish)
  }

  function createSandbox(pod: Pod, view: PodView, attempt: number) {
    sandbox = 'creating'
    let id: string | undefined
    const work = async () => {
      try {
        volumes = await prepared(pod, view)
        id = await makeSandbox(context, pod, view, attempt)
        succeeded('')
        failure = undefined
      } catch (error) {
        failure = sandboxFailure(pod, error)
      }
    }
    operate('sandbox', work, {
      look: () => (id ? runtime.lookAtSandbox(uid, id) : runtime.refresh(uid)),
      after() {
        sandbox = undefined
      },
    })
  }

  function stopSandbox(podSandboxId: string) {
    sandbox = 'stopping'
    const work = async () => {
      await context.cri.call('StopPodSandbox', { podSandboxId })
    }
    operate('sandbox', work, {
      look: () => runtime.lookAtSandbox(uid, podSandboxId),
      after() {
        sandbox = undefined
      },
    })
  }

  function removeContainer(containerId: string, logPath: string) {
    const work = async () => {
      await context.cri.call('RemoveContainer', { containerId })
      await removeLog(logPath)
    }
    operate(`remove ${containerId}`, work, { look: () => runtime.lookAtContainer(uid, containerId) })
  }

  function removeSandbox(podSandboxId: string) {
    const work = async () => {
      await context.cri.call('RemovePodSandbox', { podSandboxId })
    }
    operate(`remove ${podSandboxId}`, work, { look: () => runtime.lookAtSandbox(uid, podSandboxId) })
  }

  /** Told again with an earlier deadline, the runtime ends it sooner. */
  function stop(pod: Pod, view: PodView, { id, name, reason, deadline }: Action & { do: 'stop' }) {
    const isRepeat = stopping.has(id)
    stopping.set(id, deadline)
    operate(
      `stop ${id} ${deadline}`,
      () => stopContainer(context, pod, view, { id, name, reason, deadline, isRepeat }),
      { look: () => runtime.lookAtContainer(uid, id), after: () => stopping.delete(id) },
    )
  }

  async function prepared(pod: Pod, view: PodView): Promise<ReadonlyMap<string, HostVolume>> {
    const facts = factsOf(context, pod, view.sandboxes[0])
    const made = await prepareVolumes(pod, settings.folders, sourcesFor(context, pod, facts))
    if (made.refreshAt !== undefined) clockRefresh(made.refreshAt)
    return made.volumes
  }

  let cancelRefresh: (() => void) | undefined
  function clockRefresh(at: number) {
    cancelRefresh?.()
    cancelRefresh = clock.after(Math.max(1000, at - now()), refreshVolumes)
  }

  function refreshVolumes() {
    for (const [name, { reason }] of failures) if (reason === 'CreateContainerConfigError') failures.delete(name)
    if (failure?.reason === 'FailedMount') failure = undefined
    poke()
    if (!volumes || isFinished || goneAt !== undefined || operations.has('volumes')) return
    operate('volumes', async () => {
      volumes = await prepared(current(), viewNow())
    })
  }

  function start(pod: Pod, view: PodView, { name, attempt, crashes }: Action & { do: 'start' }) {
    const member = memberNamed(pod, name)
    const [sandboxView] = view.sandboxes
    if (!member || !sandboxView) return
    starting.add(name)
    const abort = new AbortController()
    aborts.set(name, abort)
    const signal = AbortSignal.any([abort.signal, aborter.signal])
    let id: string | undefined
    operate(
      `start ${name}`,
      async () => {
        try {
          volumes ??= await prepared(pod, view)
          await startContainer(
            context,
            { pod, member, view, sandbox: sandboxView, attempt, crashes, volumes, signal },
            (made) => {
              id = made
              runtime.claim(made, uid)
              actuated.set(made, member.container.resources ?? {})
            },
          )
          succeeded(name)
        } catch (error) {
          if (signal.aborted) return
          await startFailed(pod, name, error, id)
        }
      },
      {
        look: () => (id ? runtime.lookAtContainer(uid, id) : Promise.resolve()),
        after() {
          starting.delete(name)
          aborts.delete(name)
        },
      },
    )
  }

  function succeeded(name: string) {
    failures.delete(name)
    failureCounts.delete(name)
  }

  const count = (name: string) => {
    const next = (failureCounts.get(name) ?? 0) + 1
    failureCounts.set(name, next)
    return next
  }

  async function startFailed(pod: Pod, name: string, error: unknown, id: string | undefined): Promise<void> {
    const tell = teller(context, pod, name)
    const { message } = error as Error
    if (error instanceof HookFailed) {
      tell('Warning', 'FailedPostStartHook', 'PostStartHook failed')
      if (id)
        await stopContainer(context, pod, viewNow(), {
          id,
          name,
          reason: 'FailedPostStartHook',
          deadline: now() + graceOf(pod),
          isRepeat: true,
        })
      return
    }
    if (error instanceof ImageError) {
      const image = memberNamed(pod, name)?.container.image ?? ''
      const until = now() + (error.reason === 'ErrImagePull' ? waitAfter(count(name), pullBackoff) : 10_000)
      const back = `Back-off pulling image "${image}"`
      failures.set(name, {
        reason: error.reason,
        message,
        until,
        ...(error.reason === 'ErrImagePull' && {
          later: { reason: 'ImagePullBackOff', message: back, from: now() + 2000 },
        }),
      })
      if (error.reason === 'ErrImagePull') {
        tell('Normal', 'BackOff', back)
        tell('Warning', 'Failed', 'Error: ImagePullBackOff')
        again(now() + 2000)
      }
      return
    }
    const until = now() + waitAfter(count(name), configBackoff)
    if (error instanceof ConfigError || error instanceof MountError) {
      const reason = error instanceof ConfigError ? error.reason : 'CreateContainerConfigError'
      failures.set(name, { reason, message, until })
      tell('Warning', 'Failed', `Error: ${message}`)
    } else if (error instanceof CriError) {
      // A container that was made and would not start is an exit like any other: the restart policy decides.
      if (!id) failures.set(name, { reason: 'CreateContainerError', message, until })
      tell('Warning', 'Failed', `Error: ${message}`)
    } else throw error
  }

  const graceOf = (pod: Pod) => (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000

  function sandboxFailure(pod: Pod, error: unknown): Failure {
    const { message } = error as Error
    const until = now() + waitAfter(count(''), podBackoff)
    const tell = teller(context, pod)
    if (error instanceof MountError) {
      tell('Warning', 'FailedMount', message)
      return { reason: 'FailedMount', message, until }
    }
    if (!(error instanceof CriError)) log.error('making the sandbox failed', { error })
    tell('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`)
    return { reason: 'FailedCreatePodSandBox', message, until }
  }

  async function finish(): Promise<void> {
    const pod = current()
    const isLeaving = Boolean(pod.metadata.deletionTimestamp)
    if (goneAt === undefined) await writer.flush()
    probes.close()
    await finishPod(context, pod, viewNow(), { isLeaving, isGone: goneAt !== undefined })
    volumes = undefined
    freed = true
    if (!isLeaving) return
    runtime.forget(uid)
    isClosed = true
    stopTimers()
    done()
  }

  /** Works in the background; when it ends, `look` reads what it changed and the pod is looked at again. */
  function operate(
    key: string,
    work: () => Promise<void>,
    then: { look?(): Promise<void>; after?(): void } = {},
  ): void {
    if (operations.has(key)) return
    const running = (async () => {
      try {
        await work()
      } catch (error) {
        if (!isClosed) log.warn('a step failed and will be tried again', { step: key, error })
        again(now() + retryMs)
      }
      if (!isClosed && then.look) await seeing(then.look)
      then.after?.()
      operations.delete(key)
      if (key !== 'finish') poke()
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
    update(pod) {
      const before = writer.pod
      writer.update(pod)
      const isShown =
        before.metadata.labels !== pod.metadata.labels || before.metadata.annotations !== pod.metadata.annotations
      if (isShown && before !== pod) refreshVolumes()
      else poke()
    },
    gone,
    poke,
    refreshVolumes,
    end(why) {
      ended ??= why
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

/** A pod removed by force gets this long to end. */
const forcedGraceMs = 1000
