import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Plan, type PlannedPipeline, type PlannedStep, planOf } from '@sampan/drone/plan'
import { events, type SampleBuild, sampleBuild } from '@sampan/drone/sample-build'
import { type Command, type Invocation, Usage } from '../command.ts'
import { pairsOf } from '../pairs.ts'

export const lint: Command = {
  summary: 'check a .drone.yml and show what it would run',
  usage: '[FILE] [--event push|pull_request|tag|promote|rollback|cron|custom] [--branch B] [--ref R] …',
  flags: {
    event: { type: 'string' },
    branch: { type: 'string' },
    ref: { type: 'string' },
    action: { type: 'string' },
    target: { type: 'string' },
    cron: { type: 'string' },
    repo: { type: 'string' },
    instance: { type: 'string' },
    param: { type: 'string', multiple: true },
    trusted: { type: 'boolean' },
    untrusted: { type: 'boolean' },
  },
  run({ words, flags, json, cwd, out, err }) {
    if (words.length > 1) throw new Usage('One file at a time: sampan lint FILE')
    const file = words[0] ?? '.drone.yml'
    const path = resolve(cwd, file)
    const plan = planOf(textOf(path, file), sampleBuild(askedBy(flags)), {
      trusted: trustOf(flags),
      template: (name) => templateBeside(path, name),
    })
    if (json) out(`${JSON.stringify(planJson(plan))}\n`)
    else report(file, plan, flags.event !== undefined, { out, err })
    return plan.ok ? 0 : 1
  },
}

function textOf(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new Usage(`There is no file ${file}. Say: sampan lint FILE`)
    if (code === 'EISDIR') throw new Usage(`${file} is a folder. Say: sampan lint ${join(file, '.drone.yml')}`)
    throw new Usage(`${file} cannot be read: ${(error as Error).message}`)
  }
}

/** A template named in `load` is looked for beside the file. */
function templateBeside(path: string, name: string): string | undefined {
  const folder = dirname(path)
  for (const place of ['.', '.drone', 'templates'])
    if (namesIn(join(folder, place)).includes(name)) return readFileSync(join(folder, place, name), 'utf8')
  return undefined
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function trustOf(flags: Invocation['flags']): boolean | 'unknown' {
  if (flags.trusted) return true
  return flags.untrusted ? false : 'unknown'
}

/** The build the flags describe. Throws `Usage`. */
export function askedBy(flags: Invocation['flags']): SampleBuild {
  const say = (name: string) => (typeof flags[name] === 'string' ? (flags[name] as string) : undefined)
  const event = say('event')?.replace('pull-request', 'pull_request') ?? 'push'
  if (!events.includes(event as SampleBuild['event']))
    throw new Usage(`--event ${event}: use one of ${events.join(', ')}`)
  const repo = say('repo')
  if (repo !== undefined && !/^[^/\s]+(\/[^/\s]+)+$/.test(repo)) throw new Usage(`--repo ${repo}: say it as OWNER/NAME`)
  return {
    event: event as SampleBuild['event'],
    branch: say('branch'),
    ref: say('ref'),
    action: say('action'),
    target: say('target'),
    cron: say('cron'),
    repo,
    instance: say('instance'),
    params: pairsOf('param', flags.param),
  }
}

/** The plan as scripts read it. */
export const planJson = ({ ok, errors, pipelines }: Plan) => ({
  ok,
  errors,
  pipelines: pipelines.map((pipeline) => ({
    name: pipeline.name,
    type: pipeline.type,
    selected: pipeline.selected,
    dependsOn: pipeline.dependsOn,
    clone: pipeline.clone.enabled,
    services: pipeline.services.filter(({ selected }) => selected).map(({ name }) => name),
    steps: pipeline.steps.map(({ name, image, selected, runsOn, after, detach, failure, environment, plugin }) => ({
      name,
      image,
      selected,
      runsOn,
      after,
      detach,
      failure,
      environment,
      plugin,
    })),
  })),
})

function report(file: string, plan: Plan, isForEvent: boolean, { out, err }: Pick<Invocation, 'out' | 'err'>): void {
  const place = (line: number) => (line > 0 ? `${file}:${line}` : file)
  for (const { line, message } of plan.errors) err(`${place(line)}: ${message}\n`)
  for (const { line, message } of plan.warnings) err(`${place(line)}: warning: ${message}\n`)
  if (plan.ok && !isForEvent)
    out(`${file} is good: ${counted(plan.pipelines)}. What one event would run: sampan lint ${file} --event tag\n`)
  if (isForEvent) for (const pipeline of plan.pipelines) out(described(pipeline))
}

const counted = (pipelines: readonly PlannedPipeline[]) => {
  const steps = pipelines.reduce((sum, pipeline) => sum + pipeline.steps.length, 0)
  return `${pipelines.length} ${pipelines.length === 1 ? 'pipeline' : 'pipelines'}, ${steps} ${steps === 1 ? 'step' : 'steps'}`
}

function described({ name, selected, dependsOn, services, steps }: PlannedPipeline): string {
  if (!selected) return `${name}: not for this event\n`
  const after = dependsOn.length > 0 ? ` after ${dependsOn.join(', ')}` : ''
  const beside = services.filter((service) => service.selected).map((service) => service.name)
  const lines = steps.map((step) => `  ${step.selected ? '•' : '-'} ${stepLine(step)}\n`)
  return `${name}${after}${beside.length > 0 ? ` with ${beside.join(', ')}` : ''}\n${lines.join('')}`
}

function stepLine({ name, image, selected, runsOn, after }: PlannedStep): string {
  if (!selected) return `${name}: left out by when`
  const when = runsOn === 'on-success' ? '' : `, ${runsOn === 'always' ? 'always' : 'on failure'}`
  return `${name} (${image || 'no image'})${after.length > 0 ? ` after ${after.join(', ')}` : ''}${when}`
}
