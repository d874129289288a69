import type { Client } from '@sampan/client/client'
import { StatusError } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { createPipeline } from '../pipelines/create-pipeline.ts'

export interface PromoteRequest {
  app: App
  parent: Pipeline
  event: 'promote' | 'rollback'
  /** An environment of the project, or any word the pipeline file knows. */
  target: string
  parameters?: Record<string, string>
  by: string
}

/** A run of the same commit for a target, as Drone makes it: parameters go over those of the parent. Throws Invalid. */
export async function promote(client: Client, given: PromoteRequest): Promise<Pipeline> {
  const { app, parent, event, target, parameters, by } = given
  if (target.trim() === '') throw new StatusError('BadRequest', 'Say where to: target is the name of an environment.')
  const { commit, branch, sourceBranch, action, number } = parent.spec
  if (parent.spec.deploy === false) {
    throw new StatusError('Conflict', `Pipeline ${number} is a trial: there is nothing of it to bring anywhere.`)
  }
  return createPipeline(client, {
    app,
    event,
    commit,
    ...(action && { action }),
    ...(branch && { branch }),
    ...(sourceBranch && { sourceBranch }),
    parent: number,
    target,
    parameters: { ...parent.spec.parameters, ...parameters },
    by,
  })
}
