import type { Client } from '@sampan/client/client'
import { StatusError } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { createPipeline } from './create-pipeline.ts'

/** The same commit once more, as a run of its own. Throws Conflict for one that waits for a word or got a no. */
export function restartPipeline(client: Client, owner: App, one: Pipeline, by: string): Promise<Pipeline> {
  const state = one.status?.state ?? 'pending'
  if (state === 'blocked' || state === 'declined') {
    const remedy = state === 'blocked' ? 'approve or decline it first' : 'push again'
    throw new StatusError('Conflict', `Pipeline ${one.spec.number} is ${state}: ${remedy}.`)
  }
  const { app: _, number, cancel: __, approved: ___, ...spec } = one.spec
  return createPipeline(client, { ...spec, app: owner, parent: number, by })
}
