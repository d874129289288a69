import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { waitAfter } from '@sampan/kit/backoff'
import type { Log } from '@sampan/kit/log'
import { type App, app } from '@sampan/resources/sampan/app'
import type { AppName } from '../git/repositories.ts'
import { pipelinesOf } from '../pipelines/create-pipeline.ts'
import { AddressRefused } from '../sources/address-rules.ts'
import { secretValue } from '../sources/credentials.ts'
import { Unreachable } from '../sources/git-remote.ts'
import type { GitSync, Incoming } from '../sources/git-sync.ts'
import { branchIn, type Intake, isPreviewed, type Taken, tagIn } from '../sources/intake.ts'
import { type Hook, type HookEvent, isRefName } from './hook-event.ts'
import type { Delivery, Inbox, Waiting } from './inbox.ts'
import { type Delivered, readHook } from './read.ts'

export interface WebhookOptions {
  client: Client
  inbox: Inbox
  sync: GitSync
  intake: Intake
  log: Log
  now: () => Date
  /** Told when a branch, tag or pull request is gone. */
  gone(app: App, ref: string): Promise<void>
  /** How long a host is kept waiting, in milliseconds; hosts hang up after 5 (Gitea) to 15 seconds. */
  patienceMs?: number
}

export type HookAnswer = { status: number; message: string; pipeline?: string }

export interface Webhooks {
  /** Takes a delivery. Resolves when it is settled or, when that takes longer than hosts wait, kept. */
  deliver(name: AppName, given: Delivered): Promise<HookAnswer>
  /** Whether an app has a secret, so that a delivery can be genuine. */
  listens(name: AppName): Promise<boolean>
  refuse(): HookAnswer
  /** Goes on with what was kept before an interruption. */
  start(signal: AbortSignal): Promise<void>
  history(name: AppName): Promise<Delivery[]>
}

const mostAttempts = 6
const backoff = { first: 3000, most: 120_000 }
/** The same for an app that is not there, has no secret or another one: nobody learns what exists. */
const refused: HookAnswer = {
  status: 401,
  message: 'There is no webhook with this address and secret: compare both with what "sampan webhooks show" says.',
}

export function webhooks(options: WebhookOptions): Webhooks {
  const { client, inbox, log, now, patienceMs = 4000 } = options
  let signal = new AbortController().signal

  async function appAndSecret(name: AppName) {
    const one = await client.find(app, { namespace: name.project, name: name.app })
    return { one, secret: one && (await secretValue(client, one, one.spec.source.webhook?.secret, 'secret')) }
  }

  async function deliver(name: AppName, given: Delivered): Promise<HookAnswer> {
    const { one, secret } = await appAndSecret(name)
    if (!one || !secret) return refused
    const hook = readHook(given, secret.trim(), now())
    if (!hook) return refused
    await learnHost(one, hook)
    const { event } = hook
    if (event.kind === 'ping') return { status: 200, message: `Sampan hears you: ${name.project}/${name.app}.` }
    if (event.kind === 'ignored') return { status: 202, message: `Nothing to do: ${event.why}.` }
    if ('ref' in event && event.ref && !isRefName(event.ref)) {
      return { status: 400, message: 'The name of the ref is not one that git allows.' }
    }
    const kept = await inbox.keep(name, hook, given.bytes, now())
    if (!kept) return { status: 200, message: 'This delivery was taken before.' }
    const settled = work(kept)
    settled.catch((error: Error) => {
      if (!signal.aborted) log.error('a webhook could not be worked on', { error })
    })
    const late = new AbortController()
    try {
      const first = await Promise.race([settled, wait(patienceMs, undefined, { signal: late.signal, ref: false })])
      return first ?? { status: 202, message: 'Kept; it is being worked on.' }
    } finally {
      late.abort()
    }
  }

  /** Until it is settled; what the other side cannot give now is asked for again later. */
  async function work(one: Waiting): Promise<HookAnswer> {
    for (;;) {
      try {
        const outcome = await attempt(one)
        await inbox.settle(one, outcome)
        return { status: outcome.pipeline ? 201 : 200, message: outcome.message ?? 'Done.', pipeline: outcome.pipeline }
      } catch (error) {
        const isOutside = error instanceof Unreachable
        const why = error instanceof Error ? error.message : String(error)
        if (error instanceof AddressRefused || one.attempts + 1 >= mostAttempts || (!isOutside && one.attempts >= 2)) {
          if (!isOutside && !(error instanceof AddressRefused)) log.error('a webhook could not be worked on', { error })
          const message =
            isOutside || error instanceof AddressRefused ? why : 'It failed inside Sampan; the log has why.'
          await inbox.settle(one, { state: 'failed', message })
          return { status: isOutside || error instanceof AddressRefused ? 422 : 500, message }
        }
        await inbox.again(one)
        await wait(waitAfter(one.attempts, backoff), undefined, { signal, ref: false })
      }
    }
  }

  async function attempt({ hook, id, ...name }: Waiting): Promise<Pick<Delivery, 'state' | 'message' | 'pipeline'>> {
    const one = await client.find(app, { namespace: name.project, name: name.app })
    if (!one) return { state: 'ignored', message: 'The app is gone.' }
    const taken = await carryOut(one, hook, `hook/${hook.host}/${hook.delivery ?? id}`, options)
    if ('skipped' in taken) return { state: 'ignored', message: taken.skipped }
    const { number } = taken.pipeline.spec
    return {
      state: 'done',
      message: `Pipeline ${number} of ${one.metadata.name}.`,
      pipeline: taken.pipeline.metadata.name,
    }
  }

  /** Statuses are reported to the kind of host that its first webhook shows. */
  async function learnHost(one: App, { host }: Hook) {
    if (one.status?.codeHost === host) return
    const { namespace, name } = one.metadata
    await client.patch(app, { namespace, name }, { status: { codeHost: host } }, { subresource: 'status' })
  }

  return {
    deliver,
    listens: async (name) => Boolean((await appAndSecret(name)).secret),
    refuse: () => refused,
    history: (name) => inbox.history(name),
    async start(until) {
      signal = until
      for (const one of await inbox.waiting()) {
        work(one).catch((error: Error) => {
          if (!until.aborted) log.error('a webhook could not be worked on', { error })
        })
      }
    },
  }
}

