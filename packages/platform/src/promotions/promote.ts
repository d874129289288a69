import type { Client } from '@sampan/client/client'
import { StatusError } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { createPipeline } from '../pipelines/create-pipeline.ts'
import { inEnvironment } from '../rollouts/history.ts'
import { notMadeFor, releaseBrought } from './brought.ts'

export interface PromoteRequest {
  app: App
  parent: Pipeline
  event: 'promote' | 'rollback'
  /** An environment of the project, or any word the pipeline file knows. */
  target: string
  parameters?: Record<string, string>
  by: string
}

/**
 * A run of the same commit for a target, as Drone makes it: parameters go over those of the parent. Throws BadRequest, and
 * Conflict for what could not be brought there in the end.
 */
export async function promote(client: Client, given: PromoteRequest): Promise<Pipeline> {
  const { app, parent, event, target, parameters, by } = given
  if (target.trim() === '') throw new StatusError('BadRequest', 'Say where to: target is the name of an environment.')
  const { commit, branch, sourceBranch, action, number } = parent.spec
  if (parent.spec.deploy === false) {
    throw new StatusError('Conflict', `Pipeline ${number} is a trial: there is nothing of it to bring anywhere.`)
  }
  const { namespace = '' } = app.metadata
  const where = await client.find(environment, { namespace, name: target })
  if (where) {
    const [releases, runs] = await Promise.all([
      client.list(release, { namespace }),
      client.list(pipeline, { namespace }),
    ])
    const brought = releaseBrought(
      { app: app.metadata.name, parent: number },
      { releases: releases.items, runs: runs.items },
    )
    if (brought && !inEnvironment(brought, target)) throw new StatusError('Conflict', notMadeFor(brought, target))
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
