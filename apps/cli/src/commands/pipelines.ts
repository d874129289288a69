import type { Rollout } from '@sampan/resources/sampan/rollout'
import { type Api, Refused } from '../api.ts'
import { type Command, type Invocation, Usage } from '../command.ts'
import { pairsOf } from '../pairs.ts'
import { follow } from '../progress.ts'
import { endOf, followRun, type Run, runPath } from '../run-follow.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, type Target, targetOf } from '../target.ts'

const actions: Record<string, (given: Asked) => Promise<number>> = {
  list,
  show,
  logs,
  cancel: (given) => act(given, 'cancel'),
  restart,
  approve: (given) => act(given, 'approve'),
  decline: (given) => act(given, 'decline'),
  promote,
}

interface Asked {
  invocation: Invocation
  api: Api
  target: Target
  /** As it was typed; without one the newest run. */
  number?: string
}

export const pipelines: Command = {
  summary: 'runs of pipelines: list, show, logs, cancel, restart, approve, decline, promote',
  usage:
    '[list [APP] | show|logs|cancel|restart|approve|decline [APP] [NUMBER] | promote [APP] NUMBER TARGET] [-f] [--step NAME] [--stage NAME] [--param KEY=VALUE]… [--limit N]',
  flags: {
    ...appFlags,
    follow: { type: 'boolean', short: 'f' },
    step: { type: 'string', short: 's' },
    stage: { type: 'string' },
    limit: { type: 'string' },
    param: { type: 'string', multiple: true },
  },
  async run(invocation) {
    const [first = 'list'] = invocation.words
    const isAction = Object.hasOwn(actions, first)
    const words = isAction ? invocation.words.slice(1) : invocation.words
    const isNumber = (word: string) => /^#?\d+$/.test(word)
    const number = words.find(isNumber)?.replace('#', '')
    const last = first === 'promote' ? words.at(-1) : undefined
    const named = words.find((word) => !isNumber(word) && word !== last)
    const target = targetOf(invocation, named)
    const action = actions[isAction ? first : 'list']!
    return action({ invocation, api: await invocation.api(), target, ...(number && { number }) })
  },
}

const listPath = ({ project, app }: Target, limit: string) =>
  `/api/projects/${encodeURIComponent(project)}/pipelines?app=${encodeURIComponent(app)}&limit=${limit}`

