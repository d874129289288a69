import { bool, bytes, int, ints, list, map, message, type Read, sub, text, texts } from './wire.ts'

/** The part of CRI `runtime.v1` that Sampan speaks; field numbers are the protocol's. */

export const containerStates = { created: 0, running: 1, exited: 2, unknown: 3 } as const
export const sandboxStates = { ready: 0, notReady: 1 } as const
export const namespaceModes = { pod: 0, container: 1, node: 2, target: 3 } as const
export const propagations = { private: 0, hostToContainer: 1, bidirectional: 2 } as const
export const protocols = { TCP: 0, UDP: 1, SCTP: 2 } as const
export const profileTypes = { runtimeDefault: 0, unconfined: 1, localhost: 2 } as const

const nothing = message({})
const int64 = message({ value: int(1) })
const uint64 = message({ value: int(1) })

const securityProfile = message({ profileType: int(1), localhostRef: text(2) })
const seLinuxOption = message({ user: text(1), role: text(2), type: text(3), level: text(4) })
export const namespaceOption = message({ network: int(1), pid: int(2), ipc: int(3), targetId: text(4) })
export const linuxResources = message({
  cpuPeriod: int(1),
  cpuQuota: int(2),
  cpuShares: int(3),
  memoryLimitInBytes: int(4),
  oomScoreAdj: int(5),
  cpusetCpus: text(6),
  cpusetMems: text(7),
  unified: map(9),
  memorySwapLimitInBytes: int(10),
})

const sandboxSecurity = message({
  namespaceOptions: sub(1, namespaceOption),
  selinuxOptions: sub(2, seLinuxOption),
  runAsUser: sub(3, int64),
  readonlyRootfs: bool(4),
  supplementalGroups: ints(5),
  privileged: bool(6),
  runAsGroup: sub(8, int64),
  seccomp: sub(9, securityProfile),
  apparmor: sub(10, securityProfile),
})
const linuxSandbox = message({
  cgroupParent: text(1),
  securityContext: sub(2, sandboxSecurity),
  sysctls: map(3),
  overhead: sub(4, linuxResources),
  resources: sub(5, linuxResources),
})
export const sandboxMetadata = message({ name: text(1), uid: text(2), namespace: text(3), attempt: int(4) })
const dnsConfig = message({ servers: texts(1), searches: texts(2), options: texts(3) })
export const sandboxConfig = message({
  metadata: sub(1, sandboxMetadata),
  hostname: text(2),
  logDirectory: text(3),
  dnsConfig: sub(4, dnsConfig),
  portMappings: list(5, message({ protocol: int(1), containerPort: int(2), hostPort: int(3), hostIp: text(4) })),
  labels: map(6),
  annotations: map(7),
  linux: sub(8, linuxSandbox),
})

const podIP = message({ ip: text(1) })
const sandboxStatus = message({
  id: text(1),
  metadata: sub(2, sandboxMetadata),
  state: int(3),
  createdAt: int(4),
  network: sub(5, message({ ip: text(1), additionalIps: list(2, podIP) })),
  labels: map(7),
  annotations: map(8),
})
const sandboxItem = message({
  id: text(1),
  metadata: sub(2, sandboxMetadata),
  state: int(3),
  createdAt: int(4),
  labels: map(5),
  annotations: map(6),
})

const imageSpec = message({ image: text(1), annotations: map(2) })
const mount = message({ containerPath: text(1), hostPath: text(2), readonly: bool(3), propagation: int(5) })
const capability = message({ addCapabilities: texts(1), dropCapabilities: texts(2), addAmbientCapabilities: texts(3) })
const containerSecurity = message({
  capabilities: sub(1, capability),
  privileged: bool(2),
  namespaceOptions: sub(3, namespaceOption),
  selinuxOptions: sub(4, seLinuxOption),
  runAsUser: sub(5, int64),
  runAsUsername: text(6),
  readonlyRootfs: bool(7),
  supplementalGroups: ints(8),
  noNewPrivs: bool(11),
  runAsGroup: sub(12, int64),
  maskedPaths: texts(13),
  readonlyPaths: texts(14),
  seccomp: sub(15, securityProfile),
  apparmor: sub(16, securityProfile),
})
export const containerMetadata = message({ name: text(1), attempt: int(2) })
export const containerConfig = message({
  metadata: sub(1, containerMetadata),
  image: sub(2, imageSpec),
  command: texts(3),
  args: texts(4),
  workingDir: text(5),
  envs: list(6, message({ key: text(1), value: text(2) })),
  mounts: list(7, mount),
  devices: list(8, message({ containerPath: text(1), hostPath: text(2), permissions: text(3) })),
  labels: map(9),
  annotations: map(10),
  logPath: text(11),
  stdin: bool(12),
  stdinOnce: bool(13),
  tty: bool(14),
  linux: sub(15, message({ resources: sub(1, linuxResources), securityContext: sub(2, containerSecurity) })),
})

