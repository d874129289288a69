import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { Recorder } from '@sampan/control/events'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import type { Pod } from '@sampan/resources/core/pod'
import type { Cgroups } from './cgroups.ts'
import type { ContainerUsage } from './container-usage.ts'
import type { Cri } from './cri/client.ts'
import type { Containerd } from './cri/containerd.ts'
import type { Csi } from './csi/csi.ts'
import type { Images } from './images.ts'
import type { DnsSettings } from './pod/dns-config.ts'
import type { Ending, PodMemory } from './pod/memory.ts'
import type { RuntimeView } from './runtime-view.ts'
import type { Slots } from './slots.ts'
import type { Tokens } from './tokens.ts'
import type { VolumeFolders } from './volumes/volumes.ts'

/** What every part of the agent works with. */
export interface NodeContext {
  client: Client
  caches: Caches
  cri: Cri
  containerd: Containerd
  view: RuntimeView
  images: Images
  cgroups: Cgroups
  recorder: Recorder
  tokens: Tokens
  csi: Csi
  clock: Clock
  log: Log
  /** Bounds how many sandboxes and containers are being made at once. */
  slots: Slots
  settings: NodeSettings
  /** Why this node will not take a pod; undefined when it will. */
  admit(pod: Pod): Ending | undefined
  /** Why new limits of a running pod must wait, or can never be. */
  refusesResize(pod: Pod): PodMemory['resizePending']
  /** What a container uses now; undefined when it is gone. */
  usage(at: { uid: string; id: string }): ContainerUsage | undefined
}

export interface NodeSettings {
  nodeName: string
  hostIP: string
  folders: VolumeFolders & { logs: string }
  runtimeSocket: string
  dns: DnsSettings
  /** Text of the host's /etc/hosts. */
  hostsFile: string
  /** Where seccomp profiles of type Localhost lie. */
  seccompRoot: string
  /** Processes per pod, unless its annotation asks for fewer. */
  pidsLimit: number
  /** Bytes of memory of the machine. */
  memory: number
  hasSwapLimit: boolean
  cgroup: 'v1' | 'v2'
  /** What pods may use in all, as quantities. */
  allocatable: Readonly<Record<string, string>>
}

/** Name under which events are written, as users know it. */
export const component = 'kubelet'
