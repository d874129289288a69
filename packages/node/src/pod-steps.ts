import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { HookFailed } from './hooks.ts'
import { removeLog } from './logs/rotate.ts'
import { makeSandbox } from './make-sandbox.ts'
import type { Action } from './pod/actions.ts'
import { appMembers, initMembers, memberNamed } from './pod/containers.ts'
import { isPodResized, type Resize, resizesOf } from './pod/resize.ts'
import type { PodView } from './pod/view.ts'
import { forgetFailures, type PodState } from './pod-state.ts'
import { ResizeFailed, resizePod } from './resize-pod.ts'
import { startContainer, teller } from './start-container.ts'
import { sandboxFailure, startFailure, VolumesMissing } from './start-failures.ts'
import { stopContainer } from './stop-container.ts'
import { MountError } from './volumes/payload.ts'
import type { VolumePlan } from './volumes/volumes.ts'

/** What steps may ask of the worker that takes them. */
export interface StepContext {
  context: NodeContext
  uid: string
  state: PodState
  /** Aborted when the agent stops. */
  signal: AbortSignal
  viewNow(): PodView
  again(at: number): void
  /** Works in the background; when it ends, `look` reads what it changed, then `after` is called. */
  operate(key: string, work: () => Promise<void>, then?: { look?(): Promise<void>; after?(): void }): void
  /** Reads what the pod's volumes show. Throws MountError when something is missing. */
  planned(pod: Pod): Promise<VolumePlan>
  finish(): Promise<void>
}

/** Begins what was decided. Nothing here waits: the worker looks again when a step has ended. */
export function carryOut(step: StepContext, action: Action, pod: Pod, view: PodView): void {
  if (action.do === 'again') step.again(action.at)
  else if (action.do === 'create-sandbox') createSandbox(step, pod, view, action.attempt)
  else if (action.do === 'stop-sandbox') stopSandbox(step, action.id)
  else if (action.do === 'remove-container') removeContainer(step, action)
  else if (action.do === 'remove-sandbox') removeSandbox(step, action.id)
  else if (action.do === 'start') start(step, pod, view, action)
  else if (action.do === 'stop') stop(step, pod, view, action)
  else step.operate('finish', step.finish)
}

/** Volumes are written and the first image is looked up while the sandbox is being made. */
function createSandbox(step: StepContext, pod: Pod, view: PodView, attempt: number) {
  const { context, state, uid, operate } = step
  state.sandbox = 'creating'
  if (view.sandboxes.length > 0)
    teller(context, pod)('Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
  let id: string | undefined
  const work = async () => {
    try {
      const volumes = await step.planned(pod)
      const first = initMembers(pod)[0] ?? appMembers(pod)[0]
      if (first?.container.image) context.images.expect(first.container.image)
      const [made, mounted] = await Promise.allSettled([makeSandbox(context, pod, view, attempt), volumes.make()])
      if (made.status === 'fulfilled') id = made.value
      else throw made.reason
      if (pod.spec.resources) state.actuatedPod = pod.spec.resources
      if (mounted.status === 'fulfilled') state.volumes = mounted.value
      forgetFailures(state, '')
      state.failure = undefined
    } catch (error) {
      state.failure = sandboxFailure(context, state, pod, error)
    }
  }
  operate('sandbox', work, {
    look: () => (id ? context.view.lookAtSandbox(uid, id) : context.view.refresh(uid)),
    after() {
      state.sandbox = undefined
    },
  })
}

function stopSandbox({ context, state, uid, operate }: StepContext, podSandboxId: string) {
  state.sandbox = 'stopping'
  const work = async () => {
    await context.cri.call('StopPodSandbox', { podSandboxId })
  }
  operate('sandbox', work, {
    look: () => context.view.lookAtSandbox(uid, podSandboxId),
    after() {
      state.sandbox = undefined
    },
  })
}

function removeContainer({ context, uid, operate }: StepContext, { id, logPath }: { id: string; logPath: string }) {
  const work = async () => {
    await context.cri.call('RemoveContainer', { containerId: id })
    await removeLog(logPath)
  }
  operate(`remove ${id}`, work, { look: () => context.view.lookAtContainer(uid, id) })
}

function removeSandbox({ context, uid, operate }: StepContext, podSandboxId: string) {
  const work = async () => {
    await context.cri.call('RemovePodSandbox', { podSandboxId })
  }
  operate(`remove ${podSandboxId}`, work, { look: () => context.view.lookAtSandbox(uid, podSandboxId) })
}

/** Told again with an earlier deadline, the runtime ends it sooner. */
function stop(step: StepContext, pod: Pod, view: PodView, { id, name, reason, deadline }: Action & { do: 'stop' }) {
  const { context, state, uid, operate } = step
  const isRepeat = state.stopping.has(id)
  state.stopping.set(id, deadline)
  operate(`stop ${id} ${deadline}`, () => stopContainer(context, pod, view, { id, name, reason, deadline, isRepeat }), {
    look: () => context.view.lookAtContainer(uid, id),
    after: () => state.stopping.delete(id),
  })
}

function start(
  step: StepContext,
  pod: Pod,
  view: PodView,
  { name, attempt, crashes, round }: Action & { do: 'start' },
) {
  const { context, state, uid, operate } = step
  const member = memberNamed(pod, name)
  const [sandbox] = view.sandboxes
  if (!member || !sandbox) return
  state.starting.add(name)
  const abort = new AbortController()
  state.aborts.set(name, abort)
  const signal = AbortSignal.any([abort.signal, step.signal])
  let id: string | undefined
  const created = (made: string) => {
    id = made
    context.view.claim(made, uid)
    state.actuated.set(made, member.container.resources ?? {})
  }
  const work = async () => {
    try {
      const volumes = await mountedVolumes(step, pod)
      state.volumes = volumes
      await startContainer(context, { pod, member, view, sandbox, attempt, crashes, round, volumes, signal }, created)
      forgetFailures(state, name)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof HookFailed) await endAfterHook(step, pod, name, id)
      else noteFailure(step, pod, { name, isMade: id !== undefined, error })
    }
  }
  operate(`start ${name}`, work, {
    look: () => (id ? context.view.lookAtContainer(uid, id) : Promise.resolve()),
    after() {
      state.starting.delete(name)
      state.aborts.delete(name)
    },
  })
}

