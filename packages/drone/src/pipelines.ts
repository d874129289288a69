import { posix } from 'node:path'
import type { BuildContext, StageContext } from './build-context.ts'
import { keeps, pipelineStatus, stepRunsOn, triggers } from './conditions.ts'
import { lineOf } from './documents.ts'
import { orderOf } from './order.ts'
import type { Notes, PlannedPipeline, PlannedStep, PlannedVolume, PlanOptions, RunsOn, Value } from './plan.ts'
import { decoded, parsed, type RawPipeline } from './read.ts'
import type { Tree } from './scalar.ts'
import { plain, pluginVariables } from './settings.ts'
import { type PipelineDocument, pipeline, type StepDocument, type VolumeDocument } from './shapes.ts'
import { BadSubstitution, substitute } from './substitute.ts'
import { substitutionVariables } from './variables.ts'

/** A pipeline with the document it was planned from, `${}` already put in. */
export interface Planned {
  document: PipelineDocument
  planned: PlannedPipeline
}

/** Decides every pipeline of a file: which run, in which order, with which steps. */
export function plannedPipelines(
  raw: RawPipeline[],
  build: BuildContext,
  options: PlanOptions,
  notes: Notes,
): Planned[] {
  const selected = raw.map(({ document }) => triggers(document.trigger, build))
  const dependsOn = effectiveDependencies(raw, selected)
  let number = 0
  return raw.map((pipe, index) => {
    const { document } = pipe
    const stage: StageContext = {
      name: nameOf(document),
      number: selected[index] ? ++number : number + 1,
      kind: document.kind || 'pipeline',
      type: document.type || 'docker',
      os: document.platform.os || 'linux',
      arch: document.platform.arch || 'amd64',
      variant: document.platform.variant,
      version: document.platform.version,
      dependsOn: dependsOn[index]!,
    }
    const final = substituted(pipe, build, stage, options, notes)
    const planned = plannedPipeline(final, document, build)
    return { document: final, planned: { ...planned, selected: selected[index]!, dependsOn: dependsOn[index]! } }
  })
}

export const nameOf = (document: PipelineDocument): string => document.name || 'default'

/** Those of a pipeline that is not selected stand in its place. */
function effectiveDependencies(raw: RawPipeline[], selected: boolean[]): string[][] {
  const byName = new Map<string, { isIn: boolean; effective: string[] }>()
  return raw.map(({ document }, index) => {
    const effective = [
      ...new Set(
        document.depends_on.flatMap((name) => {
          const dependency = byName.get(name)
          if (!dependency) return []
          return dependency.isIn ? [name] : dependency.effective
        }),
      ),
    ]
    byName.set(nameOf(document), { isIn: selected[index]!, effective })
    return effective
  })
}

/** The document read again with `${}` put in; as it is where that fails, which is noted. */
function substituted(
  { source, document }: RawPipeline,
  build: BuildContext,
  stage: StageContext,
  options: PlanOptions,
  notes: Notes,
): PipelineDocument {
  if (!source.text.includes('$')) return document
  let text: string
  try {
    text = substitute(source.text, substitutionVariables(build, stage, options.globals))
  } catch (error) {
    if (!(error instanceof BadSubstitution)) throw error
    const line = lineOf(source, source.line + source.text.slice(0, error.offset).split('\n').length - 1)
    const wanted = source.text.slice(error.offset).split('\n', 1)[0]!.slice(0, 30)
    notes.errors.push({
      line,
      message: `bad substitution at ${wanted}: for the shell's own \${…} write $\${…}`,
    })
    return document
  }
  if (text === source.text) return document
  const fresh: Notes = { errors: [], warnings: [] }
  const node = parsed({ ...source, text }, fresh)
  const read = node && decoded(node, pipeline, fresh)
  const known = new Set(notes.errors.map(({ line, message }) => `${line} ${message}`))
  for (const error of fresh.errors)
    if (!known.has(`${error.line} ${error.message}`))
      notes.errors.push({ line: error.line, message: `after \${} was put in: ${error.message}` })
  return read ?? document
}

