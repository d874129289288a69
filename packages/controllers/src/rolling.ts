import { amountOf } from '@sampan/kit/int-or-percent'

/** The numbers of one ReplicaSet during a rollout. `spec` is what is asked for, `available` what its status says. */
export interface Size {
  name: string
  spec: number
  available: number
  /** Milliseconds since 1970. */
  created: number
  /** `deployment.kubernetes.io/max-replicas`: the size of the whole when this set got its share. */
  max?: number
}

export interface Bounds {
  replicas: number
  /** More pods than `replicas` that may exist, and fewer that may be available. */
  surge: number
  unavailable: number
}

/** Surge rounds up, unavailable down; if both come out zero, nothing could ever move, so one may be unavailable. */
export function boundsOf(
  replicas: number,
  rolling: { maxSurge?: number | string; maxUnavailable?: number | string } = {},
): Bounds {
  const surge = amountOf(rolling.maxSurge ?? '25%', replicas, 'up')
  const unavailable = amountOf(rolling.maxUnavailable ?? '25%', replicas, 'down')
  return { replicas, surge, unavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) }
}

/** What the new set may grow (or, if it is too large, shrink) to. */
export function newSize(fresh: Size, all: readonly Size[], { replicas, surge }: Bounds): number {
  if (fresh.spec >= replicas) return replicas
  const room = replicas + surge - sum(all, ({ spec }) => spec)
  return room <= 0 ? fresh.spec : fresh.spec + Math.min(room, replicas - fresh.spec)
}

/**
 * What the old sets may shrink to, by name: first their unhealthy replicas, then as many of the others as the new set
 * makes up for, oldest set first. `fresh` already has its new size. A set never counts as having more available replicas
 * than it is asked to have: its status may be older than its spec.
 */
export function oldSizes(fresh: Size, old: readonly Size[], { replicas, unavailable }: Bounds): Map<string, number> {
  const sizes = new Map(old.map(({ name, spec }) => [name, spec]))
  const available = (one: Size) => Math.min(one.available, sizes.get(one.name) ?? one.spec)
  const minimum = replicas - unavailable
  const freshMissing = fresh.spec - Math.min(fresh.available, fresh.spec)
  let unhealthy = sum([...old, fresh], ({ spec }) => spec) - minimum - freshMissing
  const oldestFirst = old.toSorted((a, b) => a.created - b.created || (a.name < b.name ? -1 : 1))
  const shrink = (one: Size, by: number) => {
    sizes.set(one.name, (sizes.get(one.name) ?? 0) - by)
    return by
  }
  for (const one of oldestFirst) {
    if (unhealthy <= 0) return sizes
    unhealthy -= shrink(one, Math.min(unhealthy, one.spec - available(one)))
  }
  let spare = Math.min(unhealthy, sum(old, available) + Math.min(fresh.available, fresh.spec) - minimum)
  for (const one of oldestFirst) {
    if (spare <= 0) break
    spare -= shrink(one, Math.min(spare, sizes.get(one.name) ?? 0))
  }
  return sizes
}

/**
 * Shares a change of size in the middle of a rollout among the sets by their size, so that the rollout stays where it is;
 * rounding goes to the largest. `known` is the size of the whole before, for sets that do not say.
 */
export function proportionalSizes(active: readonly Size[], { replicas, surge }: Bounds, known: number) {
  const total = replicas > 0 ? replicas + surge : 0
  const add = total - sum(active, ({ spec }) => spec)
  const sorted = active.toSorted((a, b) => b.spec - a.spec || (add > 0 ? b.created - a.created : a.created - b.created))
  const sizes = new Map<string, number>()
  let added = 0
  for (const one of sorted) {
    const share =
      add === 0 || one.spec === 0 || added === add ? 0 : within(shareOf(one, replicas, surge, known), add - added)
    sizes.set(one.name, one.spec + share)
    added += share
  }
  const first = sorted[0]
  if (first && add !== added) sizes.set(first.name, Math.max(0, (sizes.get(first.name) ?? 0) + add - added))
  return sizes
}

function shareOf({ spec, max }: Size, replicas: number, surge: number, known: number): number {
  if (replicas === 0) return -spec
  const before = max && max > 0 ? max : known
  return before > 0 ? Math.round((spec * (replicas + surge)) / before) - spec : 0
}

const within = (share: number, left: number) => (left > 0 ? Math.min(share, left) : Math.max(share, left))

export const sum = <T>(items: readonly T[], value: (item: T) => number) =>
  items.reduce((total, item) => total + value(item), 0)