/** Throws VolumesMissing when they cannot be made now. */
async function mountedVolumes({ state, planned }: StepContext, pod: Pod) {
  if (state.volumes) return state.volumes
  try {
    return await (await planned(pod)).make()
  } catch (error) {
    if (error instanceof MountError) throw new VolumesMissing(error.message, { cause: error })
    throw error
  }
}

function noteFailure(
  { context, state, again }: StepContext,
  pod: Pod,
  what: { name: string; isMade: boolean; error: unknown },
) {
  const failure = startFailure(context, state, pod, what)
  if (failure) state.failures.set(what.name, failure)
  if (failure?.later) again(failure.later.from)
}

/** A container whose postStart hook failed must not live. */
async function endAfterHook({ context, viewNow }: StepContext, pod: Pod, name: string, id: string | undefined) {
  teller(context, pod, name)('Warning', 'FailedPostStartHook', 'PostStartHook failed')
  if (!id) return
  const deadline = context.clock.now().getTime() + (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
  await stopContainer(context, pod, viewNow(), { id, name, reason: 'FailedPostStartHook', deadline, isRepeat: false })
}

const resizeRetryMs = 5000

/** Limits that changed while containers run. What they were given before us is what the API was told. */
export function resize({ context, state, uid, operate, again }: StepContext, pod: Pod, view: PodView): void {
  const told = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  for (const one of view.containers) {
    if (one.state !== 'running' || state.actuated.has(one.id)) continue
    const before = told.find(({ containerID }) => containerID === `containerd://${one.id}`)?.resources
    if (before) state.actuated.set(one.id, before)
  }
  if (view.sandboxes[0]?.isReady) state.actuatedPod ??= pod.status?.resources
  const resizes: Resize[] = resizesOf(pod, view, state.actuated)
  if (state.resizing) return
  const isNeeded = resizes.length > 0 || isPodResized(pod, state.actuatedPod)
  state.resizePending = isNeeded ? context.refusesResize(pod) : undefined
  if (!isNeeded || state.resizePending) {
    state.resizeFailed = undefined
    return
  }
  const { generation } = pod.metadata
  const failed = state.resizeFailed?.generation === generation ? state.resizeFailed : undefined
  const now = context.clock.now().getTime()
  if (failed && failed.retryAt > now) {
    again(failed.retryAt)
    return
  }
  state.resizing = true
  const work = async () => {
    try {
      await resizePod(context, pod, view, resizes, state)
      state.resizeFailed = undefined
    } catch (error) {
      if (!(error instanceof ResizeFailed)) throw error
      const { message } = error
      if (failed?.message !== message) teller(context, pod)('Warning', 'ResizeError', message)
      state.resizeFailed = { message, generation, retryAt: now + resizeRetryMs }
    }
  }
  operate('resize', work, {
    look: () => context.view.refresh(uid),
    after() {
      state.resizing = false
    },
  })
}
