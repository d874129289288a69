import { conditionsOf } from './condition.ts'
import { type ClusterEvent, timeOf } from './events.ts'
import type { PodLike } from './pod.ts'
import type { Why } from './why-phrases.ts'

/** Why a pod is not what it should be, and what to do. */
export interface Trouble {
  why: Why
  /** The server's own words, where they say more. */
  detail?: string
  /** The container it is about: its log may tell more. */
  container?: string
  /** Its last words were written before it was started again. */
  isPrevious?: boolean
  /** It may still come right by itself. */
  isWaiting?: boolean
}

/** What was reported, the newest first. */
type Told = Pick<ClusterEvent, 'reason' | 'message'>

export const newestFirst = (events: readonly ClusterEvent[]): ClusterEvent[] =>
  events.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))

type Status = NonNullable<NonNullable<PodLike['status']>['containerStatuses']>[number]

/** The gravest thing that can be told from what Kubernetes reports; undefined when nothing is wrong. Pure. */
export function troubleOf(pod: PodLike, events: readonly Told[]): Trouble | undefined {
  const { spec = {}, status = {}, metadata } = pod
  if (metadata.deletionTimestamp || status.phase === 'Succeeded') return undefined
  if (status.reason === 'Evicted')
    return { why: { key: 'evicted' }, ...detail((status as { message?: string }).message) }
  const unplaced = conditionsOf(pod).find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unplaced && !spec.nodeName) return notPlaced(unplaced.message ?? '')
  const init = status.initContainerStatuses ?? []
  const all = [...init, ...(status.containerStatuses ?? [])]
  const found =
    first(all, (one) => waitingTrouble(one, events)) ?? first(all, (one) => endedTrouble(pod, one, init, events))
  if (found) return found
  if (status.phase === 'Pending') return mountTrouble(events)
  return first(status.containerStatuses ?? [], (one) => unreadyTrouble(one, events))
}

const first = <T, R>(all: readonly T[], look: (one: T) => R | undefined): R | undefined => {
  for (const one of all) {
    const found = look(one)
    if (found) return found
  }
  return undefined
}

const detail = (text: string | undefined) => (text ? { detail: text } : {})
const because = (key: Why['key'], values?: Why['values']): { why: Why } => ({
  why: { key, ...(values && { values }) },
})

/** The newest event of a reason whose words match. */
const told = (events: readonly Told[], reason: string, words = /./) =>
  events.find((one) => one.reason === reason && words.test(one.message ?? ''))?.message

function notPlaced(message: string): Trouble {
  const more = { isWaiting: true, ...detail(message) }
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(message)?.[1]
  if (claim) return { ...because('noClaim', { claim }), ...more }
  if (/unbound immediate PersistentVolumeClaims/.test(message)) return { ...because('claim'), ...more }
  const short = /Insufficient ([\w./-]+)/.exec(message)?.[1]
  if (short) return { ...because('noRoom', { resource: short }), ...more }
  if (/Too many pods/.test(message)) return { ...because('tooManyPods'), ...more }
  if (/unschedulable|untolerated taint/.test(message)) return { ...because('closed'), ...more }
  if (/node affinity|node selector|affinity/.test(message)) return { ...because('noMatch'), ...more }
  return { ...because('notPlaced'), ...more }
}

function waitingTrouble({ name, state, lastState }: Status, events: readonly Told[]): Trouble | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {}
  const container = name
  if (/ImagePullBackOff|ErrImagePull|RegistryUnavailable/.test(reason)) {
    const words = /^Back-off/.test(message) ? (told(events, 'Failed', /pull/i) ?? message) : message
    return { ...imageTrouble(name, words), ...detail(words) }
  }
  if (reason === 'InvalidImageName' || reason === 'ErrImageNeverPull')
    return { ...because('imageName', { container }), ...detail(message) }
  if (reason === 'CreateContainerConfigError') {
    const missing = /(secret|configmap) "?([^"\s]+)"? not found/i.exec(message)
    const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i.exec(message)
    if (missing) return because('configMissing', { kind: kindName(missing[1]!), name: missing[2]!.split('/').at(-1)! })
    if (key) return because('keyMissing', { key: key[1]!, kind: key[2]!, name: key[3]!.split('/').at(-1)! })
    if (/runAsNonRoot/.test(message)) return { ...because('rootImage'), ...detail(message) }
    return { ...because('config', { container }), ...detail(message) }
  }
  if (reason === 'CreateContainerError' || reason === 'RunContainerError') return startTrouble(name, message)
  if (reason !== 'CrashLoopBackOff') return undefined
  const end = lastState?.terminated
  return { ...crash(name, end, events), container, isPrevious: true }
}

