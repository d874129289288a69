import { demandOf } from '../cluster.ts'
import type { Score } from '../score.ts'

/** What a container without requests is taken to use, so that such pods spread too. */
const least = new Map([
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024],
])

function sharesAfter(pod: Parameters<Score>[0], { used, allocatable }: Parameters<Score>[1]): number[] {
  const { requests } = demandOf(pod)
  return [...least].map(([name, assumed]) => {
    const whole = allocatable.get(name) ?? 0
    const wanted = requests.get(name) || assumed
    return whole === 0 ? 1 : Math.min(1, ((used.get(name) ?? 0) + wanted) / whole)
  })
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** Emptier nodes first. */
export const leastAllocated: Score = (pod, node) => 100 * (1 - mean(sharesAfter(pod, node)))

/** Nodes whose cpu and memory are used alike first. */
export const balanced: Score = (pod, node) => {
  const shares = sharesAfter(pod, node)
  const middle = mean(shares)
  return 100 * (1 - Math.sqrt(mean(shares.map((share) => (share - middle) ** 2))))
}
