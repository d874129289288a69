import type { Deployment } from '@sampan/resources/apps/deployment'
import type { ReplicaSet } from '@sampan/resources/apps/replica-set'
import type { Event } from '@sampan/resources/core/event'
import type { Pod } from '@sampan/resources/core/pod'
import type { CauseCode } from './causes.ts'
import { crashCause } from './crash.ts'
import { creationCause } from './creation.ts'
import type { Listener } from './listeners.ts'
import { plain } from './plain.ts'

/** What the cluster says about the instances of one release. Events may be of any object; the fitting ones are picked. */
export interface Observed {
  pods: readonly Pod[]
  events: readonly Event[]
  deployment?: Deployment
  replicaSets?: readonly ReplicaSet[]
  /** Where the container is expected to listen; undefined for service types without a port. */
  port?: number
  /** Events from before are another story: what was refused then may be allowed now. */
  since?: Date
  now: Date
}

/** What had to be asked of the instance itself. */
export interface Evidence {
  /** Last lines a container wrote before it ended, oldest first. */
  lastLines?: readonly string[]
  /** What really listens inside the instance. */
  listeners?: readonly Listener[]
}

export interface Cause {
  code: CauseCode
  /** `fatal`: waiting longer cannot help. `waiting`: it may still come right. */
  weight: 'fatal' | 'waiting'
  /** Cause and remedy in one sentence. */
  sentence: string
  /** The instance it was seen at. */
  pod?: string
  container?: string
  /** More can be said with this: ask, and diagnose again with the answer. */
  wants?: { lines?: { previous: boolean }; listeners?: true }
}

/**
 * Why the instances of a release are not ready: the gravest cause that can be seen, or undefined when nothing is wrong or
 * nothing can be said yet. Pure; reads what Kubernetes itself reports (states, reasons, exit codes, event texts).
 */
export function diagnose(given: Observed, evidence: Evidence = {}): Cause | undefined {
  const { since } = given
  const observed = since ? { ...given, events: given.events.filter((one) => timeOf(one) >= wholeSecond(since)) } : given
  const causes = [
    ...observed.pods.flatMap((pod) => podCauses(pod, observed, evidence)),
    ...creationCauses(observed),
  ].filter((cause) => cause !== undefined)
  return causes.find((cause) => cause.weight === 'fatal') ?? causes[0]
}

type Found = Cause | undefined
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

function podCauses(pod: Pod, observed: Observed, evidence: Evidence): Found[] {
  if (pod.metadata.deletionTimestamp) return []
  const events = eventsOf(observed.events, pod.metadata.uid, pod.metadata.name)
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  return [
    evicted(pod),
    unschedulable(pod, events),
    ...statuses.map((status) => waiting(pod, status, events, evidence)),
    ...statuses.map((status) => ended(pod, status, events, evidence)),
    mountProblem(pod, events),
    sandboxProblem(pod, events),
    ...statuses.map((status) => notReady(pod, status, events, observed, evidence)),
  ]
}

const eventsOf = (events: readonly Event[], uid: string | undefined, name: string) =>
  events.filter(({ involvedObject }) =>
    involvedObject.uid && uid ? involvedObject.uid === uid : involvedObject.name === name,
  )

const last = (events: readonly Event[], reason: string) =>
  events
    .filter((one) => one.reason === reason)
    .toSorted((a, b) => timeOf(a) - timeOf(b))
    .at(-1)

const timeOf = (one: Event) =>
  Date.parse(
    one.series?.lastObservedTime ?? one.lastTimestamp ?? one.eventTime ?? one.metadata.creationTimestamp ?? '0',
  )

/** Times of events have no fractions. */
const wholeSecond = (time: Date) => Math.floor(time.getTime() / 1000) * 1000

function evicted(pod: Pod): Found {
  if (pod.status?.reason !== 'Evicted') return undefined
  const what = /low on resource: ([\w-]+)/.exec(pod.status.message ?? '')?.[1]
  return {
    code: 'evicted',
    weight: 'fatal',
    pod: pod.metadata.name,
    sentence: `The instance was stopped because the machine ran out of ${what ?? 'a resource'}: ${
      what === 'memory' ? 'stop what is not needed or add memory' : 'free disk space on the machine'
    }, then deploy again.`,
  }
}