const kindName = (word: string) => (word.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap')

function imageTrouble(container: string, words: string): { why: Why } {
  if (/no such host|connection refused|i\/o timeout|dial tcp|deadline exceeded|unreachable|x509/i.test(words))
    return because('registry', { container })
  if (/unauthorized|denied|forbidden|\b40[13]\b|authentication required/i.test(words))
    return because('imageDenied', { container })
  if (/not found|manifest unknown|does not exist/i.test(words)) return because('imageMissing', { container })
  if (/no match for platform|no matching manifest/i.test(words)) return because('platform', { container })
  if (/no space left/i.test(words)) return because('diskFull')
  return because('image', { container })
}

function startTrouble(container: string, message: string): Trouble {
  if (/exec format error/i.test(message)) return { ...because('platform', { container }), ...detail(message) }
  if (/executable file not found|no such file or directory/i.test(message))
    return {
      ...because('noProgram', { container, program: /exec: "([^"]+)"/.exec(message)?.[1] ?? '?' }),
      ...detail(message),
    }
  return { ...because('start', { container }), ...detail(message) }
}

type Terminated = { reason?: string; exitCode?: number; message?: string }

function crash(container: string, end: Terminated | undefined, events: readonly Told[]): Trouble {
  const killing = told(events, 'Killing', /liveness|startup/i)
  if (end?.reason === 'OOMKilled') return because('memory', { container })
  if (killing)
    return { ...because('liveness', { container }), ...detail(told(events, 'Unhealthy', /liveness|startup/i)) }
  if (end?.reason === 'StartError' || end?.reason === 'ContainerCannotRun')
    return startTrouble(container, end.message ?? '')
  if (end?.exitCode === 0) return because('endsAtOnce', { container })
  if (end?.exitCode === 127) return because('noCommand', { container })
  return { ...because('crash', { container, code: end?.exitCode ?? '?' }), ...detail(end?.message) }
}

function endedTrouble(
  pod: PodLike,
  one: Status,
  init: readonly Status[],
  events: readonly Told[],
): Trouble | undefined {
  const end = one.state?.terminated
  if (!end || end.exitCode === 0) return undefined
  if (pod.status?.phase === 'Running' && !one.ready && init.includes(one)) return undefined
  const trouble = crash(one.name, end, events)
  return { ...trouble, container: one.name }
}

function mountTrouble(events: readonly Told[]): Trouble | undefined {
  const words = told(events, 'FailedMount') ?? told(events, 'FailedAttachVolume')
  const missing = /(secret|configmap) "?([^"\s]+)"? not found/i.exec(words ?? '')
  if (missing) return because('configMissing', { kind: kindName(missing[1]!), name: missing[2]!.split('/').at(-1)! })
  if (words) return { ...because('mount'), ...detail(words) }
  const sandbox = told(events, 'FailedCreatePodSandBox')
  return sandbox ? { ...because('sandbox'), ...detail(sandbox) } : undefined
}

function unreadyTrouble(one: Status, events: readonly Told[]): Trouble | undefined {
  if (!one.state?.running || one.ready) return undefined
  const words = told(events, 'Unhealthy', /readiness|startup/i)
  if (!words) return undefined
  return { ...because('notReady', { container: one.name }), ...detail(words), container: one.name, isWaiting: true }
}
