import { again, apply, create, remove, type Step, status } from '@sampan/control/plan'
import { scriptOf } from '@sampan/drone/script'
import { quantityOfBytes, unitsOf } from '@sampan/kit/quantity'
import { configMap } from '@sampan/resources/core/config-map'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { StatusError } from '@sampan/resources/errors'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { type Pipeline, pipeline, stepPath } from '@sampan/resources/sampan/pipeline'
import { credentialsOf } from '../credentials.ts'
import { buildFailure, cloneFailure } from '../failure.ts'
import type { Around, Artifact, Look } from '../look.ts'
import { stageObjectName, stepPodName } from '../names.ts'
import { containerOf, resultOf } from '../observe.ts'
import { obstacleTo } from '../obstacle.ts'
import { keyOf } from '../queue.ts'
import { isOver, type Stage, type StepStatus } from '../status.ts'
import { diskReason, pidsReason, timeReason } from '../step-failure.ts'
import { drained, followed, lastLines } from '../step-log.ts'
import { decideStage } from './decide.ts'
import { cloneName, type Entry, entriesOf } from './entries.ts'
import type { RunFile } from './file.ts'
import { cacheClaim, removeStageObjects, scriptsConfigMap, stagePolicy, workspaceClaim } from './objects.ts'
import { observeStepPod } from './observe-step.ts'
import { rootPod, type StagePods, watchContainer } from './pods.ts'
import { cloneValues, startStep } from './step-start.ts'
import { missingSecrets } from './values.ts'

export interface FileAround extends Around {
  file: RunFile
  /** All stages as they are now. */
  stages: readonly Stage[]
  /** Data of the run's Secret. */
  data: Readonly<Record<string, string>>
}

/** Largest scripts of one stage together: what a ConfigMap holds. */
const largestScripts = 1_000_000

/** One look at a stage that follows a file: what its pods did since, and the next ones when it is time for them. */
export async function advanceFileStage(one: Pipeline, stage: Stage, number: number, around: FileAround): Promise<Look> {
  const { snapshot, parts, file } = around
  const planned = file.plan.pipelines.find(({ name }) => name === stage.name)
  if (!planned) return stopped(one, stage, number, around, { state: 'error', reason: 'it is not in the file any more' })
  const ran = (snapshot.now.getTime() - Date.parse(stage.startedAt ?? '')) / 1000
  const pods: StagePods = {
    one,
    planned,
    number,
    limits: around.limits,
    remainingSeconds: around.limits.timeoutSeconds - ran,
    options: parts.pods,
    aliases: [],
  }
  const entries = entriesOf(planned)
  if (!stage.pod) return begun(one, stage, pods, entries, around)
  const own = new Map(
    snapshot
      .by(pod, 'pipeline', keyOf(one))
      .filter(({ metadata }) => metadata.name.startsWith(`${stageObjectName(one, number)}-`))
      .map((each) => [each.metadata.name, each]),
  )
  const root = own.get(stage.pod)
  if (!root) {
    if (await parts.hasPod(stage.pod)) return { stage, plan: [again(300)] }
    return stopped(one, stage, number, around, { state: 'error', reason: 'the node lost its workspace' })
  }
  const looked = await observed(one, stage, number, { own, entries, around })
  const full = containerOf(root, watchContainer)?.state?.terminated
  if (full?.exitCode === 1) {
    const reason = diskReason(around.limits)
    return stopped(one, looked.stage, number, around, { state: 'failure', reason, why: 'limit' }, looked.artifacts)
  }
  if (pods.remainingSeconds <= 0 || root.status?.reason === 'DeadlineExceeded') {
    return stopped(
      one,
      looked.stage,
      number,
      around,
      { state: 'failure', reason: timeReason(around.limits), why: 'limit' },
      looked.artifacts,
    )
  }
  if (root.status?.phase === 'Failed' || root.metadata.deletionTimestamp) {
    const why = root.status?.reason === 'Evicted' ? (root.status.message ?? 'evicted') : 'the node lost its workspace'
    return stopped(one, looked.stage, number, around, { state: 'error', reason: why }, looked.artifacts)
  }
  const held = root.spec.nodeName ? {} : obstacleTo(root, snapshot.now)
  if (held.reason) return stopped(one, looked.stage, number, around, { state: 'error', reason: held.reason })

  const parallel = Math.max(2, Math.floor(parts.settings.runMemoryBytes / unitsOf(around.limits.memory)))
  const decision = decideStage(entries, looked.stage, parallel)
  const skipped = new Set(decision.skip)
  let next: Stage = {
    ...looked.stage,
    steps: looked.stage.steps.map((step) => (skipped.has(step.name) ? { ...step, state: 'skipped' } : step)),
  }
  if (decision.end) {
    return stopped(
      one,
      next,
      number,
      around,
      { state: decision.end, ...reasonOf(next, decision.end) },
      looked.artifacts,
    )
  }
  const plan: Step[] = looked.kill.map((each) => remove(pod, each, { graceSeconds: 0 }))
  let message = looked.message ?? held.message
  const node = root.spec.nodeName
  if (node) {
    const started = await startAll(one, next, decision.start, { entries, own, around, pods: { ...pods, node } })
    next = started.stage
    plan.push(...started.plan)
    message ??= started.message
  }
  const changed = skipped.size > 0 || plan.some(({ op }) => op === 'again')
  return {
    stage: next,
    message,
    artifacts: looked.artifacts,
    plan: [...plan, again(changed ? 0 : Math.min(15_000, Math.max(1000, pods.remainingSeconds * 1000 + 500)))],
  }
}

