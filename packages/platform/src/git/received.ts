import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { type Arrival, branchIn, type Intake, nameOf, tagIn } from '../sources/intake.ts'
import { type PullRequest, proposalIn, pullNumberIn, pullRef, type pullRequests } from './pull-requests.ts'
import type { Update } from './push.ts'
import type { AppName, Repositories } from './repositories.ts'

export interface ReceivedOptions {
  repositories: Repositories
  pulls: ReturnType<typeof pullRequests>
  intake: Intake
  /** Told when a branch or pull request is gone. */
  gone(app: App, ref: string): Promise<void>
}

export interface Push {
  /** Names this push: told twice, it starts nothing twice. */
  push: string
  user: string
  updates: readonly Update[]
  /** What the pusher gave with `-o`, as `title=…`. */
  options: readonly string[]
}

/** What became of one ref of a push. */
export interface Received {
  ref: string
  says?: string
  pipeline?: Pipeline
}

const isZero = (sha: string) => /^0+$/.test(sha)

/** What a push to the built-in repository means: Pipelines for branches, tags and proposals; and what the pusher is told. */
export async function received(app: App, given: Push, options: ReceivedOptions): Promise<Received[]> {
  const name = nameOf(app)
  const found: Received[] = []
  for (const update of given.updates) found.push(...(await one(app, name, update, given, options)))
  return found
}

async function one(
  app: App,
  name: AppName,
  update: Update,
  given: Push,
  options: ReceivedOptions,
): Promise<Received[]> {
  const { ref, after, before } = update
  const { repositories, pulls, gone } = options
  const { branch: main } = app.spec.source
  const branch = branchIn(ref)
  const number = pullNumberIn(ref)
  if (isZero(after)) {
    await gone(app, ref)
    if (number) await pulls.end(name, number, 'closed')
    const what = branch ? `Branch ${branch}` : number ? `Pull request ${number}` : ref
    const still = branch === main ? ` ${app.metadata.name} keeps running as it is.` : ''
    return [{ ref, says: number ? `${what} is closed.` : `${what} was deleted here.${still}` }]
  }
  const proposal = proposalIn(ref)
  if (proposal) return [await proposed(app, name, update, proposal, given, options)]
  if (number) {
    const target = optionOf(given, 'target') ?? main
    return [await pulled(app, name, after, { target, topic: String(number), number }, given, options)]
  }
  const found = branch || tagIn(ref) ? await repositories.commitAt(name, after) : undefined
  if (!found) return [{ ref, says: `${ref} is kept.` }]
  const isTag = branch === undefined
  const commit = { ...found, ref, ...(!isZero(before) && { before }) }
  const taken = await options.intake(app, {
    event: isTag ? 'tag' : 'push',
    ...(isTag && { action: 'create' }),
    ...(branch && { branch }),
    commit,
    by: given.user,
    cause: `push/${given.push}/${ref}/${after}`,
  })
  const ended = branch ? await merged(app, name, branch, found.sha, options) : []
  return ['pipeline' in taken ? { ref, pipeline: taken.pipeline } : { ref, says: taken.skipped }, ...ended]
}

/** `refs/for/<branch>` is a place to ask at, not a branch: what was pushed there moves to its pull request. */
async function proposed(
  app: App,
  name: AppName,
  { ref, after }: Update,
  proposal: { target: string; topic?: string },
  given: Push,
  options: ReceivedOptions,
): Promise<Received> {
  const { repositories } = options
  await repositories.setRef(name, ref, undefined)
  if (!(await repositories.resolve(name, `refs/heads/${proposal.target}`))) {
    return { ref, says: `There is no branch ${proposal.target} to propose this for.` }
  }
  const topic = proposal.topic ?? optionOf(given, 'topic') ?? ''
  return pulled(app, name, after, { target: proposal.target, topic }, given, options)
}

async function pulled(
  app: App,
  name: AppName,
  object: string,
  wanted: Pick<PullRequest, 'target' | 'topic'> & { number?: number },
  given: Push,
  { repositories, pulls, intake }: ReceivedOptions,
): Promise<Received> {
  const sha = await repositories.resolve(name, object)
  if (!sha) return { ref: wanted.target, says: 'What was proposed is no commit.' }
  const commit = await repositories.commit(name, sha)
  const title = optionOf(given, 'title') ?? commit.message.split('\n')[0] ?? ''
  const { pull, isNew } = await pulls.open(name, { ...wanted, title, by: given.user })
  const ref = pullRef(pull.number)
  await repositories.setRef(name, ref, sha)
  const before = await repositories.resolve(name, `refs/heads/${pull.target}`)
  const arrival: Arrival = {
    event: 'pull_request',
    action: isNew ? 'opened' : 'synchronized',
    branch: pull.target,
    sourceBranch: pull.topic || ref,
    pullRequest: { number: pull.number, title: pull.title },
    commit: { ...commit, ref, ...(before && { before }) },
    by: given.user,
    cause: `push/${given.push}/${ref}/${sha}`,
  }
  const taken = await intake(app, arrival)
  const says = `Pull request ${pull.number} for ${pull.target}: git push sampan HEAD:refs/pull/${pull.number}/head changes it, deleting that ref closes it.`
  if ('pipeline' in taken) return { ref, says, pipeline: taken.pipeline }
  return { ref, says: `${says} ${taken.skipped}` }
}

/** Proposals whose commits are in their target now are done. */
async function merged(
  app: App,
  name: AppName,
  branch: string,
  sha: string,
  { repositories, pulls, gone }: ReceivedOptions,
): Promise<Received[]> {
  const open = (await pulls.all(name)).filter((one) => one.state === 'open' && one.target === branch)
  const done: Received[] = []
  for (const { number } of open) {
    const ref = pullRef(number)
    if (!(await repositories.isAncestor(name, ref, sha))) continue
    await pulls.end(name, number, 'merged')
    await gone(app, ref)
    done.push({ ref, says: `Pull request ${number} is merged.` })
  }
  return done
}

const optionOf = ({ options }: Push, key: string) =>
  options.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1) || undefined
