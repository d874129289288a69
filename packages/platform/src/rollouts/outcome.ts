import type { Rollout, RolloutState } from '@sampan/resources/sampan/rollout'
import type { CauseCode } from './causes.ts'

/** What one look at a rollout decides. */
export type Outcome =
  | { do: 'advance'; to: RolloutState; message?: string; url?: string }
  | { do: 'wait'; message: string; againMs: number }
  | { do: 'fail'; cause: CauseCode; sentence: string }

export const advance = (to: RolloutState, more: { message?: string; url?: string } = {}): Outcome => ({
  do: 'advance',
  to,
  ...more,
})
export const wait = (message: string, againMs: number): Outcome => ({ do: 'wait', message, againMs })
export const fail = (cause: CauseCode, sentence: string): Outcome => ({ do: 'fail', cause, sentence })

type Status = NonNullable<Rollout['status']>

const ends: readonly RolloutState[] = ['verified', 'rolledBack', 'failed', 'superseded']

/**
 * The status after `outcome`. Pure. A failure turns into `rollingBack` where something was applied and there is something
 * to go back to, else into `failed`.
 */
export function statusAfter(rollout: Rollout, outcome: Outcome, now: Date): Status {
  const before: Status = rollout.status ?? { state: 'planned' }
  const at = now.toISOString()
  if (outcome.do === 'wait') {
    return { ...before, message: outcome.message, startedAt: before.startedAt ?? at }
  }
  const isUntouched = before.state === 'planned' || before.state === 'approved'
  const state = outcome.do === 'advance' ? outcome.to : rollout.spec.previous && !isUntouched ? 'rollingBack' : 'failed'
  const message = outcome.do === 'fail' ? outcome.sentence : outcome.message
  const { message: _, ...rest } = before
  return {
    ...rest,
    state,
    ...(outcome.do === 'fail' && { reason: outcome.sentence, cause: outcome.cause }),
    ...(outcome.do === 'advance' && outcome.url && { url: outcome.url }),
    startedAt: before.startedAt ?? at,
    ...(ends.includes(state) && { finishedAt: at }),
    stages: [...(before.stages ?? []), { name: state, at, ...(message && { message }) }],
  }
}

/** Milliseconds since the rollout entered its present state. */
export function inStateMs(rollout: Rollout, now: Date): number {
  const entered = rollout.status?.stages?.at(-1)?.at ?? rollout.status?.startedAt ?? rollout.metadata.creationTimestamp
  return entered ? now.getTime() - Date.parse(entered) : 0
}