function plannedPipeline(
  document: PipelineDocument,
  raw: PipelineDocument,
  build: BuildContext,
): Omit<PlannedPipeline, 'selected' | 'dependsOn'> {
  const clone = !document.clone.disable
  const triggerStatus = pipelineStatus(raw.trigger)
  const { order, isGraph } = orderOf(document, build)
  const entry = (step: StepDocument, isService: boolean): PlannedStep => ({
    ...plannedStep(step, document.environment, build),
    after: order.get(step) ?? [],
    ...(isService && { detach: true }),
  })
  return {
    name: nameOf(raw),
    kind: raw.kind || 'pipeline',
    type: raw.type || 'docker',
    line: raw.line,
    runsOn: runsOn(triggerStatus),
    triggerStatus,
    clone: {
      enabled: clone,
      depth: document.clone.depth,
      retries: document.clone.retries,
      skipVerify: document.clone.skip_verify,
      trace: document.clone.trace,
    },
    platform: {
      os: raw.platform.os || 'linux',
      arch: raw.platform.arch || 'amd64',
      variant: raw.platform.variant,
      version: raw.platform.version,
    },
    node: { ...raw.node },
    concurrency: raw.concurrency.limit,
    ...workspaceOf(document),
    isGraph,
    environment: { ...document.environment },
    services: document.services.map((service) => entry(service, true)),
    steps: document.steps.map((step) => entry(step, false)),
    volumes: document.volumes.flatMap(plannedVolume),
    imagePullSecrets: document.image_pull_secrets,
    kubernetes: {
      namespace: document.metadata.namespace,
      labels: { ...document.metadata.labels },
      annotations: { ...document.metadata.annotations },
      serviceAccountName: document.service_account_name,
      nodeName: document.node_name,
      nodeSelector: { ...document.node_selector },
      tolerations: document.tolerations.map(({ key, operator, effect, value, toleration_seconds: seconds }) => ({
        key,
        operator,
        effect,
        value,
        ...(seconds !== undefined && { tolerationSeconds: seconds }),
      })),
      hostAliases: document.host_aliases.map(({ ip, hostnames }) => ({ ip, hostnames })),
      dns: {
        nameservers: document.dns_config.nameservers,
        searches: document.dns_config.searches,
        options: document.dns_config.options.map(({ name, value }) => ({
          name,
          ...(value !== undefined && { value }),
        })),
      },
      requests: { cpu: document.resources.requests.cpu, memory: document.resources.requests.memory },
    },
  }
}

function runsOn({ onSuccess, onFailure }: PlannedPipeline['triggerStatus']): RunsOn {
  if (!onFailure) return 'on-success'
  return onSuccess ? 'always' : 'on-failure'
}

const failures: Record<string, PlannedStep['failure']> = {
  ignore: 'ignore',
  fast: 'fail-fast',
  'fail-fast': 'fail-fast',
  'fast-fail': 'fail-fast',
}

function plannedStep(step: StepDocument, shared: Record<string, string>, build: BuildContext): PlannedStep {
  const settings = present<Tree>(step.settings)
  const pull = step.pull.toLowerCase()
  return {
    name: step.name,
    image: step.image,
    line: step.line,
    selected: keeps(step.when, build),
    runsOn: stepRunsOn(step.when),
    after: [],
    detach: step.detach,
    failure: failures[step.failure] ?? 'fail',
    commands: step.commands,
    entrypoint: step.entrypoint,
    command: step.command,
    environment: { ...shared, ...present<Value>(step.environment) },
    plugin: pluginVariables(settings),
    settings: mapped(settings, plain),
    pull: pull === 'always' || pull === 'if-not-exists' || pull === 'never' ? pull : 'default',
    privileged: step.privileged,
    volumes: step.volumes.map(({ name, path, sub_path: subPath }) => ({ name, path, subPath })),
    workingDir: step.working_dir,
    user: step.user,
    group: step.group,
    shell: step.shell,
    resources: {
      limits: { cpu: step.resources.limits.cpu, memory: step.resources.limits.memory },
      requests: { cpu: step.resources.requests.cpu, memory: step.resources.requests.memory },
    },
    docker: {
      devices: step.devices.map(({ path }) => path),
      dns: step.dns,
      dnsSearch: step.dns_search,
      extraHosts: step.extra_hosts,
      networkMode: step.network_mode,
      shmSize: step.shm_size,
      memLimit: step.mem_limit,
    },
  }
}

const mapped = <A, B>(values: Record<string, A>, by: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, by(value)]))

const present = <T>(values: Record<string, T | undefined>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<string, T>

function plannedVolume({ name, temp, host, cache, claim, config_map: map, secret }: VolumeDocument): PlannedVolume[] {
  if (temp) return [{ name, kind: 'temp', medium: temp.medium, sizeLimit: temp.size_limit }]
  if (host) return [{ name, kind: 'host', path: host.path }]
  if (cache) return [{ name, kind: 'cache' }]
  if (claim) return [{ name, kind: 'claim', claim: claim.name, readOnly: claim.read_only }]
  if (map)
    return [{ name, kind: 'config_map', configMap: map.name, defaultMode: map.default_mode, optional: map.optional }]
  if (!secret) return []
  const { default_mode: defaultMode, optional } = secret
  return [{ name, kind: 'secret', secret: secret.secret_name || secret.name, defaultMode, optional }]
}

/** Mounting the workspace here would hide what every image needs. */
const restricted = [
  '/',
  '/bin',
  '/dev',
  '/etc',
  '/etc/docker',
  '/mnt',
  '/mount',
  '/media',
  '/proc',
  '/run',
  '/sys',
  '/usr',
  '/var',
]

function workspaceOf({ workspace, type }: PipelineDocument) {
  let { base, path } = type === 'kubernetes' ? { base: '', path: workspace.path } : workspace
  if (!base && path.startsWith('/')) [base, path] = [path, '']
  base ||= '/drone/src'
  const full = posix.join('/', base, path).replace(/(.)\/$/, '$1')
  return restricted.includes(full)
    ? { workspace: '/drone/src', workspaceBase: '/drone/src', workspacePath: '' }
    : { workspace: full, workspaceBase: base, workspacePath: path }
}