/** The stage's own objects, then the pod that holds its workspace. */
async function begun(
  one: Pipeline,
  stage: Stage,
  pods: StagePods,
  entries: readonly Entry[],
  { parts, snapshot, limits }: FileAround,
): Promise<Look> {
  const { number, planned } = pods
  const scripts = Object.fromEntries(
    entries.flatMap(({ step }) => {
      if (!step || step.commands.length === 0) return []
      return [[String(numberOf(stage, step.name)), scriptOf(step.commands)]]
    }),
  )
  const size = Object.values(scripts).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (size > largestScripts) {
    const reason = 'its commands are larger than 1 MB together: move them to scripts in the repository'
    return { stage: { ...stage, state: 'error', reason } }
  }
  const source = {
    repositoryURL: parts.repositoryURL(one.metadata.namespace ?? '', one.spec.app),
    ...(planned.clone.enabled && { clone: cloneValues(one, planned.clone) }),
  }
  const made = rootPod(pods, source, parts.settings)
  const caches = planned.volumes.filter(({ kind }) => kind === 'cache')
  const cacheSize = quantityOfBytes(parts.settings.cacheBytes)
  return {
    stage: { ...stage, pod: made.metadata.name },
    plan: [
      apply(persistentVolumeClaim, workspaceClaim(one, number, limits.disk)),
      ...caches.map(({ name }) => apply(persistentVolumeClaim, cacheClaim(one, name, cacheSize, snapshot.now))),
      ...(Object.keys(scripts).length > 0 ? [apply(configMap, scriptsConfigMap(one, number, scripts))] : []),
      ...(entries.some(({ isDetached }) => isDetached) ? [apply(networkPolicy, stagePolicy(one, number))] : []),
      create(pod, made, { failed: (error) => refused(one, stage.name, undefined, error) }),
      again(2000),
    ],
  }
}

const numberOf = (stage: Stage, name: string) => stage.steps.findIndex((step) => step.name === name) + 1

interface Observed {
  stage: Stage
  artifacts: Artifact[]
  message?: string
  /** Steps that are made to end. */
  kill: Pod[]
}

