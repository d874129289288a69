import type { Client } from '@sampan/client/client'
import type { Log } from '@sampan/kit/log'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { type AppName, ownRefs, type Repositories } from '../git/repositories.ts'
import { createPipeline } from '../pipelines/create-pipeline.ts'
import { matchesAny } from './patterns.ts'

/** What came in from anywhere; its commit is in the app's repository already. */
export type Arrival = Omit<Pipeline['spec'], 'app' | 'number' | 'cancel' | 'approved'> & {
  /** The same cause never starts two Pipelines. */
  cause: string
}

/** What became of it, and if nothing, why, for whoever sent it. */
export type Taken = { pipeline: Pipeline } | { skipped: string }

export interface IntakeOptions {
  client: Client
  repositories: Repositories
  log: Log
  /** Called before a Pipeline that a preview environment is for. */
  preview?: (app: App, arrival: Arrival) => Promise<void>
}

/** The one door through which everything becomes a Pipeline. */
export type Intake = (app: App, arrival: Arrival) => Promise<Taken>

export const configPath = ({ spec }: App) => spec.pipelines?.config ?? '.drone.yml'
export const nameOf = ({ metadata }: App): AppName => ({ project: metadata.namespace ?? '', app: metadata.name })
export const branchIn = (ref: string) => /^refs\/heads\/(.+)$/.exec(ref)?.[1]
export const tagIn = (ref: string) => /^refs\/tags\/(.+)$/.exec(ref)?.[1]

export function intake({ client, repositories, log, preview }: IntakeOptions): Intake {
  return async (app, arrival) => {
    const name = nameOf(app)
    const skipped =
      skipWord(arrival) ??
      notWanted(app, arrival, async () => repositories.has(name, arrival.commit.sha, configPath(app)))
    const why = await skipped
    if (why) return { skipped: why }
    if (isPreviewed(app, arrival)) await preview?.(app, arrival)
    const { cause, ...spec } = arrival
    const pipeline = await createPipeline(client, { app, cause, ...spec })
    log.info('came in', {
      app: `${name.project}/${name.app}`,
      event: arrival.event,
      ref: arrival.commit.ref,
      commit: arrival.commit.sha,
      by: arrival.by,
      pipeline: pipeline.metadata.name,
    })
    return { pipeline }
  }
}

/** Drone's words in a commit message or title of a pull request; other events were asked for by somebody. */
function skipWord({ event, commit, pullRequest }: Arrival): string | undefined {
  if (commit.ref.startsWith(ownRefs)) return undefined
  if (event !== 'push' && event !== 'pull_request') return undefined
  const [word] =
    /\[ci skip\]|\[skip ci\]|\*\*\*no_ci\*\*\*/i.exec(`${commit.message ?? ''}\n${pullRequest?.title ?? ''}`) ?? []
  return word && `No pipeline: the message says ${word}.`
}

/** Why an event without a pipeline file starts nothing: the default pipeline is for what will be deployed. */
async function notWanted(app: App, arrival: Arrival, hasConfig: () => Promise<boolean>): Promise<string | undefined> {
  const { event, commit } = arrival
  const { branch, type } = app.spec.source
  const { name } = app.metadata
  if (type === 'image')
    return `Kept, but not deployed: ${name} runs an image (source.type is image), not this repository.`
  if (event !== 'push' && event !== 'tag' && event !== 'pull_request') return undefined
  // Uploads and trials: somebody asked for just that.
  if (commit.ref.startsWith(ownRefs)) return undefined
  const pushed = branchIn(commit.ref)
  if (pushed === branch && event === 'push') return undefined
  if (isPreviewed(app, arrival)) return undefined
  if (await hasConfig()) return undefined
  if (pushed) {
    return `Branch ${pushed} is kept, but ${name} deploys from ${branch}, and there is no ${configPath(app)} in it. To deploy it: git push sampan ${pushed}:${branch}`
  }
  const what = event === 'pull_request' ? 'The pull request' : commit.ref
  return `${what} is kept; ${name} deploys from branch ${branch}, and there is no ${configPath(app)} in it.`
}

/** Whether a preview environment is for it. */
export function isPreviewed({ spec }: App, { event, commit }: Pick<Arrival, 'event' | 'commit'>): boolean {
  const { pullRequests, branches = [] } = spec.previews ?? {}
  if (event === 'pull_request') return pullRequests === true
  const pushed = branchIn(commit.ref)
  return event === 'push' && pushed !== undefined && pushed !== spec.source.branch && matchesAny(branches, pushed)
}
