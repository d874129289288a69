import type { Failure, PodMemory, Verdict } from './pod/memory.ts'
import type { Resources } from './pod/resize.ts'
import type { HostVolume } from './volumes/volumes.ts'

/** What one worker knows of its pod, as it changes. `PodMemory` is the part that decisions see. */
export interface PodState extends Omit<PodMemory, 'probes'> {
  starting: Set<string>
  stopping: Map<string, number>
  failures: Map<string, Failure>
  actuated: Map<string, Resources>
  killed: Map<string, Verdict>
  /** Ends a start that is under way, by container name. */
  aborts: Map<string, AbortController>
  /** Failures in a row, by container name; '' is the pod's own. */
  counts: Map<string, number>
  /** What containers left behind when they ended, by container id. */
  messages: Map<string, string>
  /** Undefined until they have been prepared. */
  volumes?: ReadonlyMap<string, HostVolume>
}

export const freshState = (): PodState => ({
  starting: new Set(),
  stopping: new Map(),
  failures: new Map(),
  actuated: new Map(),
  killed: new Map(),
  aborts: new Map(),
  counts: new Map(),
  messages: new Map(),
})

export function countFailure({ counts }: PodState, name: string): number {
  const next = (counts.get(name) ?? 0) + 1
  counts.set(name, next)
  return next
}

export function forgetFailures({ counts, failures }: PodState, name: string): void {
  counts.delete(name)
  failures.delete(name)
}
