import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { fetchUser } from '../git/fetch-ticket.ts'
import { maskedValues } from './drone/values.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf } from './queue.ts'

/** An outer bound: what is checked besides, at every use, is that the Pipeline still runs. */
const longestRunMs = 24 * 3600_000

/** What a run signs in with. The same every time it is asked for, so that masking knows it after a restart. */
export function credentialsOf(one: Pipeline, parts: Pick<PipelineParts, 'fetchTicket' | 'pushConfigJson'>) {
  const repository = `${one.metadata.namespace}/${one.spec.app}`
  const run = {
    pipeline: keyOf(one),
    repository,
    until: new Date(Date.parse(one.status?.startedAt ?? '') + longestRunMs),
  }
  return {
    ticket: parts.fetchTicket(run),
    configJson: parts.pushConfigJson({ ...run, subject: `pipeline:${run.pipeline}` }),
  }
}

/** What must not be read in a log of that run. */
export async function secretsOf(one: Pipeline, parts: PipelineParts): Promise<string[]> {
  if (!one.status?.startedAt) return []
  const { ticket, configJson } = credentialsOf(one, parts)
  const { auths } = JSON.parse(configJson) as { auths: Record<string, { password: string; auth: string }> }
  const values = one.status.config ? maskedValues(await parts.runData(one)) : []
  const header = Buffer.from(`${fetchUser}:${ticket}`).toString('base64')
  return [...values, ticket, header, ...Object.values(auths).flatMap(({ password, auth }) => [password, auth])]
}