function unschedulable(pod: Pod, events: readonly Event[]): Found {
  const condition = pod.status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False')
  const text = condition?.message ?? (pod.spec.nodeName ? undefined : last(events, 'FailedScheduling')?.message)
  if (!text) return undefined
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(text)?.[1]
  const short = /Insufficient (cpu|memory|ephemeral-storage)/.exec(text)?.[1]
  const at = { weight: 'waiting' as const, pod: pod.metadata.name }
  if (claim) {
    return {
      ...at,
      code: 'volume',
      weight: 'fatal',
      sentence: `The volume claim "${claim}" does not exist: create it or correct its name.`,
    }
  }
  if (/unbound immediate PersistentVolumeClaims/.test(text)) {
    return {
      ...at,
      code: 'volume',
      sentence: 'A volume is still waiting to be made: check that its storage class exists and has room.',
    }
  }
  if (short) {
    return {
      ...at,
      code: 'no-room',
      sentence: `No machine has enough free ${short === 'cpu' ? 'CPU' : short} for another instance: lower ${
        short === 'cpu' ? 'cpu' : 'memory'
      } or the number of instances, or stop another app.`,
    }
  }
  if (/Too many pods/.test(text)) {
    return {
      ...at,
      code: 'no-room',
      sentence: 'The machine already runs as many instances as it may: stop another app.',
    }
  }
  if (/taint/.test(text)) {
    return {
      ...at,
      code: 'no-room',
      sentence: 'Every machine is closed for new instances (taints): ask the operator to open one.',
    }
  }
  return { ...at, code: 'no-room', sentence: `No machine can take the instance: ${plain(text)}.` }
}

function waiting(pod: Pod, status: ContainerStatus, events: readonly Event[], evidence: Evidence): Found {
  const { reason, message = '' } = status.state?.waiting ?? {}
  const at = { weight: 'fatal' as const, pod: pod.metadata.name, container: status.name }
  switch (reason) {
    case 'ImagePullBackOff':
    case 'ErrImagePull':
    case 'RegistryUnavailable':
      return { ...at, ...imageCause(status.image ?? '', pullMessage(message, events)) }
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return {
        ...at,
        code: 'image-name',
        sentence: `"${status.image}" is not an image that can be fetched: correct the name.`,
      }
    case 'CreateContainerConfigError':
      return { ...at, ...configCause(message) }
    case 'CreateContainerError':
    case 'RunContainerError':
      return { ...at, ...startCause(message) }
    case 'CrashLoopBackOff':
      return crashed(pod, status, evidence)
    default:
      return undefined
  }
}

/** While a node waits for its next try it only says so: then the failure itself is in an event. */
const pullMessage = (message: string, events: readonly Event[]) =>
  /^Back-off pulling image "[^"]*"$/.test(message)
    ? (last(
        events.filter((one) => /^Failed to pull image/.test(one.message ?? '')),
        'Failed',
      )?.message ?? message)
    : message

type Said = Pick<Cause, 'code' | 'sentence'> & Partial<Pick<Cause, 'weight'>>

function imageCause(image: string, message: string): Said {
  if (/not found|manifest unknown|no such manifest|does not exist/i.test(message) && !/no such host/i.test(message)) {
    return {
      code: 'image-missing',
      sentence: `The image ${image} does not exist in its registry: correct name and tag, or build it again.`,
    }
  }
  if (/unauthorized|denied|forbidden|\b40[13]\b|authentication required/i.test(message)) {
    return {
      code: 'image-denied',
      sentence: `The registry refused to hand out ${image}: add credentials for it to the project.`,
    }
  }
  if (
    /no such host|connection refused|i\/o timeout|dial tcp|deadline exceeded|network is unreachable|TLS|x509/i.test(
      message,
    )
  ) {
    return {
      code: 'registry-unreachable',
      weight: 'waiting',
      sentence: `The registry of ${image} cannot be reached: check its name and the network of the machine.`,
    }
  }
  if (/no match for platform|no matching manifest/i.test(message)) {
    return {
      code: 'architecture',
      sentence: `The image ${image} was not built for the processor of this machine: build it for this platform.`,
    }
  }
  if (/no space left/i.test(message)) {
    return {
      code: 'disk-full',
      sentence: 'The disk of the machine is full: remove old images and data, then deploy again.',
    }
  }
  return {
    code: 'image-missing',
    weight: 'waiting',
    sentence: `The image ${image} could not be fetched${message ? ` (${plain(message)})` : ''}: check its name and its registry.`,
  }
}

function configCause(message: string): Said {
  const missing = /(secret|configmap) "?([^"\s]+)"? not found/i.exec(message)
  if (missing) {
    const kind = missing[1]!.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap'
    return {
      code: 'config-missing',
      sentence: `The ${kind} "${missing[2]}" that the app refers to does not exist: create it or remove the reference.`,
    }
  }
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i.exec(message)
  if (key) {
    return {
      code: 'config-missing',
      sentence: `The ${key[2]} "${key[3]!.split('/').at(-1)}" has no entry "${key[1]}": add it or correct the reference.`,
    }
  }
  if (/runAsNonRoot/.test(message)) {
    return {
      code: 'root-image',
      sentence:
        'The image runs as root but the service type forbids it: add a line such as `USER 1000` to the Dockerfile.',
    }
  }
  return { code: 'config-missing', sentence: `The instance cannot be configured: ${plain(message)}.` }
}

