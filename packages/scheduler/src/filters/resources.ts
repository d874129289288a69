import { demandOf } from '../cluster.ts'
import type { Filter, Refusal } from '../filter.ts'

/** Requests must fit beside what is there already; a pod that asks for nothing always fits but for the count of pods. */
export const resources: Filter = (pod, { pods, used, allocatable }): Refusal | undefined => {
  const reasons: string[] = []
  let isFinal = false
  const most = allocatable.get('pods') ?? Number.POSITIVE_INFINITY
  if (pods.length + 1 > most) reasons.push('Too many pods')
  for (const [name, wanted] of demandOf(pod).requests) {
    const whole = allocatable.get(name) ?? 0
    if (wanted === 0 || wanted <= whole - (used.get(name) ?? 0)) continue
    reasons.push(`Insufficient ${name}`)
    if (wanted > whole) isFinal = true
  }
  return reasons.length > 0 ? { reasons, isFinal } : undefined
}
