import type { HorizontalPodAutoscaler } from '@sampan/resources/autoscaling/horizontal-pod-autoscaler'

type Rules = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']['behavior']>['scaleUp']>

/** What an autoscaler has said and done of late; milliseconds since 1970. */
export interface Memory {
  proposals: { at: number; replicas: number }[]
  changes: { at: number; by: number }[]
}

export const noMemory = (): Memory => ({ proposals: [], changes: [] })

const defaultUp: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}
const defaultDown: Rules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

export interface Limited {
  replicas: number
  /** Why not what was proposed. */
  reason?:
    | 'ScaleUpStabilized'
    | 'ScaleDownStabilized'
    | 'ScaleUpLimit'
    | 'ScaleDownLimit'
    | 'TooManyReplicas'
    | 'TooFewReplicas'
}

/** Calms a proposal: windows look back, policies limit the pace, bounds are bounds. Forgets what is too old. */
export function limited(
  one: HorizontalPodAutoscaler,
  current: number,
  proposal: number,
  memory: Memory,
  now: Date,
): Limited {
  const { behavior, minReplicas = 1, maxReplicas } = one.spec
  const up = { ...defaultUp, ...behavior?.scaleUp }
  const down = { ...defaultDown, ...behavior?.scaleDown }
  const stabilized = stabilize(proposal, current, memory, { up, down, now: now.getTime() })
  const paced = pace(stabilized.replicas, current, memory, { up, down, now: now.getTime() })
  if (paced.replicas > maxReplicas) return { replicas: maxReplicas, reason: 'TooManyReplicas' }
  if (paced.replicas < minReplicas) return { replicas: minReplicas, reason: 'TooFewReplicas' }
  return { replicas: paced.replicas, reason: paced.reason ?? stabilized.reason }
}

interface Around {
  up: Rules
  down: Rules
  now: number
}

function stabilize(proposal: number, current: number, memory: Memory, { up, down, now }: Around): Limited {
  const upWindow = (up.stabilizationWindowSeconds ?? 0) * 1000
  const downWindow = (down.stabilizationWindowSeconds ?? 300) * 1000
  memory.proposals = memory.proposals.filter(({ at }) => at > now - Math.max(upWindow, downWindow))
  memory.proposals.push({ at: now, replicas: proposal })
  const within = (window: number) =>
    memory.proposals.filter(({ at }) => at >= now - window).map(({ replicas }) => replicas)
  const least = Math.min(proposal, ...within(upWindow))
  const most = Math.max(proposal, ...within(downWindow))
  const replicas = Math.min(Math.max(current, least), most)
  if (replicas === proposal) return { replicas }
  return { replicas, reason: proposal > replicas ? 'ScaleUpStabilized' : 'ScaleDownStabilized' }
}

function pace(wanted: number, current: number, memory: Memory, { up, down, now }: Around): Limited {
  if (wanted === current) return { replicas: wanted }
  const isUp = wanted > current
  const rules = isUp ? up : down
  if (rules.selectPolicy === 'Disabled') return { replicas: current, reason: isUp ? 'ScaleUpLimit' : 'ScaleDownLimit' }
  const bounds = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const since = now - periodSeconds * 1000
    const moved = memory.changes.filter(({ at, by }) => at > since && by > 0 === isUp)
    const start = current - moved.reduce((sum, { by }) => sum + by, 0)
    if (type === 'Pods') return isUp ? start + value : start - value
    return isUp ? Math.ceil(start * (1 + value / 100)) : Math.floor(start * (1 - value / 100))
  })
  const wide = (rules.selectPolicy ?? 'Max') === 'Max'
  if (isUp) {
    const bound = Math.max(current, wide ? Math.max(...bounds) : Math.min(...bounds))
    return wanted > bound ? { replicas: bound, reason: 'ScaleUpLimit' } : { replicas: wanted }
  }
  const bound = Math.min(current, wide ? Math.min(...bounds) : Math.max(...bounds))
  return wanted < bound ? { replicas: bound, reason: 'ScaleDownLimit' } : { replicas: wanted }
}

/** Told of every change, so that policies know the pace. */
export function remember(memory: Memory, by: number, now: Date): void {
  memory.changes = memory.changes.filter(({ at }) => at > now.getTime() - 1_800_000)
  memory.changes.push({ at: now.getTime(), by })
}