const containerItem = message({
  id: text(1),
  podSandboxId: text(2),
  metadata: sub(3, containerMetadata),
  image: sub(4, imageSpec),
  imageRef: text(5),
  state: int(6),
  createdAt: int(7),
  labels: map(8),
  annotations: map(9),
})
const containerStatus = message({
  id: text(1),
  metadata: sub(2, containerMetadata),
  state: int(3),
  createdAt: int(4),
  startedAt: int(5),
  finishedAt: int(6),
  exitCode: int(7),
  image: sub(8, imageSpec),
  imageRef: text(9),
  reason: text(10),
  message: text(11),
  labels: map(12),
  annotations: map(13),
  logPath: text(15),
})

const image = message({
  id: text(1),
  repoTags: texts(2),
  repoDigests: texts(3),
  size: int(4),
  uid: sub(5, int64),
  username: text(6),
  pinned: bool(8),
})
const authConfig = message({
  username: text(1),
  password: text(2),
  auth: text(3),
  serverAddress: text(4),
  identityToken: text(5),
  registryToken: text(6),
})

const cpuUsage = message({ timestamp: int(1), usageCoreNanoSeconds: sub(2, uint64), usageNanoCores: sub(3, uint64) })
const memoryUsage = message({
  timestamp: int(1),
  workingSetBytes: sub(2, uint64),
  availableBytes: sub(3, uint64),
  usageBytes: sub(4, uint64),
  rssBytes: sub(5, uint64),
  pageFaults: sub(6, uint64),
  majorPageFaults: sub(7, uint64),
})
const filesystemUsage = message({
  timestamp: int(1),
  fsId: sub(2, message({ mountpoint: text(1) })),
  usedBytes: sub(3, uint64),
  inodesUsed: sub(4, uint64),
})
const containerStats = message({
  attributes: sub(1, message({ id: text(1), metadata: sub(2, containerMetadata), labels: map(3) })),
  cpu: sub(2, cpuUsage),
  memory: sub(3, memoryUsage),
  writableLayer: sub(4, filesystemUsage),
})

const ofSandbox = message({ podSandboxId: text(1) })
const ofContainer = message({ containerId: text(1) })
const url = message({ url: text(1) })
const state = message({ state: int(1) })