async function list({ invocation: { json, out, flags }, api, target }: Asked): Promise<number> {
  const limit = typeof flags.limit === 'string' ? flags.limit : '20'
  const runs = await api.get<Run[]>(listPath(target, limit))
  if (json) out(`${JSON.stringify(runs)}\n`)
  else if (runs.length === 0) out('No pipelines yet: git push sampan main\n')
  else {
    const rows = runs.map(({ spec, status, metadata }) => [
      `#${spec.number}`,
      status?.queuePosition ? `pending (place ${status.queuePosition})` : (status?.state ?? 'pending'),
      spec.event,
      spec.commit.ref.replace(/^refs\/(heads|tags)\//, ''),
      spec.commit.sha.slice(0, 8),
      spec.by,
      status?.startedAt ?? metadata.creationTimestamp,
      (status?.reason ?? spec.commit.message ?? '').split('\n')[0]!.slice(0, 70),
    ])
    out(table(['RUN', 'STATE', 'EVENT', 'REF', 'COMMIT', 'BY', 'BEGAN', 'WHAT'], rows))
  }
  return 0
}

/** The run that is meant. Throws `Usage` when there is none. */
async function runOf({ api, target, number }: Asked): Promise<Run> {
  if (number) {
    try {
      return await api.get<Run>(runPath(target.project, `${target.app}-${number}`))
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error
      await api.get(pathOf(target)) // a wrong app is told as such
      throw new Refused(404, `${target.app} has no pipeline ${number}: see its runs (sampan pipelines).`)
    }
  }
  const [newest] = await api.get<Run[]>(listPath(target, '1'))
  if (!newest) throw new Usage(`${target.app} has no pipelines yet: push to it first.`)
  return newest
}

async function show(asked: Asked): Promise<number> {
  const { json, out } = asked.invocation
  const one = await runOf(asked)
  if (json) {
    out(`${JSON.stringify(one)}\n`)
    return 0
  }
  const { spec, status } = one
  out(
    `${endOf(one)}\n${spec.event} of ${spec.commit.ref} at ${spec.commit.sha.slice(0, 12)}${spec.by ? ` by ${spec.by}` : ''}\n`,
  )
  if (status?.message) out(`${status.message}\n`)
  for (const warning of status?.warnings ?? []) out(`note: ${warning}\n`)
  const rows = (status?.stages ?? []).flatMap((stage) => [
    [stage.name, stage.state, undefined, stage.reason],
    ...stage.steps.map((step) => [`  ${step.name}`, step.state, tookOf(step), step.reason]),
  ])
  if (rows.length > 0) out(`\n${table(['STEP', 'STATE', 'TOOK', 'WHY'], rows)}`)
  for (const { name, tags = [], digest } of status?.artifacts ?? []) out(`image ${name} ${tags.join(', ')} ${digest}\n`)
  if (status?.release) out(`release v${status.release}\n`)
  const brought = one.metadata.annotations?.['sampan.dev/promoted']
  if (brought) out(`brought to ${spec.target}: ${brought}\n`)
  return 0
}

const tookOf = ({ startedAt, finishedAt }: { startedAt?: string; finishedAt?: string }) =>
  startedAt && finishedAt
    ? `${Math.max(0, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000))} s`
    : undefined

async function logs(asked: Asked): Promise<number> {
  const { flags, json, out, signal } = asked.invocation
  const one = await runOf(asked)
  const query = new URLSearchParams()
  if (flags.follow) query.set('follow', 'true')
  const step = typeof flags.step === 'string' ? flags.step : undefined
  if (step) query.set('step', typeof flags.stage === 'string' ? `${flags.stage}/${step}` : step)
  const path = `${runPath(asked.target.project, one.metadata.name)}/logs?${query}`
  try {
    if (json) for await (const { data } of asked.api.events(path, signal)) out(`${JSON.stringify(data)}\n`)
    else for await (const text of asked.api.stream(path, signal)) out(text)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return 0
}

async function act(asked: Asked, word: string): Promise<number> {
  const { json, out, flags } = asked.invocation
  const one = await runOf(asked)
  const stages = typeof flags.stage === 'string' && word !== 'cancel' ? { stages: [flags.stage] } : {}
  const next = await asked.api.post<Run>(`${runPath(asked.target.project, one.metadata.name)}/${word}`, stages)
  out(json ? `${JSON.stringify(next)}\n` : `Pipeline ${one.spec.number}: ${word} is done.\n`)
  return 0
}

async function restart(asked: Asked): Promise<number> {
  const one = await runOf(asked)
  const path = runPath(asked.target.project, one.metadata.name)
  const { pipeline } = await asked.api.post<{ pipeline: Run }>(`${path}/restart`)
  return said(asked, pipeline)
}

async function promote(asked: Asked): Promise<number> {
  const { words, flags } = asked.invocation
  const target = words.at(-1)
  if (!asked.number || !target || /^#?\d+$/.test(target) || words.length < 3)
    throw new Usage('Say: sampan pipelines promote [APP] NUMBER TARGET [--param KEY=VALUE]')
  const parameters = pairsOf('param', flags.param)
  const one = await runOf(asked)
  const { pipeline } = await asked.api.post<{ pipeline: Run }>(
    `${runPath(asked.target.project, one.metadata.name)}/promote`,
    { target, parameters },
  )
  const code = await said(asked, pipeline)
  if (!asked.invocation.flags.follow || code !== 0 || asked.invocation.json) return code
  return broughtBy(asked, pipeline)
}

/** What became of a promotion whose run went well: the rollout it made, which may wait for approval. */
async function broughtBy({ invocation, api, target }: Asked, { metadata, spec }: Run): Promise<number> {
  const { err, signal } = invocation
  for (let tries = 0; tries < 40; tries++) {
    const one = await api.get<Run>(runPath(target.project, metadata.name))
    const brought = one.metadata.annotations?.['sampan.dev/promoted']
    if (brought === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 250))
      signal.throwIfAborted()
      continue
    }
    const all = await api.get<Rollout[]>(`${pathOf(target)}/rollouts`)
    const made = all.find((each) => each.metadata.name === brought)
    if (!made) {
      err(`Nothing was brought to ${spec.target}: ${brought}.\n`)
      return brought === 'no environment' ? 0 : 1
    }
    if ((made.status?.state ?? 'planned') === 'planned') {
      err(`It waits for approval: sampan rollouts approve --environment ${spec.target}\n`)
      return 0
    }
    return follow(api, target, { rollout: brought }, invocation)
  }
  return 0
}

/** Tells of a new run and, with `-f`, follows it. */
async function said({ invocation, api, target }: Asked, made: Run): Promise<number> {
  if (invocation.flags.follow) return followRun(api, target.project, made.metadata.name, invocation)
  invocation.out(
    invocation.json
      ? `${JSON.stringify(made)}\n`
      : `Pipeline ${made.spec.number} of ${pathOf(target).split('/').at(-1)} begins.\n`,
  )
  return 0
}
