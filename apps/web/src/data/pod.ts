import type { KubeObject } from '@sampan/resources/meta'

/** What the console reads of a pod. */
export interface PodLike extends KubeObject {
  spec?: {
    nodeName?: string
    containers?: ContainerSpec[]
    initContainers?: ContainerSpec[]
    ephemeralContainers?: ContainerSpec[]
    volumes?: { name: string; [source: string]: unknown }[]
    imagePullSecrets?: { name?: string }[]
  }
  status?: {
    phase?: string
    reason?: string
    podIP?: string
    qosClass?: string
    containerStatuses?: ContainerStatus[]
    initContainerStatuses?: ContainerStatus[]
    ephemeralContainerStatuses?: ContainerStatus[]
  }
}

interface ContainerSpec {
  name: string
  image?: string
  tty?: boolean
  stdin?: boolean
  restartPolicy?: string
  ports?: { containerPort: number; protocol?: string; name?: string }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: ContainerState
  lastState?: ContainerState
}

interface ContainerState {
  running?: { startedAt?: string }
  waiting?: { reason?: string; message?: string }
  terminated?: { reason?: string; exitCode?: number; message?: string; finishedAt?: string }
}

export interface Container {
  name: string
  role: 'init' | 'main' | 'debug'
  image: string
  /** In Kubernetes' words: Running, CrashLoopBackOff, Completed… */
  state: string
  message?: string
  isRunning: boolean
  /** It ran and does so no more. */
  isEnded: boolean
  restarts: number
  tty: boolean
  /** Whether it reads what is typed. */
  stdin: boolean
  ports: string
  /** `50m / 500m`, per resource. */
  limits: readonly { resource: string; text: string }[]
  lastEnd?: { reason: string; code: number }
}

/** Every container of a pod with how it is. */
export function containersOf({ spec = {}, status = {} }: PodLike): Container[] {
  const of = (
    specs: readonly ContainerSpec[] = [],
    statuses: readonly ContainerStatus[] = [],
    role: Container['role'],
  ): Container[] =>
    specs.map((one) => {
      const { state = {}, lastState = {}, restartCount = 0 } = statuses.find(({ name }) => name === one.name) ?? {}
      const end = lastState.terminated
      const message = state.waiting?.message ?? state.terminated?.message
      return {
        name: one.name,
        role,
        image: one.image ?? '',
        state: stateText(state),
        ...(message && { message }),
        isRunning: state.running !== undefined,
        isEnded: state.terminated !== undefined,
        restarts: restartCount,
        tty: one.tty === true,
        stdin: one.stdin === true,
        ports: (one.ports ?? [])
          .map(({ containerPort, protocol }) => `${containerPort}/${protocol ?? 'TCP'}`)
          .join(', '),
        limits: limitsOf(one),
        ...(end && { lastEnd: { reason: end.reason ?? 'Error', code: end.exitCode ?? 0 } }),
      }
    })
  return [
    ...of(spec.initContainers, status.initContainerStatuses, 'init'),
    ...of(spec.containers, status.containerStatuses, 'main'),
    ...of(spec.ephemeralContainers, status.ephemeralContainerStatuses, 'debug'),
  ]
}

function stateText({ running, waiting, terminated }: ContainerState): string {
  if (running) return 'Running'
  if (waiting) return waiting.reason ?? 'Pending'
  if (terminated) return terminated.reason ?? (terminated.exitCode === 0 ? 'Completed' : 'Error')
  return 'Pending'
}

function limitsOf({ resources: { requests = {}, limits = {} } = {} }: ContainerSpec) {
  return [...new Set([...Object.keys(requests), ...Object.keys(limits)])].map((resource) => ({
    resource,
    text: `${requests[resource] ?? '–'} / ${limits[resource] ?? '–'}`,
  }))
}
