import { type Pipeline, stepPath } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import type { Source as LogSource } from '../logs/collect.ts'
import { stepLog } from '../logs/pipeline-log.ts'
import { secretsOf } from './credentials.ts'
import type { PipelineParts } from './parts.ts'
import { isOver, type StepStatus } from './status.ts'

/** Sees to it that the log of a step is being copied, or, when the step has just ended, that all of it was. */
export async function followed(
  one: Pipeline,
  stage: string,
  { before, after }: { before: StepStatus; after: StepStatus },
  parts: PipelineParts,
): Promise<StepStatus> {
  const source = sourceOf(after)
  if (!source || isOver(before)) return after
  if (!isOver(after)) {
    const path = stepPath(stage, after.name)
    parts.logs.collector.follow(source, stepLog(one, path), await secretsOf(one, parts))
    return after
  }
  return drained(one, stage, after, parts)
}

/** Sees to it that all a step has said is kept, and notes how much that is. */
export async function drained(
  one: Pipeline,
  stage: string,
  step: StepStatus,
  parts: PipelineParts,
): Promise<StepStatus> {
  const name = stepLog(one, stepPath(stage, step.name))
  const source = sourceOf(step)
  if (source) await parts.logs.collector.drain(source, name, await secretsOf(one, parts))
  return { ...step, logLines: (await parts.logs.store.state(name)).lines }
}

/** Where a step's log comes from, once it has a container. */
const sourceOf = ({ pod: name, container }: StepStatus): LogSource | undefined =>
  name && container ? { namespace: buildNamespace, pod: name, container } : undefined

/** Up to 500 lines. */
export async function lastLines(
  one: Pipeline,
  stage: string,
  step: string,
  { logs: { store } }: Pick<PipelineParts, 'logs'>,
): Promise<string[]> {
  const lines: string[] = []
  for (let offset = 0; ; ) {
    const part = await store.read(stepLog(one, stepPath(stage, step)), offset)
    if (part.lines.length === 0) return lines
    lines.push(...part.lines.map((line) => line.text))
    lines.splice(0, lines.length - 500)
    offset = part.next
  }
}
