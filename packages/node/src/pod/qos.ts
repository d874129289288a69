import { milliOf } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const counted = ['cpu', 'memory'] as const

/** Guaranteed: every container limits cpu and memory and requests the same. BestEffort: nobody says anything. */
export function qosClass(pod: Pod): QosClass {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ resources }) => resources ?? {})
  const isSet = (amount: string | undefined) => amount !== undefined && milliOf(amount) > 0
  const says = all.some(({ requests, limits }) =>
    counted.some((name) => isSet(requests?.[name]) || isSet(limits?.[name])),
  )
  if (!says) return 'BestEffort'
  const isGuaranteed = all.every(({ requests, limits }) =>
    counted.every((name) => {
      const limit = limits?.[name]
      const request = requests?.[name] ?? limit
      return isSet(limit) && request !== undefined && milliOf(request) === milliOf(limit!)
    }),
  )
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}
