import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import { appMembers, ephemeralMembers, initMembers, type Member } from './containers.ts'
import { annotations } from './labels.ts'
import type { PodMemory } from './memory.ts'
import { crashesAfter, hashOf, mayStartAt, ruleFor, wantsRestart } from './restart.ts'
import { currentRound, thisRound, triggerOf } from './rounds.ts'
import { type ContainerView, isRunning, latest, type PodView, type SandboxView } from './view.ts'

export type Action =
  | { do: 'create-sandbox'; attempt: number }
  | { do: 'start'; name: string; attempt: number; crashes: number; round: number }
  /** Created but never started, by an agent that was killed in between. */
  | { do: 'remove-container'; id: string; logPath: string }
  | { do: 'remove-sandbox'; id: string }
  | { do: 'stop'; id: string; name: string; reason: string; deadline: number }
  | { do: 'stop-sandbox'; id: string }
  /** Nothing of the pod runs any more: free what it used; when it is being deleted, remove it from the API. */
  | { do: 'finish' }
  | { do: 'again'; at: number }

export interface Situation {
  pod: Pod
  view: PodView
  memory: PodMemory
  /** Milliseconds since 1970. */
  now: number
}

/** The next steps towards what the pod says. Asked again after each step; when all is as it should be, there is none. */
export function podActions(situation: Situation): Action[] {
  const { pod, view, now } = situation
  const deadline = activeDeadline(pod)
  if (mustEnd(situation)) return stopActions(situation)
  const actions = [...(beginAnew(situation) ?? runActions(situation)), ...surplus(view)]
  if (deadline !== undefined && deadline > now && view.sandboxes.length > 0) actions.push({ do: 'again', at: deadline })
  return actions
}

/** When `activeDeadlineSeconds` runs out, in ms since 1970. */
export function activeDeadline(pod: Pod): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds
  if (seconds === undefined || !pod.status?.startTime) return undefined
  return new Date(pod.status.startTime).getTime() + seconds * 1000
}

export function isPastDeadline(pod: Pod, now: number): boolean {
  const deadline = activeDeadline(pod)
  return deadline !== undefined && deadline <= now
}

export function mustEnd(situation: Situation): boolean {
  const { pod, memory, now } = situation
  return Boolean(
    pod.metadata.deletionTimestamp ||
      isTerminal(pod) ||
      memory.ended ||
      isPastDeadline(pod, now) ||
      hasRunToEnd(situation),
  )
}

/** What has to be over before a new round begins; undefined when nothing has. Nobody gets time to end. */
function beginAnew(situation: Situation): Action[] | undefined {
  const { pod, view, memory, now } = situation
  const trigger = triggerOf(pod, view)
  if (!trigger) return undefined
  const visitors = new Set(ephemeralMembers(pod).map(({ container }) => container.name))
  const alive = view.containers.filter(({ name, state }) => !visitors.has(name) && state !== 'exited')
  if (alive.length > 0)
    return alive.flatMap((one) => (one.state === 'created' ? [removal(one)] : stop(situation, one, '', now)))
  if (memory.starting.size > 0) return []
  const at = mayStartAt(trigger)
  return at > now ? [{ do: 'again', at }] : undefined
}

const removal = ({ id, logPath }: ContainerView): Action => ({ do: 'remove-container', id, logPath })

/** Of each name the latest container and the one before are kept, and every sandbox that still holds one. */
function surplus({ containers, sandboxes }: PodView): Action[] {
  const byName = Map.groupBy(containers, ({ name }) => name).values()
  const old = [...byName].flatMap((list) => list.toSorted((a, b) => b.attempt - a.attempt).slice(2))
  const empty = sandboxes
    .slice(1)
    .filter(({ id, isReady }) => !isReady && !containers.some((one) => one.sandboxId === id))
  return [
    ...old.filter(({ state }) => state === 'exited').map(removal),
    ...empty.map(({ id }): Action => ({ do: 'remove-sandbox', id })),
  ]
}

