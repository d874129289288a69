import { type Controller, controller, index, type Snapshot, watch } from '@sampan/control/controller'
import { again, type Plan, patch, remove, status } from '@sampan/control/plan'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { buildNamespace } from '../config.ts'
import { projectLabel } from '../labels.ts'
import { hasEnded, pipelineLogs } from '../logs/pipeline-log.ts'
import { buildFinalizer } from './create-pipeline.ts'
import { end, removeRun } from './end.ts'
import { pipelineLabel, stackLabel, stackStep } from './names.ts'
import { olderOf, overtaker, surplusOf } from './overtaken.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf } from './queue.ts'
import { advance } from './run.ts'
import type { StackName } from './stacks/source.ts'
import { dropStandby, keepStandby } from './standby.ts'
import { standbysOf } from './standby-pod.ts'
import { startOrWait } from './start.ts'
import { isOver } from './status.ts'

/** Turns Pipelines into pods and keeps their status as it is. */
export function pipelineController(parts: PipelineParts): Controller {
  return controller<Pipeline>({
    name: 'pipeline',
    component: 'sampan',
    kind: pipeline,
    workers: 4,
    indexes: [index(pod, 'pipeline', (one: Pod) => runOf(one)), index(pod, 'standby', standbysOf)],
    watches: [
      watch(pod, (one, snapshot) => concerned(one, snapshot)),
      // One that ends makes room for those that wait.
      watch(pipeline, (one, snapshot) =>
        hasEnded(one)
          ? snapshot
              .list(pipeline)
              .filter(isWaiting)
              .map(({ metadata }) => metadata)
          : olderOf(one, snapshot).map(({ metadata }) => metadata),
      ),
    ],
    reads: [app, project] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcilePipeline(one, snapshot, parts),
  })
}

const runOf = ({ metadata: { namespace, labels = {} } }: Pod) =>
  namespace === buildNamespace && labels[pipelineLabel] ? [`${labels[projectLabel]}/${labels[pipelineLabel]}`] : []

const isWaiting = (one: Pipeline) => !hasEnded(one) && !['running', 'blocked'].includes(one.status?.state ?? '')

function concerned(one: Pod, snapshot: Snapshot) {
  const { namespace, labels = {} } = one.metadata
  if (namespace !== buildNamespace) return []
  if (labels[pipelineLabel]) return [{ namespace: labels[projectLabel], name: labels[pipelineLabel] }]
  const step = stackStep(labels[stackLabel] as StackName)
  return snapshot
    .list(pipeline)
    .filter((each) => each.status?.state === 'running' && waitsFor(each, step))
    .map(({ metadata }) => metadata)
}

const waitsFor = ({ status }: Pipeline, step: string) =>
  status?.stages?.some(({ steps }) => steps.some((one) => one.name === step && !isOver(one)))

export async function reconcilePipeline(one: Pipeline, snapshot: Snapshot, parts: PipelineParts): Promise<Plan> {
  if (one.metadata.deletionTimestamp) return forget(one, snapshot, parts)
  if (hasEnded(one)) {
    const surplus = surplusOf(one, snapshot, parts.settings.keptPipelines)
    return [
      ...removeRun(one, snapshot),
      ...surplus.map((each) => remove(pipeline, each)),
      ...keepStandby(one, snapshot, parts),
    ]
  }
  if (one.spec.cancel) return end(one, snapshot, parts, { state: 'cancelled', reason: 'it was cancelled' })
  const newer = overtaker(one, snapshot)
  if (newer) {
    const reason = `run ${newer.spec.number} of the same ref came after it`
    return end(one, snapshot, parts, { state: one.status?.state === 'running' ? 'cancelled' : 'skipped', reason })
  }
  if (one.status?.state === 'running') return advance(one, snapshot, parts)
  if (one.status?.state === 'blocked') return decided(one, snapshot, parts)
  return startOrWait(one, snapshot, parts)
}

/** It waited for somebody's word: with the last one it goes on, or ends when all were no. */
async function decided(one: Pipeline, snapshot: Snapshot, parts: PipelineParts): Promise<Plan> {
  const stages = one.status?.stages ?? []
  if (stages.some(({ state }) => state === 'blocked')) return []
  if (stages.every(isOver)) {
    return end(one, snapshot, parts, { state: 'declined', reason: stages[0]?.reason ?? 'it was declined' })
  }
  const { reason: _, ...rest } = one.status!
  return [status(pipeline, one, { ...rest, state: 'pending' }), again(0)]
}

/** The Pipeline is being deleted: its pods go first, then its logs, then it. */
async function forget(one: Pipeline, snapshot: Snapshot, parts: PipelineParts): Promise<Plan> {
  const { finalizers = [], name, namespace } = one.metadata
  if (!finalizers.includes(buildFinalizer)) return []
  const left = [
    ...removeRun(one, snapshot, { always: one.status?.config !== undefined }),
    ...dropStandby(one, snapshot),
  ]
  if (snapshot.by(pod, 'pipeline', keyOf(one)).length > 0) return [...left, again(1000)]
  await parts.logs.store.remove(pipelineLogs(one))
  const rest = finalizers.filter((each) => each !== buildFinalizer)
  return [patch(pipeline, { name, namespace }, { metadata: { finalizers: rest } }, { unless: 'NotFound' })]
}