function startCause(message: string): Said {
  const program = /exec: "([^"]+)"/.exec(message)?.[1]
  const named = program ? `"${program}"` : 'the start command'
  if (/exec format error/i.test(message)) {
    return {
      code: 'architecture',
      sentence: `The program ${named} was built for another processor, or is a script without a first line like #!/bin/sh: build it for this machine.`,
    }
  }
  if (/executable file not found|no such file or directory/i.test(message)) {
    return {
      code: 'command-missing',
      sentence: `The image has no program ${named}: correct the start command (CMD or ENTRYPOINT in the Dockerfile, or the app's command).`,
    }
  }
  if (/permission denied/i.test(message)) {
    return {
      code: 'command-missing',
      sentence: `The program ${named} may not be executed: add \`RUN chmod +x ${program ?? '<program>'}\` to the Dockerfile.`,
    }
  }
  if (/no command specified/i.test(message)) {
    return {
      code: 'command-missing',
      sentence: 'The image says no command to start: add CMD to the Dockerfile or state the command of the app.',
    }
  }
  if (/no space left/i.test(message)) {
    return {
      code: 'disk-full',
      sentence: 'The disk of the machine is full: remove old images and data, then deploy again.',
    }
  }
  if (/unable to find user|no users found|no matching entries in passwd/i.test(message)) {
    return {
      code: 'user-missing',
      sentence: 'The image names a USER that it does not have: create the user in the Dockerfile or use its number.',
    }
  }
  return { code: 'start-failed', sentence: `The container could not be started: ${plain(message)}.` }
}

/** A container that has ended more than once, or is on its way to: waiting for another start will not help. */
function ended(pod: Pod, status: ContainerStatus, events: readonly Event[], evidence: Evidence): Found {
  if (status.state?.waiting?.reason === 'CrashLoopBackOff') return undefined
  const stopped = status.state?.terminated ?? status.lastState?.terminated
  if (!stopped) return undefined
  const isInit = pod.status?.initContainerStatuses?.some((one) => one.name === status.name)
  if (isInit && stopped.exitCode === 0) return undefined
  if (stopped.reason === 'StartError' || stopped.reason === 'ContainerCannotRun') {
    return { weight: 'fatal', pod: pod.metadata.name, container: status.name, ...startCause(stopped.message ?? '') }
  }
  if (stopped.reason === 'OOMKilled' || stopped.reason === 'ForkStorm') return crashed(pod, status, evidence)
  const killing = last(events, 'Killing')?.message ?? ''
  if (/liveness|startup/i.test(killing)) return probeKilled(pod, status, events)
  const isRunningAgain = status.state?.running !== undefined
  if (isRunningAgain && (status.ready || status.restartCount < 2)) return undefined
  return { ...crashed(pod, status, evidence), weight: status.restartCount >= 1 ? 'fatal' : 'waiting' }
}

function crashed(pod: Pod, status: ContainerStatus, evidence: Evidence): Cause {
  const isCurrent = status.state?.terminated !== undefined
  const stopped = status.state?.terminated ?? status.lastState?.terminated
  const limit = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === status.name)
    ?.resources?.limits?.memory
  return {
    weight: 'fatal',
    pod: pod.metadata.name,
    container: status.name,
    ...crashCause({
      exitCode: stopped?.exitCode,
      signal: stopped?.signal,
      reason: stopped?.reason,
      memoryLimit: limit as string | undefined,
      lastLines: evidence.lastLines ?? [],
    }),
    ...(!evidence.lastLines && { wants: { lines: { previous: !isCurrent && status.restartCount > 0 } } }),
  }
}

function probeKilled(pod: Pod, status: ContainerStatus, events: readonly Event[]): Cause {
  const why = last(events, 'Unhealthy')?.message ?? ''
  return {
    code: 'liveness',
    weight: 'fatal',
    pod: pod.metadata.name,
    container: status.name,
    sentence: `The instance is restarted again and again because its liveness probe fails${
      why ? ` (${plain(why.replace(/^\w+ probe failed:\s*/, ''))})` : ''
    }: correct the probe's path and port or give the app more time to start.`,
  }
}

function mountProblem(pod: Pod, events: readonly Event[]): Found {
  if (pod.status?.phase !== 'Pending') return undefined
  const message = last(events, 'FailedMount')?.message ?? last(events, 'FailedAttachVolume')?.message
  if (!message) return undefined
  const missing = /(secret|configmap) "?([^"\s]+)"? not found/i.exec(message)
  const at = { weight: 'waiting' as const, pod: pod.metadata.name }
  if (missing) return { ...at, weight: 'fatal', ...configCause(message) }
  return { ...at, code: 'volume', sentence: `A volume cannot be mounted: ${plain(message)}.` }
}

