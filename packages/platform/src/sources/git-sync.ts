import { randomBytes } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import type { OneAtATime } from '@sampan/kit/one-at-a-time'
import type { App } from '@sampan/resources/sampan/app'
import { type AppName, ownRefs, type Repositories } from '../git/repositories.ts'
import { pipelinesOf } from '../pipelines/create-pipeline.ts'
import { sourceCredentials } from './credentials.ts'
import type { GitRemote, GitRemotes } from './git-remote.ts'
import { type Arrival, branchIn, type Intake, nameOf, type Taken, tagIn } from './intake.ts'

export interface GitSyncOptions {
  client: Client
  repositories: Repositories
  remotes: GitRemotes
  intake: Intake
  once: OneAtATime
  /** Told when a branch or tag is gone. */
  gone?(app: App, ref: string): Promise<void>
}

/** One ref that came from elsewhere, with what its host told about it. */
export interface Incoming {
  /** As it will be called here. */
  ref: string
  /** As it is called there; undefined: the commit is here already, or it is gone there. */
  fetch?: string
  /** The commit that was announced; undefined: whatever the ref points at. */
  sha?: string
  /** Further refs the run needs, as the target of a pull request; those that are here already stay as they are. */
  also?: readonly string[]
  /** Where to fetch when the app states no url. */
  url?: string
  arrival: Omit<Arrival, 'commit' | 'cause'> & { commit?: Partial<Arrival['commit']>; cause?: string }
}

export interface GitSync {
  /** Compares all branches and tags with the remote and takes in what differs. Throws `Unreachable`, `AddressRefused`. */
  all(app: App, signal?: AbortSignal): Promise<Taken[]>
  /** Takes in one ref now. Throws `Unreachable`, `AddressRefused`. */
  one(app: App, incoming: Incoming): Promise<Taken>
}

/** What is being brought in waits here until its Pipeline exists, so that a crash in between loses nothing. */
const incomingRefs = `${ownRefs}incoming/`
/** More new tags or branches at once are an import, not work: they are kept without a Pipeline each. */
const mostAtOnce = 20

