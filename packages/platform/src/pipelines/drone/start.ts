import type { Snapshot } from '@sampan/control/controller'
import { again, apply, type Plan, type Step, status } from '@sampan/control/plan'
import type { PlannedPipeline } from '@sampan/drone/plan'
import { isSigned } from '@sampan/drone/signature'
import { secret } from '@sampan/resources/core/secret'
import type { App } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { fetchUser } from '../../git/fetch-ticket.ts'
import { credentialsOf } from '../credentials.ts'
import { end } from '../end.ts'
import { imageStageOf } from '../image-stage.ts'
import { imageStage } from '../names.ts'
import type { PipelineParts } from '../parts.ts'
import { wantsImage } from '../purpose.ts'
import type { Stage, Status, StepStatus } from '../status.ts'
import { entriesOf } from './entries.ts'
import { errorText, type RunFile, selectedOf } from './file.ts'
import { imageAsked } from './image-build.ts'
import { pullSecret, valuesSecret } from './objects.ts'
import { imageInput } from './step-start.ts'
import { resolvedSecrets, secretKey } from './values.ts'

/** A run that follows a file begins: its stages are known, its secrets are there. `rest`: the status so far. */
export async function startFile(
  one: Pipeline,
  { owner, file, rest }: { owner: App; file: RunFile; rest: Status },
  snapshot: Snapshot,
  parts: PipelineParts,
): Promise<Plan> {
  const started: Pipeline = { ...one, status: { ...rest, config: file.path } }
  if (!file.plan.ok) return end(started, snapshot, parts, { state: 'error', reason: errorText(file) })
  const selected = selectedOf(file)
  if (selected.length === 0) {
    return end(started, snapshot, parts, {
      state: 'skipped',
      reason: `no pipeline of ${file.path} is for ${whatOf(one)}`,
    })
  }
  const wasAsked = one.status?.stages !== undefined
  const stages = one.status?.stages ?? selected.map(stageOf)
  const key = await parts.repositoryKey(owner)
  if (!wasAsked && isHeld(one, owner) && !(key && isSigned(file.text, key))) {
    const reason = file.plan.signature
      ? `the signature of ${file.path} is not right: an owner or maintainer has to approve it`
      : `${file.path} is not signed: an owner or maintainer has to approve it`
    const blocked = stages.map((stage): Stage => ({ ...stage, state: 'blocked' }))
    const { startedAt: _, ...before } = rest
    return [status(pipeline, one, { ...before, config: file.path, state: 'blocked', reason, stages: blocked })]
  }

  const project = one.metadata.namespace ?? ''
  const values = await parts.secretsFor({
    project,
    app: one.spec.app,
    ...(one.spec.pullRequest && { pullRequest: { fork: one.spec.pullRequest.fork === true } }),
  })
  const { data: secrets, warnings } = resolvedSecrets(one, file, values, key)
  const { ticket, configJson } = credentialsOf(started, parts)
  const { netrcMachine } = parts.surroundings
  const base = {
    ...secrets,
    username: fetchUser,
    password: ticket,
    netrc: `machine ${netrcMachine} login ${fetchUser} password ${ticket}`,
  }
  const images = imagesOf(started, selected, { file, data: base, configJson, stages, parts })
  const all = [...stages]
  if (!images.pushes && wantsImage(owner, one)) {
    const plan = await parts.planOf(owner, one.spec.commit.sha)
    const after = stages.map(({ name }) => name)
    const name = freeName(after)
    if (plan.by !== 'nothing') all.push(await imageStageOf(plan, parts, { name, after }))
    if (plan.by === 'recipe') rest = { ...rest, stack: plan.recipe.stack }
  }
  const said = [...file.plan.warnings.map(({ line, message }) => `${file.path}:${line}: ${message}`), ...warnings]
  const next: Status = {
    ...rest,
    state: 'running',
    config: file.path,
    stages: all,
    ...(said.length > 0 && { warnings: said.slice(0, 50) }),
  }
  const objects: Step[] = [
    apply(secret, valuesSecret(one, { ...base, ...images.data })),
    apply(secret, pullSecret(one, pullConfig(configJson, selected, secrets))),
  ]
  return [...objects, status(pipeline, one, next), again(0)]
}

/** Hooks of a protected repository wait for a word; what somebody asked for by name does not. */
const isHeld = ({ spec }: Pipeline, owner: App) =>
  owner.spec.pipelines?.protected === true && ['push', 'pull_request', 'tag'].includes(spec.event)

const whatOf = ({ spec }: Pipeline) => {
  const ref = spec.commit.ref.replace(/^refs\/(heads|tags)\//, '')
  return spec.event === 'push' ? `a push to ${ref}` : `the event ${spec.event}${ref ? ` of ${ref}` : ''}`
}

function freeName(taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? imageStage : `${imageStage} ${n}`
    if (!taken.includes(name)) return name
  }
}

/** A stage as it is before it begins. */
function stageOf(planned: PlannedPipeline): Stage {
  const steps = entriesOf(planned).map(
    ({ name, kind, after, isDetached, failure, step }): StepStatus => ({
      name,
      kind,
      ...(step && { image: step.image }),
      ...(after.length > 0 && { after: [...after] }),
      ...(isDetached && { detach: true }),
      ...((isDetached || failure === 'ignore') && { ignored: true }),
      state: 'pending',
    }),
  )
  const after = planned.dependsOn
  return { name: planned.name, kind: 'pipeline', state: 'pending', ...(after.length > 0 && { after }), steps }
}

interface Images {
  file: RunFile
  data: Record<string, string>
  configJson: string
  stages: readonly Stage[]
  parts: PipelineParts
}

/** What the image builds of a run add to its Secret, and whether one of them pushes something. */
function imagesOf(one: Pipeline, selected: readonly PlannedPipeline[], { stages, ...given }: Images) {
  const data: Record<string, string> = {}
  let pushes = false
  for (const planned of selected) {
    const stage = stages.findIndex(({ name }) => name === planned.name)
    for (const entry of entriesOf(planned)) {
      if (entry.kind !== 'image') continue
      const number = stages[stage]!.steps.findIndex(({ name }) => name === entry.name) + 1
      try {
        const asked = imageAsked(imageInput({ one, entry, pods: { planned }, ...given }), { stage: stage + 1, number })
        if ('skipped' in asked) continue
        Object.assign(data, asked.secret)
        if (asked.values.SAMPAN_DRY_RUN !== 'true') pushes = true
      } catch (error) {
        // The step itself says so when its turn comes.
        if (!(error instanceof Error) || error.constructor !== Error) throw error
        pushes = true
      }
    }
  }
  return { data, pushes }
}

type Auths = { auths?: Record<string, unknown> }

/** Our registry's credentials and those that the file names for its images. */
function pullConfig(
  own: string,
  selected: readonly PlannedPipeline[],
  secrets: Readonly<Record<string, string>>,
): string {
  const auths: Record<string, unknown> = {}
  for (const name of selected.flatMap(({ imagePullSecrets }) => imagePullSecrets)) {
    const text = secrets[secretKey(name)]
    if (!text) continue
    try {
      Object.assign(auths, (JSON.parse(text) as Auths).auths)
    } catch (error) {
      // No docker config.json: images are then pulled without it, and the registry says what it thinks of that.
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return JSON.stringify({ auths: { ...auths, ...(JSON.parse(own) as Auths).auths } })
}
