import { isTrue } from '../conditions.ts'
import type { Pod } from './pod.ts'

/** Its phase is final: no container will ever run in it again. */
export const isTerminal = (one: Pod) => one.status?.phase === 'Succeeded' || one.status?.phase === 'Failed'

/** Neither finished nor on its way out: it counts as a replica. */
export const isActive = (one: Pod) => !isTerminal(one) && !one.metadata.deletionTimestamp

/** Its Ready condition holds: it may get traffic. */
export const isReady = (one: Pod) => isTrue(one, 'Ready')

/** Ready since at least `minReadySeconds`. */
export function isAvailable(one: Pod, minReadySeconds: number, now: Date): boolean {
  const ready = one.status?.conditions?.find((condition) => condition.type === 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  return (
    ready.lastTransitionTime !== undefined &&
    Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= now.getTime()
  )
}

/** All its addresses, the main one first. */
export const podIPs = (one: Pod): string[] =>
  one.status?.podIPs?.map((each) => each.ip).filter((ip) => ip !== '') ?? (one.status?.podIP ? [one.status.podIP] : [])

export const podIP = (one: Pod): string | undefined => podIPs(one)[0]

/** An init container that keeps running beside the others. */
export const isSidecar = (container: { restartPolicy?: string }) => container.restartPolicy === 'Always'
