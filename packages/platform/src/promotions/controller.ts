import { type Controller, controller, type Snapshot } from '@sampan/control/controller'
import { create, event, type Plan, patch } from '@sampan/control/plan'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import { inEnvironment } from '../rollouts/history.ts'
import { rolloutFrom } from '../rollouts/make.ts'
import { notMadeFor, releaseBrought } from './brought.ts'

/** On Pipelines: what became of the promotion. On Rollouts: the Pipeline that asked for it. */
export const promotedAnnotation = 'sampan.dev/promoted'

/**
 * A promotion whose run went well, or that no pipeline of the file is for, brings the parent's release into the environment
 * it names; what that asks for (approval) is its own business.
 */
export const promotionController = (): Controller =>
  controller<Pipeline>({
    name: 'promotion',
    component: 'sampan',
    kind: pipeline,
    reads: [app, environment, release, rollout] as unknown as Controller['reads'],
    reconcile: reconcilePromotion,
  })

export function reconcilePromotion(one: Pipeline, snapshot: Snapshot): Plan {
  const { event: kind, target } = one.spec
  const { namespace = '', name, annotations, deletionTimestamp } = one.metadata
  if (deletionTimestamp || (kind !== 'promote' && kind !== 'rollback') || !target || annotations?.[promotedAnnotation])
    return []
  const state = one.status?.state
  if (state !== 'success' && state !== 'skipped') return []
  const noted = (text: string): Plan => [
    patch(
      pipeline,
      { namespace, name },
      { metadata: { annotations: { [promotedAnnotation]: text } } },
      { unless: 'NotFound' },
    ),
  ]
  const where = snapshot.get(environment, { namespace, name: target })
  const owner = snapshot.get(app, { namespace, name: one.spec.app })
  // Any other word is between the file and whoever asked.
  if (!where || !owner) return noted('no environment')
  const rollouts = snapshot.list(rollout, namespace).filter(({ spec }) => spec.app === one.spec.app)
  const made = rollouts.find(({ metadata }) => metadata.annotations?.[promotedAnnotation] === name)
  if (made) return noted(made.metadata.name)
  const brought = releaseBrought(one.spec, {
    releases: snapshot.list(release, namespace),
    runs: snapshot.list(pipeline, namespace),
  })
  if (!brought) {
    const why = `Pipeline ${one.spec.parent ?? ''} made no release, so there is nothing to bring to ${target}.`
    return [event(one, 'Warning', 'NotPromoted', why), ...noted('no release')]
  }
  if (!inEnvironment(brought, target)) {
    const why = notMadeFor(brought, target)
    return [event(one, 'Warning', 'NotPromoted', why), ...noted('not made for it')]
  }
  const next = rolloutFrom({
    app: owner,
    environment: target,
    release: brought,
    rollouts,
    by: one.spec.by,
    reason: kind === 'promote' ? `promoted by pipeline ${one.spec.number}` : `rollback by pipeline ${one.spec.number}`,
    rollback: kind === 'rollback',
  })
  const annotated = { ...next, metadata: { ...next.metadata, annotations: { [promotedAnnotation]: name } } }
  return [create(rollout, annotated), ...noted(next.metadata.name)]
}