/** Every app container has exited for good, or an init container failed for good. */
export function hasRunToEnd({ pod, view: all, memory }: Situation): boolean {
  const view = thisRound(pod, all)
  if (memory.starting.size > 0) return false
  const isDone = ({ kind, container }: Member) => {
    const last = latest(view, container.name)
    if (last?.state !== 'exited') return false
    return !wantsRestart(pod, kind, last) && !(kind === 'app' && isChanged(container, last))
  }
  const failedInit = initMembers(pod).some(
    (member) => member.kind === 'init' && isDone(member) && latest(view, member.container.name)?.exitCode !== 0,
  )
  if (failedInit) return true
  return appMembers(pod).every(isDone)
}

const isChanged = (container: Member['container'], one: ContainerView) =>
  (one.annotations[annotations.hash] ?? hashOf(container)) !== hashOf(container)

function runActions(situation: Situation): Action[] {
  const { view, memory, now } = situation
  if (memory.sandbox) return []
  const [sandbox] = view.sandboxes
  if (sandbox?.isReady) return containerActions(situation, sandbox)
  const orphans = view.containers.filter(isRunning)
  if (orphans.length > 0) return orphans.flatMap((one) => stop(situation, one, 'Pod sandbox changed', now))
  if (memory.starting.size > 0) return []
  if (memory.failure && memory.failure.until > now) return [{ do: 'again', at: memory.failure.until }]
  return [{ do: 'create-sandbox', attempt: sandbox ? sandbox.attempt + 1 : 0 }]
}

function containerActions(situation: Situation, sandbox: SandboxView): Action[] {
  const { pod, view } = situation
  const { containers } = thisRound(pod, view)
  const here: PodView = { ...view, containers: containers.filter((one) => one.sandboxId === sandbox.id) }
  const actions: Action[] = []
  const wanted: Member[] = ephemeralMembers(pod).filter(({ container }) => !latest(view, container.name))
  if (initsDone(pod, here)) {
    wanted.push(...initMembers(pod).filter(({ kind }) => kind === 'sidecar'), ...appMembers(pod))
  } else {
    wanted.push(...nextInits(situation, here))
  }
  let isBusy = situation.memory.starting.size > 0
  for (const member of wanted) {
    for (const action of memberActions(situation, here, member)) {
      if (action.do === 'start') {
        if (isBusy) continue
        isBusy = true
      }
      actions.push(action)
    }
  }
  return actions
}

/** App containers exist only after every init container ended well. */
const initsDone = (pod: Pod, here: PodView) => appMembers(pod).some(({ container }) => latest(here, container.name))

/** Sidecars so far, and the first init container that is not through yet; all app containers when none is left. */
function nextInits({ pod, memory }: Situation, here: PodView): Member[] {
  const reached: Member[] = []
  for (const member of initMembers(pod)) {
    const last = latest(here, member.container.name)
    if (member.kind === 'sidecar') {
      reached.push(member)
      if (!isRunning(last) || memory.probes.get(last!.id)?.started === false) return reached
    } else if (last?.state !== 'exited' || last.exitCode !== 0) return [...reached, member]
  }
  return [...reached, ...appMembers(pod)]
}

function memberActions(situation: Situation, here: PodView, { kind, container }: Member): Action[] {
  const { pod, view, memory, now } = situation
  const { name } = container
  if (memory.starting.has(name)) return []
  const last = latest(here, name)
  const attempt = nextAttempt(pod, view, name)
  const round = currentRound(pod, view)
  const failure = memory.failures.get(name)
  if (failure && failure.until > now) return [{ do: 'again', at: failure.until }]
  if (!last) {
    const crashes = crashesBefore(situation, name)
    return hasSucceeded(situation, { kind, container }) ? [] : [{ do: 'start', name, attempt, crashes, round }]
  }
  if (last.state === 'created') return [removal(last)]
  if (last.state === 'unknown') return stop(situation, last, 'Container is in unknown state', now)
  if (last.state === 'running') return runningActions(situation, container, last)
  if (kind === 'app' && isChanged(container, last)) return [{ do: 'start', name, attempt, crashes: 0, round }]
  if (!wantsRestart(pod, kind, last)) return []
  const at = mayStartAt(last)
  if (at > now) return [{ do: 'again', at }]
  return [{ do: 'start', name, attempt, crashes: crashesAfter(last), round }]
}

