import { jobLabels } from '@sampan/resources/batch/job-identity'
import type { Pod } from '@sampan/resources/core/pod'

/** `0,2-4` as a set. What is no number is left out. */
export function indexesFrom(text: string | undefined): Set<number> {
  const found = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (!match) continue
    for (let i = Number(match[1]); i <= Number(match[2] ?? match[1]); i++) found.add(i)
  }
  return found
}

/** The shortest text for a set: `0,2-4`. */
export function indexesText(indexes: Iterable<number>): string {
  const parts: [number, number][] = []
  for (const index of [...new Set(indexes)].toSorted((a, b) => a - b)) {
    const last = parts.at(-1)
    if (last && last[1] === index - 1) last[1] = index
    else parts.push([index, index])
  }
  return parts
    .map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from},${to}` : `${from}-${to}`))
    .join(',')
}

export const failureCountKey = 'batch.kubernetes.io/job-index-failure-count'
export const ignoredCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count'

export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[jobLabels.index]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
