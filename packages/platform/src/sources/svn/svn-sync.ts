import { createReadStream } from 'node:fs'
import { lstat, mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@sampan/client/client'
import type { OneAtATime } from '@sampan/kit/one-at-a-time'
import type { App } from '@sampan/resources/sampan/app'
import { type AppName, ownRefs, type Repositories } from '../../git/repositories.ts'
import { pipelinesOf } from '../../pipelines/create-pipeline.ts'
import { isRefName } from '../../webhooks/hook-event.ts'
import { sourceCredentials } from '../credentials.ts'
import { type Intake, nameOf, type Taken } from '../intake.ts'
import { commitFiles } from '../upload/commit-files.ts'
import { type Entry, meter, uploadLimits } from '../upload/entry.ts'
import type { Revision, Svn, SvnPlace } from './svn.ts'

export interface SvnSyncOptions {
  client: Client
  repositories: Repositories
  intake: Intake
  once: OneAtATime
  svn: Svn
  /** Where the repository of an app without `source.url` is. */
  hosted(app: App): Promise<string>
  /** Told when a branch is gone. */
  gone(app: App, ref: string): Promise<void>
}

export type SvnSync = (app: App) => Promise<Taken[]>

/** More revisions at once are an import: all are kept, the newest is run. */
const mostRuns = 5
/** Further back nobody deploys from. */
const mostRevisions = 100

/**
 * Takes over what is new in a Subversion repository: every revision of trunk and branches becomes a commit of the app's
 * built-in repository, every tag a tag; each is run. What was taken over is told by those commits themselves (`r12: …`).
 */
export function svnSync(options: SvnSyncOptions): SvnSync {
  const { repositories, svn, once } = options
  async function all(app: App): Promise<Taken[]> {
    const { source } = app.spec
    const name = nameOf(app)
    const credentials = source.url ? await sourceCredentials(options.client, app) : undefined
    const place = { url: source.url ?? (await options.hosted(app)), credentials }
    await repositories.ensure(name, source.branch)
    const taken: Taken[] = []
    const seen = new Set<string>()
    for (const one of await linesOf(svn, place, source.path ?? 'trunk', source.branch)) {
      // Of a hosted one the first revision is ours: the empty folders.
      if (!isRefName(one.ref) || (!source.url && one.revision <= 1)) continue
      seen.add(one.ref)
      taken.push(...(await takeOver(app, name, place, one, options)))
    }
    const here = [...(await repositories.refs(name, 'refs/heads/')), ...(await repositories.refs(name, 'refs/tags/'))]
    for (const [ref] of here) {
      if (seen.has(ref) || ref === `refs/heads/${source.branch}`) continue
      await repositories.setRef(name, ref, undefined)
      await options.gone(app, ref)
    }
    await repositories.settleHead(name, source.branch)
    return taken
  }
  return (app) => once(`${app.metadata.namespace}/${app.metadata.name}`, () => all(app))
}

interface Line {
  ref: string
  path: string
  /** It was last changed in. */
  revision: number
}

/** Trunk is the app's branch; beside a trunk, `branches/*` and `tags/*` are what their names say. */
async function linesOf(svn: Svn, place: SvnPlace, trunk: string, branch: string): Promise<Line[]> {
  const path = trunk.replace(/^\/+|\/+$/g, '')
  const parts = path.split('/').filter(Boolean)
  const above = parts.slice(0, -1).join('/')
  const beside = await svn.folders(place, above)
  const last = parts.at(-1)
  const main = last === undefined ? Math.max(0, ...(beside?.values() ?? [])) : beside?.get(last)
  const found: Line[] = main ? [{ ref: `refs/heads/${branch}`, path, revision: main }] : []
  if (last !== 'trunk') return found
  for (const [folder, refs] of [
    ['branches', 'refs/heads'],
    ['tags', 'refs/tags'],
  ] as const) {
    if (!beside?.has(folder)) continue
    const inside = (await svn.folders(place, [above, folder].filter(Boolean).join('/'))) ?? new Map<string, number>()
    for (const [name, revision] of inside) {
      if (folder === 'branches' && name === branch) continue
      found.push({ ref: `${refs}/${name}`, path: [above, folder, name].filter(Boolean).join('/'), revision })
    }
  }
  return found
}

async function takeOver(
  app: App,
  name: AppName,
  place: SvnPlace,
  { ref, path, revision }: Line,
  options: SvnSyncOptions,
): Promise<Taken[]> {
  const { repositories, svn } = options
  const isTag = ref.startsWith('refs/tags/')
  const tip = await repositories.resolve(name, ref)
  const known = tip ? revisionOf((await repositories.commit(name, tip)).message) : undefined
  if (tip && known !== undefined && known >= revision) {
    // Killed between the commit and its run.
    const runs = await pipelinesOf(options.client, app)
    const isNew = !runs.some(({ spec }) => spec.commit.sha === tip && spec.commit.ref === ref)
    return isNew && ref === `refs/heads/${app.spec.source.branch}`
      ? [await arrive(app, name, ref, tip, undefined, options)]
      : []
  }
  const from = known ?? revision - 1
  const news = (await svn.log(place, path, from, revision)).slice(isTag ? -1 : -mostRevisions)
  const taken: Taken[] = []
  let parent = isTag ? undefined : tip
  for (const [i, one] of news.entries()) {
    const sha = await imported(name, place, path, one, parent, options)
    await repositories.setRef(name, ref, sha)
    if (i >= news.length - (news.length > mostRuns ? 1 : mostRuns))
      taken.push(await arrive(app, name, ref, sha, parent, options))
    parent = sha
  }
  return taken
}

/** The number in a commit we made: `r12: message`. */
export function revisionOf(message: string): number | undefined {
  const [, digits] = /^r(\d+)(?::|$)/m.exec(message.split('\n')[0] ?? '') ?? []
  return digits ? Number(digits) : undefined
}

async function imported(
  name: AppName,
  place: SvnPlace,
  path: string,
  { number, author, date, message }: Revision,
  parent: string | undefined,
  { repositories, svn }: SvnSyncOptions,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-svn-'))
  try {
    await svn.export(place, path, number, join(folder, 'files'))
    const ref = `${ownRefs}svn/import`
    const time = Number.isNaN(Date.parse(date)) ? new Date(0) : new Date(date)
    return await commitFiles(
      repositories,
      name,
      {
        ref,
        parent,
        message: message ? `r${number}: ${message}` : `r${number}`,
        author: { name: author, email: `${author}@svn.invalid` },
        time,
      },
      filesIn(join(folder, 'files')),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function* filesIn(root: string, count = meter(uploadLimits), inside = ''): AsyncGenerator<Entry> {
  for (const name of (await readdir(join(root, inside))).toSorted()) {
    const path = inside ? `${inside}/${name}` : name
    const full = join(root, path)
    const found = await lstat(full)
    if (/^\.git$/i.test(name)) continue
    if (found.isDirectory()) yield* filesIn(root, count, path)
    else if (found.isSymbolicLink()) {
      const target = Buffer.from(await readlink(full))
      yield {
        path,
        mode: '120000',
        size: target.length,
        content: (async function* () {
          yield target
        })(),
      }
    } else if (found.isFile()) {
      count(found.size)
      yield { path, mode: found.mode & 0o111 ? '100755' : '100644', size: found.size, content: createReadStream(full) }
    }
  }
}

async function arrive(
  app: App,
  name: AppName,
  ref: string,
  sha: string,
  before: string | undefined,
  { repositories, intake }: SvnSyncOptions,
): Promise<Taken> {
  const commit = await repositories.commit(name, sha)
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
  return intake(app, {
    event: branch ? 'push' : 'tag',
    ...(branch ? { branch } : { action: 'create' }),
    commit: { ...commit, ref, login: commit.author, ...(before && { before }) },
    by: commit.author,
    cause: `svn/${ref}/${sha}`,
  })
}