/** Every step as its pod is now, with its log kept. */
async function observed(
  one: Pipeline,
  stage: Stage,
  number: number,
  { own, entries, around }: { own: ReadonlyMap<string, Pod>; entries: readonly Entry[]; around: FileAround },
): Promise<Observed> {
  const { parts, snapshot, limits } = around
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  const artifacts: Artifact[] = []
  const kill: Pod[] = []
  let message: string | undefined
  const look = async (before: StepStatus, index: number): Promise<StepStatus> => {
    if (isOver(before)) return before
    const isRoot = before.name === cloneName && byName.get(cloneName)?.step === undefined
    const name = isRoot ? stage.pod! : stepPodName(one, number, index + 1)
    const found = own.get(name)
    if (!found) {
      if (!before.pod || (await parts.hasPod(name))) return before
      return { ...before, state: 'error', reason: 'the node lost it', finishedAt: snapshot.now.toISOString() }
    }
    const entry = byName.get(before.name)
    const seen = observeStepPod(before, found, {
      ...(isRoot && { container: cloneName }),
      limits,
      now: snapshot.now,
      commands: entry?.step?.commands ?? [],
    })
    if (seen.waits) message ??= `${before.name}: ${seen.waits}`
    const after = await followed(one, stage.name, { before, after: { ...seen.step, pod: name } }, parts)
    if (seen.explain) {
      const lines = await lastLines(one, stage.name, before.name, parts)
      return { ...after, reason: explained(entry, seen.explain, lines, around) }
    }
    if (after.state === 'running' && !isRoot && parts.processes.isFull(name, after.startedAt, snapshot.now)) {
      kill.push(found)
      const kept = await drained(one, stage.name, after, parts)
      return { ...kept, state: 'failure', reason: pidsReason(limits), finishedAt: snapshot.now.toISOString() }
    }
    if (entry?.kind === 'image' && after.state === 'success') {
      const made = imageOf(found, stage, after)
      if (made) artifacts.push(made)
    }
    return after
  }
  const steps: StepStatus[] = []
  for (const [index, step] of stage.steps.entries()) steps.push(await look(step, index))
  return { stage: { ...stage, steps }, artifacts, kill, ...(message && { message }) }
}

/** Builds of images and clones say themselves what was wrong; of commands the exit code is the news. */
function explained(
  entry: Entry | undefined,
  explain: (lines: readonly string[]) => string,
  lines: readonly string[],
  { parts, limits, data }: FileAround,
): string {
  const plain = explain(lines)
  if (!plain.startsWith('exit code')) return plain
  if (entry?.kind === 'image') return buildFailure({ lines, limits, offlineBases: parts.offlineBases })
  if (entry?.kind === 'clone') return cloneFailure({ lines, limits, offlineBases: parts.offlineBases })
  const unset = entry?.step && missingSecrets(entry.step, data)[0]
  return unset ? `${plain} (its secret ${unset} is not there: sampan secrets set ${unset})` : plain
}

function imageOf(found: Pod, stage: Stage, step: StepStatus): Artifact | undefined {
  const result = resultOf(found, 'step')
  const name = found.spec.containers[0]?.env?.find((one) => one.name === 'SAMPAN_IMAGE')?.value
  if (!result || !name) return undefined
  return { type: 'image', name, ...result, step: stepPath(stage.name, step.name) }
}

/** What the steps call each other. */
function aliasesOf(stage: Stage, own: ReadonlyMap<string, Pod>): StagePods['aliases'] {
  return stage.steps.flatMap((step) => {
    const ip = step.pod && own.get(step.pod)?.status?.podIP
    const isAside = step.kind === 'service' || step.detach
    const name = hostNameOf(step.name)
    return isAside && ip && name ? [{ ip, hostnames: [...new Set([name])] }] : []
  })
}

/** Host names have small letters, digits, dots and hyphens only. */
export function hostNameOf(name: string): string | undefined {
  const host = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 63)
  return host || undefined
}

/** The API does not take a pod as the file asks for it: trying again cannot help. Anything else is tried again. */
function refused(one: Pipeline, stageName: string, stepName: string | undefined, error: Error): Step[] {
  if (!(error instanceof StatusError) || !['Invalid', 'Forbidden', 'BadRequest'].includes(error.reason)) return []
  const reason = `it cannot be run as it is written: ${error.message}`
  const stages = (one.status?.stages ?? []).map((stage): Stage => {
    if (stage.name !== stageName) return stage
    if (stepName === undefined) {
      const steps = stage.steps.map((step): StepStatus => ({ ...step, state: 'skipped' }))
      return { ...stage, state: 'error', reason, steps }
    }
    const steps = stage.steps.map(
      (step): StepStatus => (step.name === stepName ? { ...step, state: 'error', reason } : step),
    )
    return { ...stage, steps }
  })
  return [status(pipeline, one, { ...one.status!, stages })]
}

