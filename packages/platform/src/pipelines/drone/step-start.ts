import { stepEnvironment } from '@sampan/drone/variables'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { PipelineParts } from '../parts.ts'
import { isBad, type Stage } from '../status.ts'
import { counts } from './decide.ts'
import type { Entry } from './entries.ts'
import type { RunFile } from './file.ts'
import { type ImageInput, imageAsked, stepImage } from './image-build.ts'
import { clonePod, type EnvValue, imagePod, type StagePods, stepPod } from './pods.ts'
import { secretKey } from './values.ts'

export interface StartStep {
  one: Pipeline
  stage: Stage
  /** All stages of the run, as they are now: what failed so far is in every step's environment. */
  stages: readonly Stage[]
  file: RunFile
  entry: Entry
  /** Of the step in its stage, from 1. */
  number: number
  pods: StagePods
  data: Readonly<Record<string, string>>
  configJson: string
  parts: PipelineParts
  now: Date
}

/** A pod to make, or that there is nothing to do and why. Throws an Error with a sentence when the step cannot be. */
export type Started = { pod: object; image: string } | { skipped: string }

const seconds = (time: string | undefined) => (time ? Math.floor(Date.parse(time) / 1000) : 0)

export async function startStep(given: StartStep): Promise<Started> {
  const { one, entry, number, pods, parts } = given
  const step = entry.step!
  if (entry.kind === 'clone') {
    const source = { repositoryURL: parts.repositoryURL(one.metadata.namespace ?? '', one.spec.app) }
    const depth = step.plugin.PLUGIN_DEPTH
    const clone = cloneValues(one, { depth: Number(typeof depth === 'string' ? depth : 0), retries: 0, trace: false })
    return { pod: clonePod(pods, number, { ...source, clone }), image: parts.pods.builderImage }
  }
  if (entry.kind === 'image') {
    const asked = imageAsked(imageInput(given), { stage: pods.number, number })
    if ('skipped' in asked) return asked
    const { values, args, labels, image } = asked
    return { pod: imagePod(pods, { number, values: { ...values, ...pullOf(given) }, args, labels }), image }
  }
  const { registryHost } = parts.pods
  const image = await stepImage(step.image, {
    registryHost,
    registryAliases: parts.registryAliases,
    hubReachable: parts.hubReachable(),
    hasImage: parts.hasImage,
  })
  return { pod: stepPod(pods, { step, number, image, env: environmentOf(given) }), image }
}

const pullOf = ({ entry, parts }: StartStep): Record<string, string> =>
  entry.step?.settings.pull_image !== false && parts.hubReachable() ? { SAMPAN_PULL: 'true' } : {}

export const imageInput = ({
  one,
  entry,
  file,
  pods,
  data,
  configJson,
  parts,
}: Pick<StartStep, 'one' | 'entry' | 'file' | 'data' | 'configJson' | 'parts'> & {
  pods: Pick<StagePods, 'planned'>
}): ImageInput => ({
  step: entry.step!,
  planned: pods.planned,
  context: file.context,
  data,
  repository: `${one.metadata.namespace}/${one.spec.app}`,
  registryHost: parts.pods.registryHost,
  registryAliases: parts.registryAliases,
  configJson,
})

/** What the clone's script is told. */
export function cloneValues(
  one: Pipeline,
  { depth, retries, trace }: { depth: number; retries: number; trace: boolean },
): Record<string, string> {
  const into = one.spec.event === 'pull_request' ? one.spec.branch : undefined
  return {
    SAMPAN_DEPTH: String(depth),
    SAMPAN_SUBMODULES: 'false',
    ...(into && { SAMPAN_INTO: into }),
    ...(retries > 0 && { SAMPAN_TRIES: String(retries + 1) }),
    ...(trace && { SAMPAN_TRACE: 'true' }),
  }
}

/** Every variable of a step, lowest first: the build's, then the file's own. */
function environmentOf({
  stage,
  stages,
  file,
  entry,
  number,
  pods,
  data,
  now,
  parts,
}: StartStep): Record<string, EnvValue> {
  const { planned } = pods
  const step = entry.step!
  const failed = stages
    .map((other) => (other.name === stage.name ? stage : other))
    .filter((other) => isBad(other) || other.steps.some(counts))
  const failedSteps = stage.steps.filter(counts).map(({ name }) => name)
  const own = Object.fromEntries(
    Object.entries({ ...step.environment, ...step.plugin }).flatMap(([name, value]): [string, EnvValue][] => {
      if (typeof value === 'string') return [[name, value]]
      // A secret that is not there leaves the variable out.
      const key = secretKey(value.from_secret)
      return data[key] === undefined ? [] : [[name, { key }]]
    }),
  )
  const build = stepEnvironment({
    build: {
      ...file.context,
      status: failed.length > 0 ? 'failure' : 'success',
      failedStages: failed.map(({ name }) => name),
    },
    stage: {
      name: planned.name,
      number: pods.number,
      kind: planned.kind,
      type: planned.type,
      ...planned.platform,
      machine: parts.machine,
      status: failedSteps.length > 0 ? 'failure' : 'success',
      started: seconds(stage.startedAt),
      dependsOn: planned.dependsOn,
      failedSteps,
    },
    step: { name: step.name, number },
    workspace: { base: planned.workspaceBase, path: planned.workspacePath, full: planned.workspace },
    own: {},
    now: Math.floor(now.getTime() / 1000),
  })
  return {
    ...build,
    DRONE_NETRC_MACHINE: parts.surroundings.netrcMachine,
    DRONE_NETRC_USERNAME: { key: 'username' },
    DRONE_NETRC_PASSWORD: { key: 'password' },
    DRONE_NETRC_FILE: { key: 'netrc' },
    ...own,
  }
}
