import type { Client } from '@sampan/client/client'
import { isReason, StatusError } from '@sampan/resources/errors'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'

/**
 * Says yes or no to blocked stages, all of them unless named. Kept in the status, where only the platform writes: who may
 * decide is asked before. Throws Conflict when nothing is blocked, NotFound for a stage that is not there.
 */
export async function decideBlocked(
  client: Client,
  at: { namespace: string; name: string },
  { approve, stages: names, by }: { approve: boolean; stages?: readonly string[]; by: string },
): Promise<Pipeline> {
  for (let tries = 1; ; tries++) {
    const one = await client.get(pipeline, at)
    const stages = one.status?.stages ?? []
    const unknown = names?.find((name) => !stages.some((stage) => stage.name === name))
    if (unknown) throw new StatusError('NotFound', `Pipeline ${one.spec.number} has no stage "${unknown}".`)
    const isMeant = ({ name, state }: (typeof stages)[number]) =>
      state === 'blocked' && (!names || names.includes(name))
    if (!stages.some(isMeant)) {
      throw new StatusError('Conflict', `Pipeline ${one.spec.number} has no stage that waits for approval.`)
    }
    const next = stages.map((stage) => {
      if (!isMeant(stage)) return stage
      if (approve) return { ...stage, state: 'pending' as const }
      const steps = stage.steps.map((step) => ({ ...step, state: 'skipped' as const }))
      return { ...stage, state: 'declined' as const, reason: `declined by ${by}`, steps }
    })
    try {
      return await client.updateStatus(pipeline, { ...one, status: { ...one.status!, stages: next } })
    } catch (error) {
      if (!isReason(error, 'Conflict') || tries === 5) throw error
    }
  }
}
