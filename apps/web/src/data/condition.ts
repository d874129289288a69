import type { KubeObject } from '@sampan/resources/meta'

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

/** The conditions of any object that has some. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const { conditions } = ((object as { status?: unknown }).status ?? {}) as { conditions?: unknown }
  return Array.isArray(conditions) ? (conditions as Condition[]).filter((one) => typeof one?.type === 'string') : []
}

/** Conditions that are bad when they are True; the others when they are not. */
const badWhenTrue =
  /Pressure$|Unavailable$|Failure$|Failed$|^Stalled$|^Degraded$|^NonStructural|Conflict|^Terminating$|Violations$|^Dangling/

/** `good`, `bad`, or `open` when it cannot be told. */
export function verdictOf({ type, status }: Condition): 'good' | 'bad' | 'open' {
  if (status !== 'True' && status !== 'False') return 'open'
  return (status === 'True') === badWhenTrue.test(type) ? 'bad' : 'good'
}