/** Who makes the pod begin anew again and again waits like one that crashes. */
function crashesBefore({ pod, view }: Situation, name: string): number {
  const before = latest(view, name)
  const isTrigger = before?.state === 'exited' && ruleFor(pod, before)?.action === 'RestartAllContainers'
  return isTrigger ? crashesAfter(before) : 0
}

/** What ended well with OnFailure is not done again because its sandbox died. */
function hasSucceeded({ pod, view }: Situation, { kind, container }: Member): boolean {
  const ever = latest(thisRound(pod, view), container.name)
  return kind === 'app' && ever?.state === 'exited' && !wantsRestart(pod, kind, ever) && !isChanged(container, ever)
}

function runningActions(situation: Situation, container: Member['container'], one: ContainerView): Action[] {
  const { pod, memory, now } = situation
  const grace = pod.spec.terminationGracePeriodSeconds ?? 30
  if (isChanged(container, one)) {
    const reason = `Container ${one.name} definition changed, will be restarted`
    return stop(situation, one, reason, now + grace * 1000)
  }
  const failed = memory.probes.get(one.id)?.failed
  if (failed) return stop(situation, one, failed.message, now + (failed.graceSeconds ?? grace) * 1000)
  return []
}

/** Also counts starts the runtime has forgotten but the API remembers. */
function nextAttempt(pod: Pod, view: PodView, name: string): number {
  const known = latest(view, name)
  if (known) return known.attempt + 1
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const told = statuses.find((status) => status.name === name)
  return told?.containerID ? told.restartCount + 1 : 0
}

/** A stop that is on its way already is repeated only to make it end sooner. */
function stop({ memory }: Situation, one: ContainerView, reason: string, deadline: number): Action[] {
  const before = memory.stopping.get(one.id)
  if (before !== undefined && before <= deadline + 500) return []
  return [{ do: 'stop', id: one.id, name: one.name, reason, deadline }]
}

function stopActions(situation: Situation): Action[] {
  const { pod, view, memory } = situation
  if (memory.starting.size > 0 || memory.sandbox) return []
  const deadline = stopDeadline(situation)
  const sidecars = initMembers(pod)
    .filter(({ kind }) => kind === 'sidecar')
    .map(({ container }) => container.name)
  const alive = view.containers.filter((one) => one.state === 'running' || one.state === 'unknown')
  const main = alive.filter((one) => !sidecars.includes(one.name))
  if (main.length > 0) return main.flatMap((one) => stop(situation, one, '', deadline))
  const lastSidecar = alive.toSorted((a, b) => sidecars.indexOf(b.name) - sidecars.indexOf(a.name))[0]
  if (lastSidecar) return stop(situation, lastSidecar, '', deadline)
  const sandbox = view.sandboxes.find(({ isReady }) => isReady)
  if (sandbox) return [{ do: 'stop-sandbox', id: sandbox.id }]
  return memory.freed && !pod.metadata.deletionTimestamp ? [] : [{ do: 'finish' }]
}

/** A deletion has said when it wants to be over; any other end gives the pod its usual time. */
function stopDeadline({ pod, memory, now }: Situation): number {
  const { deletionTimestamp } = pod.metadata
  if (deletionTimestamp) return Math.max(now, new Date(deletionTimestamp).getTime())
  return now + (memory.ended?.graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
}