function sandboxProblem(pod: Pod, events: readonly Event[]): Found {
  if (pod.status?.phase !== 'Pending') return undefined
  const message = last(events, 'FailedCreatePodSandBox')?.message
  if (!message) return undefined
  return {
    code: 'node',
    weight: 'waiting',
    pod: pod.metadata.name,
    sentence: `The machine cannot prepare the instance (${plain(message)}): ask the operator to look at the node.`,
  }
}

function notReady(
  pod: Pod,
  status: ContainerStatus,
  events: readonly Event[],
  observed: Observed,
  evidence: Evidence,
): Found {
  const startedAt = status.state?.running?.startedAt
  if (!startedAt || status.ready || pod.status?.initContainerStatuses?.some((one) => one.name === status.name)) {
    return undefined
  }
  const at = { weight: 'waiting' as const, pod: pod.metadata.name, container: status.name }
  const seconds = Math.round((observed.now.getTime() - Date.parse(startedAt)) / 1000)
  const unhealthy = last(events, 'Unhealthy')?.message ?? ''
  const answered = /HTTP probe failed with statuscode: (\d+)/i.exec(unhealthy)?.[1]
  if (answered) {
    return {
      ...at,
      code: 'readiness',
      sentence: `The app answers its readiness probe with ${answered}: correct the probe's path or make the app answer 200 there.`,
    }
  }
  if (observed.port === undefined) {
    return unhealthy
      ? {
          ...at,
          code: 'readiness',
          sentence: `The app does not pass its readiness probe: ${plain(unhealthy.replace(/^\w+ probe failed:\s*/, ''))}.`,
        }
      : undefined
  }
  if (seconds < 3) return undefined
  if (!evidence.listeners) {
    return {
      ...at,
      code: 'not-listening',
      sentence: `Nothing listens on port ${observed.port} yet.`,
      wants: { listeners: true },
    }
  }
  return { ...at, ...portCause(observed.port, evidence.listeners, seconds) }
}

/** How long a program may take to open its port while it already listens somewhere else, in seconds. */
const patience = 15

function portCause(port: number, listeners: readonly Listener[], seconds: number): Said {
  const open = listeners.filter((one) => !one.isLoopback)
  const others = [...new Set(open.map((one) => one.port))].toSorted((a, b) => a - b)
  if (open.some((one) => one.port === port)) {
    return {
      code: 'readiness',
      sentence: `The app listens on port ${port} but does not pass its readiness probe: look at its log.`,
    }
  }
  const weight = seconds >= patience ? 'fatal' : 'waiting'
  if (listeners.some((one) => one.port === port)) {
    return {
      code: 'loopback-only',
      weight,
      sentence: `The app listens on port ${port} of 127.0.0.1 only, where nobody can reach it: make it listen on 0.0.0.0.`,
    }
  }
  if (others.length > 0) {
    const real = others.length === 1 ? `port ${others[0]}` : `ports ${others.join(', ')}`
    return {
      code: 'wrong-port',
      weight,
      sentence: `Nothing listens on port ${port}; the app listens on ${real}: set the app's port to ${others[0]}, or make it listen on $PORT.`,
    }
  }
  const local = [...new Set(listeners.map((one) => one.port))]
  if (local.length > 0) {
    return {
      code: 'loopback-only',
      weight,
      sentence: `Nothing listens on port ${port}; the app listens on port ${local.join(', ')} of 127.0.0.1 only: make it listen on 0.0.0.0 and $PORT.`,
    }
  }
  return {
    code: 'not-listening',
    sentence: `Nothing listens on port ${port}, nor on any other: make the app listen on $PORT (0.0.0.0).`,
  }
}

const lacksPods = ({ spec, status }: ReplicaSet) => (status?.replicas ?? 0) < (spec.replicas ?? 1)

/** Pods that could not even be created: quota, limits, policy. */
function creationCauses({ deployment, replicaSets = [], events }: Observed): Found[] {
  const condition = deployment?.status?.conditions?.find(
    (one) => one.type === 'ReplicaFailure' && one.status === 'True',
  )
  const texts = [
    condition?.message,
    ...replicaSets
      .filter(lacksPods)
      .flatMap((set) => [
        set.status?.conditions?.find((one) => one.type === 'ReplicaFailure' && one.status === 'True')?.message,
        last(eventsOf(events, set.metadata.uid, set.metadata.name), 'FailedCreate')?.message,
      ]),
  ]
  const text = texts.find((one) => one)
  return text ? [{ weight: 'fatal', ...creationCause(text) }] : []
}
