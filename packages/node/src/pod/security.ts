import type { Pod } from '@sampan/resources/core/pod'
import { namespaceModes, profileTypes } from '../cri/messages.ts'
import { ConfigError } from './config-error.ts'
import { type Container, members } from './containers.ts'

type PodSecurity = NonNullable<Pod['spec']['securityContext']>
type Profile = { type: string; localhostProfile?: string }

/** What Kubernetes hides and freezes of /proc and /sys unless a container asks for an unmasked /proc. */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
]
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** `target`: id of the container whose processes an ephemeral container shares. */
export function namespacesOf({ spec }: Pod, target?: string) {
  return {
    network: spec.hostNetwork ? namespaceModes.node : namespaceModes.pod,
    ipc: spec.hostIPC ? namespaceModes.node : namespaceModes.pod,
    pid: spec.hostPID
      ? namespaceModes.node
      : target
        ? namespaceModes.target
        : spec.shareProcessNamespace
          ? namespaceModes.pod
          : namespaceModes.container,
    ...(target && !spec.hostPID && { targetId: target }),
  }
}

/** `profileRoot`: where profiles of type Localhost lie on this machine. */
function seccomp(profile: Profile | undefined, profileRoot: string) {
  if (profile?.type === 'RuntimeDefault') return { profileType: profileTypes.runtimeDefault }
  if (profile?.type === 'Localhost')
    return { profileType: profileTypes.localhost, localhostRef: `${profileRoot}/${profile.localhostProfile}` }
  return { profileType: profileTypes.unconfined }
}

function apparmor(profile: Profile | undefined) {
  if (!profile) return undefined
  if (profile.type === 'Localhost')
    return { profileType: profileTypes.localhost, localhostRef: profile.localhostProfile }
  return { profileType: profile.type === 'Unconfined' ? profileTypes.unconfined : profileTypes.runtimeDefault }
}

const int64 = (value: number | undefined) => (value === undefined ? undefined : { value })

/** Groups every process of the pod is in besides its own. */
export const podGroups = ({ securityContext: own }: Pod['spec']) => [
  ...(own?.fsGroup === undefined ? [] : [own.fsGroup]),
  ...(own?.supplementalGroups ?? []),
]

export function sandboxSecurity(pod: Pod, profileRoot: string) {
  const own: PodSecurity = pod.spec.securityContext ?? {}
  return {
    namespaceOptions: namespacesOf(pod),
    selinuxOptions: own.seLinuxOptions,
    runAsUser: int64(own.runAsUser),
    runAsGroup: own.runAsUser === undefined ? undefined : int64(own.runAsGroup),
    supplementalGroups: podGroups(pod.spec),
    privileged: members(pod).some(({ container }) => container.securityContext?.privileged),
    seccomp: seccomp({ type: 'RuntimeDefault' }, profileRoot),
  }
}

export interface ImageUser {
  /** Absent when the image names its user or has none. */
  uid?: number
  username: string
}

/** Throws ConfigError when the container must not run as root and would. */
export function containerSecurity(
  pod: Pod,
  container: Container,
  image: ImageUser,
  { profileRoot, target }: { profileRoot: string; target?: string },
) {
  const ofPod: PodSecurity = pod.spec.securityContext ?? {}
  const own = container.securityContext ?? {}
  const runAsUser = own.runAsUser ?? ofPod.runAsUser
  const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup
  if (own.runAsNonRoot ?? ofPod.runAsNonRoot) mustNotBeRoot(pod, container, runAsUser, image)
  const isUnmasked = own.procMount === 'Unmasked'
  const capabilities = own.capabilities
  return {
    privileged: own.privileged ?? false,
    namespaceOptions: namespacesOf(pod, target),
    selinuxOptions: own.seLinuxOptions ?? ofPod.seLinuxOptions,
    ...userOf(runAsUser, runAsGroup, image),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    supplementalGroups: podGroups(pod.spec),
    noNewPrivs: own.allowPrivilegeEscalation === false,
    capabilities: {
      addCapabilities: (capabilities?.add ?? []).map(bare),
      dropCapabilities: (capabilities?.drop ?? []).map(bare),
    },
    maskedPaths: isUnmasked || own.privileged ? [] : maskedPaths,
    readonlyPaths: isUnmasked || own.privileged ? [] : readonlyPaths,
    seccomp: seccomp(own.privileged ? undefined : (own.seccompProfile ?? ofPod.seccompProfile), profileRoot),
    apparmor: own.privileged ? undefined : apparmor(own.appArmorProfile ?? ofPod.appArmorProfile),
  }
}

const bare = (capability: string) => capability.replace(/^CAP_/i, '').toUpperCase()

/** A group alone needs a user beside it: the image's. */
function userOf(runAsUser: number | undefined, runAsGroup: number | undefined, image: ImageUser) {
  if (runAsUser !== undefined) return { runAsUser: { value: runAsUser }, runAsGroup: int64(runAsGroup) }
  if (runAsGroup === undefined) return {}
  if (image.username) return { runAsUsername: image.username, runAsGroup: { value: runAsGroup } }
  return { runAsUser: { value: image.uid ?? 0 }, runAsGroup: { value: runAsGroup } }
}

function mustNotBeRoot(pod: Pod, container: Container, runAsUser: number | undefined, image: ImageUser): void {
  const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`
  if (runAsUser === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`)
  if (runAsUser !== undefined) return
  if (image.username)
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    )
  if (!image.uid) throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`)
}