export function gitSync({ client, repositories, remotes, intake, once, gone }: GitSyncOptions): GitSync {
  const keyOf = ({ project, app }: AppName) => `${project}/${app}`
  const remoteOf = async (app: App, other?: string): Promise<GitRemote | undefined> => {
    const url = app.spec.source.url ?? other
    return url === undefined
      ? undefined
      : { url, credentials: url === app.spec.source.url ? await sourceCredentials(client, app) : undefined }
  }

  /** The event of a branch or tag that is here now. */
  async function arrivalOf(app: App, ref: string, sha: string, before?: string): Promise<Arrival> {
    const commit = await repositories.commit(nameOf(app), sha)
    const event = tagIn(ref) ? 'tag' : 'push'
    const branch = branchIn(ref)
    return {
      event,
      ...(event === 'tag' && { action: 'create' }),
      ...(branch && { branch }),
      commit: { ...commit, ref, ...(before && { before }) },
      cause: `git/${ref}/${before ?? ''}/${commit.sha}`,
    }
  }

  const isKnown = async (app: App, ref: string, sha: string) =>
    (await pipelinesOf(client, app)).some(({ spec }) => spec.commit.sha === sha && spec.commit.ref === ref)

  /** What a crash left between the fetch and the Pipeline. */
  async function finish(app: App): Promise<Taken[]> {
    const name = nameOf(app)
    const left = await repositories.refs(name, incomingRefs)
    const taken: Taken[] = []
    for (const [held, object] of left) {
      const ref = `refs/${held.slice(incomingRefs.length)}`
      const sha = await repositories.resolve(name, object)
      const isEvent = branchIn(ref) || tagIn(ref)
      if (sha && isEvent && !(await isKnown(app, ref, sha))) {
        await repositories.setRef(name, ref, object)
        taken.push(await intake(app, await arrivalOf(app, ref, sha)))
      }
      await repositories.setRef(name, held, undefined)
    }
    return taken
  }

  async function all(app: App, signal?: AbortSignal): Promise<Taken[]> {
    const remote = await remoteOf(app)
    if (!remote) return []
    const name = nameOf(app)
    const { branch } = app.spec.source
    await repositories.ensure(name, branch)
    const taken = await finish(app)
    const there = await remotes.refs(remote, signal)
    const here = new Map([
      ...(await repositories.refs(name, 'refs/heads/')),
      ...(await repositories.refs(name, 'refs/tags/')),
    ])
    const isFirst = here.size === 0
    const changed = [...there].filter(([ref, sha]) => here.get(ref) !== sha)
    if (changed.length > 0) {
      const specs = changed.map(([ref]) => `+${ref}:${incomingRefs}${ref.slice('refs/'.length)}`)
      await remotes.fetch(remote, name, specs.length > 100 ? wholesale : specs, signal)
    }
    const brought = await repositories.refs(name, incomingRefs)
    const objectOf = (ref: string) => brought.get(`${incomingRefs}${ref.slice('refs/'.length)}`)
    // An empty answer is a host in trouble more often than a project that was emptied.
    const lost = there.size > 0 ? [...here.keys()].filter((ref) => !there.has(ref)) : []
    await repositories.setRefs(name, [
      ...lost.map((ref) => [ref, undefined] as const),
      ...changed.flatMap(([ref]) => (objectOf(ref) ? [[ref, objectOf(ref)] as const] : [])),
    ])
    for (const ref of lost) await gone?.(app, ref)
    const wanted = isFirst ? changed.filter(([ref]) => branchIn(ref) === branch) : changed.slice(0, mostAtOnce)
    for (const [ref] of wanted) {
      const object = objectOf(ref)
      const sha = object && (await repositories.resolve(name, object))
      if (!sha) continue
      const before = here.get(ref)
      const beforeSha = before && (await repositories.resolve(name, before))
      taken.push(await intake(app, await arrivalOf(app, ref, sha, beforeSha)))
    }
    await repositories.setRefs(
      name,
      [...brought.keys()].map((held) => [held, undefined] as const),
    )
    await repositories.settleHead(name, branch)
    return taken
  }

  async function one(app: App, incoming: Incoming): Promise<Taken> {
    const name = nameOf(app)
    const { ref, arrival } = incoming
    await repositories.ensure(name, app.spec.source.branch)
    const before = (await repositories.refs(name, ref)).get(ref)
    const object = await bring(app, incoming)
    if (!object) {
      return {
        skipped: `The commit ${incoming.sha ?? ref} is not in the repository: set the app's source.url to where it is, or push it here first.`,
      }
    }
    const sha = await repositories.resolve(name, object)
    if (!sha) return { skipped: `${ref} points at something that is no commit.` }
    const known = before !== undefined && (await repositories.resolve(name, before)) === sha
    if (known && (arrival.event === 'push' || arrival.event === 'tag' || arrival.event === 'pull_request')) {
      if (await isKnown(app, ref, sha)) return { skipped: `${ref} at ${sha.slice(0, 8)} has a pipeline already.` }
    }
    if (incoming.fetch !== undefined || before === undefined) await repositories.setRef(name, ref, object)
    await repositories.settleHead(name, app.spec.source.branch)
    const fact = await repositories.commit(name, sha)
    const { cause = `git/${ref}/${before ?? ''}/${sha}`, ...rest } = arrival
    return intake(app, { ...rest, cause, commit: { ...fact, ...defined(arrival.commit), sha, ref } })
  }

  /** The object the ref is to point at, fetched when there is somewhere to fetch from. */
  async function bring(app: App, { ref, fetch, sha, also = [], url }: Incoming): Promise<string | undefined> {
    const name = nameOf(app)
    const held = `${incomingRefs}one/${randomBytes(6).toString('hex')}`
    if (sha && !app.spec.source.url && (await repositories.resolve(name, sha))) return sha
    const remote = await remoteOf(app, url)
    if (!remote) return sha === undefined ? (await repositories.refs(name, ref)).get(ref) : undefined
    if (fetch === undefined) return sha && (await repositories.resolve(name, sha)) ? sha : undefined
    const target = `${held}/tip`
    const missing: string[] = []
    for (const each of also) if ((await repositories.refs(name, each)).get(each) === undefined) missing.push(each)
    const more = missing.map((each) => `+${each}:${each}`)
    try {
      await remotes.fetch(remote, name, [`+${fetch}:${target}`, ...more])
      const tip = (await repositories.refs(name, target)).get(target)
      if (!sha || !tip) return tip
      // Announced was a commit; the ref may be an annotated tag of it, or have moved on since.
      if ((await repositories.resolve(name, tip)) === sha) return tip
      return (await repositories.resolve(name, sha)) ?? tip
    } finally {
      if ((await repositories.refs(name, target)).size > 0) await repositories.setRef(name, target, undefined)
    }
  }

  return {
    all: (app, signal) => once(keyOf(nameOf(app)), () => all(app, signal)),
    one: (app, incoming) => once(keyOf(nameOf(app)), () => one(app, incoming)),
  }
}

const wholesale = [`+refs/heads/*:${incomingRefs}heads/*`, `+refs/tags/*:${incomingRefs}tags/*`]

const defined = <T extends object>(given: T | undefined): Partial<T> =>
  Object.fromEntries(
    Object.entries(given ?? {}).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>