type Effects = Pick<WebhookOptions, 'client' | 'sync' | 'intake' | 'gone'>

/** Does what an event asks for; the same event again (`cause`) does nothing new. */
async function carryOut(one: App, hook: Hook, cause: string, effects: Effects): Promise<Taken> {
  const { event } = hook
  switch (event.kind) {
    case 'push':
      return effects.sync.one(one, pushed(event, hook, cause))
    case 'delete':
      await effects.gone(one, event.ref)
      return { skipped: `${event.ref} is gone.` }
    case 'pull_request': {
      if (event.action === 'closed') {
        await effects.gone(one, event.ref)
        return { skipped: `Pull request ${event.number} is closed.` }
      }
      const incoming = pulled(event, hook, cause)
      // As Drone does: opened again is nothing new, except that its preview has to come back.
      if (
        event.action === 'reopened' &&
        !isPreviewed(one, { event: 'pull_request', commit: { ref: event.ref, sha: '' } })
      ) {
        return { skipped: `Pull request ${event.number} was opened again: its runs are those of before.` }
      }
      return effects.sync.one(one, incoming)
    }
    case 'deployment':
      return promoted(one, event, cause, effects)
    default:
      return { skipped: 'Nothing to do.' }
  }
}

function pushed(event: HookEvent & { kind: 'push' }, hook: Hook, cause: string): Incoming {
  const { ref, sha, before, base, by, commit } = event
  const isTag = tagIn(ref) !== undefined
  const branch = isTag ? base : branchIn(ref)
  return {
    ref,
    fetch: ref,
    sha,
    url: hook.cloneUrl,
    arrival: {
      event: isTag ? 'tag' : 'push',
      ...(isTag && { action: 'create' }),
      ...(branch && { branch }),
      by,
      commit: { ...commit, before },
      cause,
    },
  }
}

function pulled(event: HookEvent & { kind: 'pull_request' }, hook: Hook, cause: string): Incoming {
  const { ref, sha, before, number, title, source, target, fork, by, commit } = event
  return {
    ref,
    fetch: ref,
    sha,
    also: target ? [`refs/heads/${target}`] : [],
    url: hook.cloneUrl,
    arrival: {
      event: 'pull_request',
      action: event.action === 'synchronized' ? 'synchronized' : 'opened',
      branch: target,
      sourceBranch: source,
      pullRequest: { number, title, fork },
      by,
      commit: { ...commit, before },
      cause,
    },
  }
}

/** A deployment is a promotion of the newest run of its commit. */
async function promoted(
  one: App,
  event: HookEvent & { kind: 'deployment' },
  cause: string,
  { client, intake }: Effects,
): Promise<Taken> {
  const runs = await pipelinesOf(client, one)
  const parent = runs.findLast(({ spec }) => spec.commit.sha === event.sha && spec.event !== 'pull_request')
  if (!parent) return { skipped: `Commit ${event.sha.slice(0, 8)} was never run here, so it cannot be promoted.` }
  const { commit, branch, number, parameters } = parent.spec
  return intake(one, {
    event: 'promote',
    commit,
    branch,
    parent: number,
    target: event.target,
    by: event.by,
    parameters: { ...parameters, ...event.parameters },
    cause,
  })
}