interface Starting {
  entries: readonly Entry[]
  own: ReadonlyMap<string, Pod>
  around: FileAround
  pods: StagePods
}

async function startAll(
  one: Pipeline,
  stage: Stage,
  names: readonly string[],
  { entries, own, around, pods }: Starting,
): Promise<{ stage: Stage; plan: Step[]; message?: string }> {
  const { parts, snapshot, file, stages, data } = around
  const plan: Step[] = []
  const steps = [...stage.steps]
  const { configJson } = credentialsOf(one, parts)
  for (const name of names) {
    const entry = entries.find((each) => each.name === name)!
    const number = numberOf(stage, name)
    const step = steps[number - 1]!
    if (!entry.step) continue // the clone runs in the pod that holds the workspace
    try {
      const made = await startStep({
        one,
        stage: { ...stage, steps },
        stages,
        file,
        entry,
        number,
        pods: { ...pods, aliases: aliasesOf(stage, own) },
        data,
        configJson,
        parts,
        now: snapshot.now,
      })
      if ('skipped' in made) {
        steps[number - 1] = { ...step, state: 'success', reason: made.skipped, finishedAt: snapshot.now.toISOString() }
        plan.push(again(0))
        continue
      }
      const podName = stepPodName(one, pods.number, number)
      steps[number - 1] = { ...step, pod: podName, startedAt: snapshot.now.toISOString() }
      plan.push(create(pod, made.pod, { failed: (error) => refused(one, stage.name, name, error) }))
    } catch (error) {
      if (!(error instanceof Error) || error.constructor !== Error) throw error
      steps[number - 1] = { ...step, state: 'error', reason: error.message, finishedAt: snapshot.now.toISOString() }
      plan.push(again(0))
    }
  }
  return { stage: { ...stage, steps }, plan }
}

/** The reason of a stage that did not go well: its first step that did not. */
function reasonOf({ steps }: Stage, end: string): { reason?: string } {
  if (end === 'success') return {}
  const bad = steps.find(({ state, ignored }) => (state === 'failure' || state === 'error') && !ignored)
  const step = bad ?? steps.find(({ state }) => state === 'error')
  return step ? { reason: `${step.name}: ${step.reason ?? step.state}` } : {}
}

/** Ends a stage: what runs is stopped and its log kept, what waited never came, its objects go. */
async function stopped(
  one: Pipeline,
  stage: Stage,
  number: number,
  { snapshot, parts }: FileAround,
  { why, ...end }: { state: 'success' | 'failure' | 'error'; reason?: string; why?: 'limit' },
  artifacts: readonly Artifact[] = [],
): Promise<Look> {
  const finishedAt = snapshot.now.toISOString()
  const steps = await Promise.all(
    stage.steps.map(async (step): Promise<StepStatus> => {
      if (isOver(step)) return step
      const isAside = step.kind === 'service' || step.detach
      const hasBegun = step.state === 'running'
      if (!hasBegun) return { ...step, state: 'skipped' }
      const kept = await drained(one, stage.name, step, parts)
      if (isAside || end.state === 'success') return { ...kept, finishedAt, state: 'success' }
      // What made the stage end is this step's doing, unless another step was: then this one is only stopped.
      const isOwn = why === 'limit'
      return { ...kept, finishedAt, state: isOwn ? 'failure' : 'cancelled', ...(isOwn && { reason: end.reason }) }
    }),
  )
  return { stage: { ...stage, ...end, steps, finishedAt }, artifacts, plan: removeStage(one, number, snapshot) }
}

/** Pods, claim, scripts and policy of one stage. */
const removeStage = (one: Pipeline, number: number, snapshot: FileAround['snapshot']): Step[] => [
  ...removeStageObjects(one, number),
  ...snapshot
    .by(pod, 'pipeline', keyOf(one))
    .filter(
      ({ metadata }) => metadata.name.startsWith(`${stageObjectName(one, number)}-`) && !metadata.deletionTimestamp,
    )
    .map((each) => remove(pod, each, { graceSeconds: 3 })),
]
