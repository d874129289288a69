import type { Condition } from './meta.ts'

/** What conditions of all kinds share. */
export interface AnyCondition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

interface WithConditions<C extends AnyCondition> {
  status?: { conditions?: C[] }
}

export function conditionOf<C extends AnyCondition>(object: WithConditions<C>, type: string): C | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type)
}

export const isTrue = <C extends AnyCondition>(object: WithConditions<C>, type: string): boolean =>
  conditionOf(object, type)?.status === 'True'

/**
 * The list with `next` in it, in place of the one of its type. `lastTransitionTime` moves to `now` only when the status
 * flips; a condition that says the same as before comes back as the same list, so that nothing is written.
 */
export function withCondition<C extends AnyCondition = Condition>(
  conditions: readonly C[] | undefined,
  next: NoInfer<C>,
  now: Date,
): C[] {
  const list = [...(conditions ?? [])]
  const at = list.findIndex((condition) => condition.type === next.type)
  const before = list[at]
  const lastTransitionTime =
    before && before.status === next.status && before.lastTransitionTime
      ? before.lastTransitionTime
      : (next.lastTransitionTime ?? rfc3339(now))
  const condition = { ...before, ...next, lastTransitionTime }
  if (before) list[at] = condition
  else list.push(condition)
  return list
}

/** The list without the condition of that type. */
export const withoutCondition = <C extends AnyCondition>(conditions: readonly C[] | undefined, type: string): C[] =>
  (conditions ?? []).filter((condition) => condition.type !== type)

/** Kubernetes' times: whole seconds, `2026-01-02T03:04:05Z`. */
export const rfc3339 = (time: Date) => `${time.toISOString().slice(0, 19)}Z`

/** Times of leases and events: `2026-01-02T03:04:05.123000Z`. */
export const microTime = (time: Date) => `${time.toISOString().slice(0, 23)}000Z`
