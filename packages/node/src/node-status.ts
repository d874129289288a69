import { quantityOfBytes } from '@sampan/kit/quantity'
import type { Node } from '@sampan/resources/core/node'
import type { Image } from './cri/messages.ts'
import type { Host } from './host.ts'

export type NodeStatus = NonNullable<Node['status']>
type Condition = NonNullable<NodeStatus['conditions']>[number]

/** The Kubernetes release whose behaviour the node agent follows. */
export const kubeletVersion = 'v1.36.2'
const maxPods = 110
/** Memory kept from pods: what the machine itself and Sampan need. */
const reservedMemory = 512 * 1024 * 1024

/** Volumes of drivers that attach them, by their unique names (`kubernetes.io/csi/<driver>^<handle>`). */
export interface AttachedVolumes {
  attached: readonly string[]
  /** Pods here have them, or are about to. */
  inUse: readonly string[]
}

/** What the runtime can and cannot do for pods; `''` is the handler of pods without a RuntimeClass. */
const handlers = ['', 'runc'].map((name) => ({
  name,
  features: { recursiveReadOnlyMounts: false, userNamespaces: false },
}))

/** Behaviour of pods that is not on every node of this release. */
const declaredFeatures = ['RestartAllContainersOnContainerExits']

export interface NodeFacts {
  host: Host
  nodeIP: string
  runtimeVersion: string
  /** Why the node cannot run pods; undefined when it can. */
  notReady?: string
  pressure: { memory: boolean; disk: boolean; pids: boolean }
  images: readonly Image[]
  apiPort: number
  volumes: AttachedVolumes
  now: Date
}

export function capacityOf({ cpus, memory, disk }: Host): {
  capacity: Record<string, string>
  allocatable: Record<string, string>
} {
  const capacity = {
    cpu: String(cpus),
    memory: quantityOfBytes(memory),
    pods: String(maxPods),
    'ephemeral-storage': quantityOfBytes(disk),
    // None are set aside: who asks for them is told that there are too few.
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
  }
  const reserved = Math.min(reservedMemory, Math.floor(memory / 10))
  return {
    capacity,
    allocatable: {
      ...capacity,
      memory: quantityOfBytes(memory - reserved),
      'ephemeral-storage': quantityOfBytes(Math.floor(disk * 0.9)),
    },
  }
}

/** The node's status: own fields are set, resources that others added to its capacity stay and can be had in full. */
export function nodeStatus(before: NodeStatus | undefined, facts: NodeFacts): NodeStatus {
  const { host } = facts
  const own = capacityOf(host)
  const capacity = { ...before?.capacity, ...own.capacity }
  return {
    ...before,
    capacity,
    allocatable: { ...capacity, ...own.allocatable },
    conditions: conditions(before?.conditions ?? [], facts),
    addresses: [
      { type: 'InternalIP', address: facts.nodeIP },
      { type: 'Hostname', address: host.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.apiPort } },
    nodeInfo: {
      ...host.system,
      containerRuntimeVersion: `containerd://${facts.runtimeVersion}`,
      kubeletVersion,
      kubeProxyVersion: kubeletVersion,
      operatingSystem: 'linux',
    },
    runtimeHandlers: handlers,
    features: { supplementalGroupsPolicy: false },
    declaredFeatures,
    volumesInUse: facts.volumes.inUse.toSorted(),
    volumesAttached: facts.volumes.attached.toSorted().map((name) => ({ name, devicePath: '' })),
    images: facts.images
      .toSorted((a, b) => b.size - a.size)
      .slice(0, mostImages)
      .map(({ repoDigests, repoTags, size }) => ({ names: [...repoDigests, ...repoTags], sizeBytes: size })),
  }
}

/** As upstream: the largest ones, so that the object stays small. */
const mostImages = 50

function conditions(before: readonly Condition[], { notReady, pressure, now }: NodeFacts): Condition[] {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z')
  const verdicts: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[] = [
    pressed(
      'MemoryPressure',
      pressure.memory,
      'KubeletHasSufficientMemory',
      'KubeletHasInsufficientMemory',
      'memory available',
    ),
    pressed('DiskPressure', pressure.disk, 'KubeletHasNoDiskPressure', 'KubeletHasDiskPressure', 'disk pressure'),
    pressed('PIDPressure', pressure.pids, 'KubeletHasSufficientPID', 'KubeletHasInsufficientPID', 'PID available'),
    notReady
      ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: notReady }
      : { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ]
  const own = verdicts.map((verdict): Condition => {
    const old = before.find(({ type }) => type === verdict.type)
    const since = old?.status === verdict.status ? old.lastTransitionTime : undefined
    return { ...verdict, lastHeartbeatTime: time as never, lastTransitionTime: (since ?? time) as never }
  })
  return [...before.filter(({ type }) => !own.some((one) => one.type === type)), ...own]
}

function pressed(type: string, isPressed: boolean, good: string, bad: string, what: string) {
  const has =
    what === 'disk pressure'
      ? ['has no disk pressure', 'has disk pressure']
      : [`has sufficient ${what}`, `has insufficient ${what}`]
  return {
    type,
    status: isPressed ? 'True' : 'False',
    reason: isPressed ? bad : good,
    message: `kubelet ${isPressed ? has[1] : has[0]}`,
  }
}

/** Labels every node has. */
export const nodeLabels = ({ hostname, system }: Host) => ({
  'kubernetes.io/hostname': hostname,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': system.architecture,
  'beta.kubernetes.io/os': 'linux',
  'beta.kubernetes.io/arch': system.architecture,
})