const runtime = {
  Version: [
    message({ version: text(1) }),
    message({ version: text(1), runtimeName: text(2), runtimeVersion: text(3), runtimeApiVersion: text(4) }),
  ],
  Status: [
    message({ verbose: bool(1) }),
    message({
      status: sub(
        1,
        message({
          conditions: list(1, message({ type: text(1), status: bool(2), reason: text(3), message: text(4) })),
        }),
      ),
      info: map(2),
    }),
  ],
  RunPodSandbox: [message({ config: sub(1, sandboxConfig), runtimeHandler: text(2) }), ofSandbox],
  StopPodSandbox: [ofSandbox, nothing],
  RemovePodSandbox: [ofSandbox, nothing],
  PodSandboxStatus: [
    message({ podSandboxId: text(1), verbose: bool(2) }),
    message({ status: sub(1, sandboxStatus), info: map(2) }),
  ],
  ListPodSandbox: [
    message({ filter: sub(1, message({ id: text(1), state: sub(2, state), labelSelector: map(3) })) }),
    message({ items: list(1, sandboxItem) }),
  ],
  CreateContainer: [
    message({ podSandboxId: text(1), config: sub(2, containerConfig), sandboxConfig: sub(3, sandboxConfig) }),
    ofContainer,
  ],
  StartContainer: [ofContainer, nothing],
  StopContainer: [message({ containerId: text(1), timeout: int(2) }), nothing],
  RemoveContainer: [ofContainer, nothing],
  ListContainers: [
    message({
      filter: sub(1, message({ id: text(1), state: sub(2, state), podSandboxId: text(3), labelSelector: map(4) })),
    }),
    message({ containers: list(1, containerItem) }),
  ],
  ContainerStatus: [
    message({ containerId: text(1), verbose: bool(2) }),
    message({ status: sub(1, containerStatus), info: map(2) }),
  ],
  UpdateContainerResources: [message({ containerId: text(1), linux: sub(2, linuxResources) }), nothing],
  ReopenContainerLog: [ofContainer, nothing],
  ExecSync: [
    message({ containerId: text(1), cmd: texts(2), timeout: int(3) }),
    message({ stdout: bytes(1), stderr: bytes(2), exitCode: int(3) }),
  ],
  Exec: [
    message({ containerId: text(1), cmd: texts(2), tty: bool(3), stdin: bool(4), stdout: bool(5), stderr: bool(6) }),
    url,
  ],
  Attach: [message({ containerId: text(1), stdin: bool(2), tty: bool(3), stdout: bool(4), stderr: bool(5) }), url],
  PortForward: [message({ podSandboxId: text(1), port: ints(2) }), url],
  ListContainerStats: [
    message({ filter: sub(1, message({ id: text(1), podSandboxId: text(2), labelSelector: map(3) })) }),
    message({ stats: list(1, containerStats) }),
  ],
} as const

const images = {
  ListImages: [message({ filter: sub(1, message({ image: sub(1, imageSpec) })) }), message({ images: list(1, image) })],
  ImageStatus: [
    message({ image: sub(1, imageSpec), verbose: bool(2) }),
    message({ image: sub(1, image), info: map(2) }),
  ],
  PullImage: [
    message({ image: sub(1, imageSpec), auth: sub(2, authConfig), sandboxConfig: sub(3, sandboxConfig) }),
    message({ imageRef: text(1) }),
  ],
  RemoveImage: [message({ image: sub(1, imageSpec) }), nothing],
  ImageFsInfo: [nothing, message({ imageFilesystems: list(1, filesystemUsage) })],
} as const

/** Every call: its service and its two messages. */

export type Calls = typeof runtime & typeof images

export const calls: Calls = { ...runtime, ...images }
export const serviceOf = (call: keyof Calls) =>
  call in runtime ? 'runtime.v1.RuntimeService' : 'runtime.v1.ImageService'

export type Sandbox = Read<typeof sandboxItem>
export type SandboxStatus = Read<typeof sandboxStatus>
export type Container = Read<typeof containerItem>
export type ContainerStatus = Read<typeof containerStatus>
export type Image = Read<typeof image>
export type ContainerStats = Read<typeof containerStats>

/** containerd's own event service, for the exits that CRI of this age does not report. */
export const eventFilters = message({ filters: texts(1) })
export const eventEnvelope = message({
  timestamp: sub(1, message({ seconds: int(1), nanos: int(2) })),
  namespace: text(2),
  topic: text(3),
  event: sub(4, message({ typeUrl: text(1), value: bytes(2) })),
})
/** The part that starts, exits and out-of-memory kills share. */
export const taskEvent = message({ containerId: text(1) })
/** `id` is that of an exec when it differs from the container's. */
export const taskExit = message({ containerId: text(1), id: text(2), pid: int(3), exitStatus: int(4) })

/** containerd's snapshots and tasks, for what CRI of this age leaves out. */
export const snapshotKey = message({ snapshotter: text(1), key: text(2) })
export const snapshotView = message({ snapshotter: text(1), key: text(2), parent: text(3), labels: map(4) })
export const snapshotMounts = message({
  mounts: list(1, message({ type: text(1), source: text(2), target: text(3), options: texts(4) })),
})
export const snapshotUsage = message({ size: int(1), inodes: int(2) })
export const signalRequest = message({ containerId: text(1), execId: text(2), signal: int(3), all: bool(4) })
