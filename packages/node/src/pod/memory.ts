import type { Resources } from './resize.ts'

/** What the agent knows of a pod besides the API and the runtime. Losing it (a restart of ours) costs no pod its life. */
export interface PodMemory {
  /** Names of containers that are being pulled for, created and started right now. */
  starting: ReadonlySet<string>
  /** Containers being stopped, by id, and when they will be killed (ms since 1970). */
  stopping: ReadonlyMap<string, number>
  sandbox?: 'creating' | 'stopping'
  /** Why a container could not be started, by name, and when to try again. */
  failures: ReadonlyMap<string, Failure>
  /** The same for what the pod as a whole needs: volumes, network. */
  failure?: Failure
  probes: ReadonlyMap<string, ProbeState>
  /** What containers were given, by id. */
  actuated: ReadonlyMap<string, Resources>
  /** What the pod as a whole was given, where it says so for itself. */
  actuatedPod?: Resources
  /** Containers the agent ended for a reason of their own, by id. */
  killed?: ReadonlyMap<string, Verdict>
  /** Why new limits are not given yet. */
  resizePending?: { reason: 'Deferred' | 'Infeasible'; message: string }
  resizing?: boolean
  /** Why new limits could not be given; they are tried again from `retryAt` on (ms since 1970), or once they change. */
  resizeFailed?: { message: string; generation: number | undefined; retryAt: number }
  /** What the pod used has been given back: nothing more to do for one that has merely ended. */
  freed?: boolean
  /** Set when the agent ends the pod for good. */
  ended?: Ending
}

export interface Failure {
  reason: string
  message?: string
  /** When to try again; ms since 1970. */
  until: number
  /** What it is called while waiting for the next try, from `from` on. */
  later?: { reason: string; message: string; from: number }
}

/** Reason and message at one time. */
export const toldAt = ({ reason, message, later }: Failure, now: number) =>
  later && now >= later.from
    ? { reason: later.reason, message: later.message }
    : { reason, ...(message && { message }) }

/** What is known of one container, by id. A container that is not there has no probes. */
export interface ProbeState {
  /** PostStart hook and startup probe are through. */
  started: boolean
  ready: boolean
  /** Why it must be restarted, and the grace its probe gives, in seconds. */
  failed?: { message: string; graceSeconds?: number }
}

/** Why a pod fails as a whole: `DeadlineExceeded`, `Evicted`, `OutOfcpu`… */
export interface Ending {
  reason: string
  message: string
  /** How long its programs get; the pod's own time when left out. */
  graceSeconds?: number
  /** It was never let in: there are no containers to tell of. */
  isRejected?: boolean
  /** The node ends it for reasons of its own: told as the condition DisruptionTarget. */
  isDisruption?: boolean
}

/** Why one container was ended, as its status says it. */
export interface Verdict {
  reason: string
  message: string
}

export const freshMemory = (): PodMemory => ({
  starting: new Set(),
  stopping: new Map(),
  failures: new Map(),
  probes: new Map(),
  actuated: new Map(),
})
