import type { Client } from '@sampan/client/client'
import { type Controller, controller } from '@sampan/control/controller'
import { again, event, type Plan, type Step } from '@sampan/control/plan'
import { waitAfter } from '@sampan/kit/backoff'
import type { Log } from '@sampan/kit/log'
import { isReason } from '@sampan/resources/errors'
import { type App, app } from '@sampan/resources/sampan/app'
import { AddressRefused } from './address-rules.ts'
import { Unreachable } from './git-remote.ts'

/** Brings in what is new at the app's `source.url`. Throws `Unreachable` or `AddressRefused` with a sentence for the user. */
export type Sync = (app: App, signal: AbortSignal) => Promise<unknown>

export interface SourceOptions {
  client: Client
  log: Log
  now: () => Date
  signal: AbortSignal
  /** By `source.type`. */
  syncs: { git: Sync; svn: Sync }
}

export const reachable = 'SourceReachable'
const defaultPollSeconds = 60
const backoff = { first: 5000, most: 10 * 60_000 }

/**
 * Asks the sources of apps that live elsewhere, each in its own time. Nothing here has to be remembered: what is known of
 * a source is what is in the app's repository. `soon` makes the next question of an app be asked now.
 */
export function sourceController(options: SourceOptions): Controller & { soon(app: App): void } {
  /** When an app may be asked again; forgotten by a restart, which then asks at once. */
  const times = new Map<string, { at: number; failures: number; stated: string }>()
  const made = controller<App>({
    name: 'source',
    component: 'sampan',
    kind: app,
    workers: 4,
    reconcile: (one) => reconcileSource(one, options, times),
    gone: (at) => {
      times.delete(`${at.namespace}/${at.name}`)
      return []
    },
  })
  return { ...made, soon: ({ metadata }) => void times.delete(`${metadata.namespace}/${metadata.name}`) }
}

async function reconcileSource(
  one: App,
  { client, now, signal, syncs, log }: SourceOptions,
  times: Map<string, { at: number; failures: number; stated: string }>,
): Promise<Plan> {
  const { source } = one.spec
  const key = `${one.metadata.namespace}/${one.metadata.name}`
  if (one.metadata.deletionTimestamp || source.type === 'image' || (source.type === 'git' && !source.url)) {
    times.delete(key)
    return []
  }
  const known = times.get(key)
  // Only what is stated of the source makes it be asked at once: other changes of the app are none of its business.
  const { webhook: _, image: __, ...asked } = source
  const stated = JSON.stringify(asked)
  const rest = known && known.stated === stated ? known.at - now().getTime() : 0
  if (known && rest > 0) return [again(rest)]
  const isNew = known?.stated !== stated
  try {
    await syncs[source.type](one, signal)
    const wait = (source.pollSeconds ?? defaultPollSeconds) * 1000 * (1 + 0.1 * Math.random())
    times.set(key, { at: now().getTime() + wait, failures: 0, stated })
    await say(
      client,
      one,
      { status: 'True', reason: 'Reached', message: `${source.url ?? 'The repository'} was read.` },
      now(),
    )
    return [again(wait)]
  } catch (error) {
    if (signal.aborted) return []
    if (!(error instanceof Unreachable) && !(error instanceof AddressRefused) && !isNetwork(error)) throw error
    const failures = (isNew ? 0 : (known?.failures ?? 0)) + 1
    const poll = (source.pollSeconds ?? defaultPollSeconds) * 1000
    const wait = waitAfter(failures, { ...backoff, most: Math.max(poll, backoff.most) })
    times.set(key, { at: now().getTime() + wait, failures, stated })
    const { message } = error as Error
    log.info('source not reached', { app: key, why: message, failures })
    const reason = error instanceof AddressRefused ? 'AddressRefused' : 'Unreachable'
    const news: Step[] = (await say(client, one, { status: 'False', reason, message }, now()))
      ? [event(one, 'Warning', reason, message)]
      : []
    return [...news, again(wait)]
  }
}

const isNetwork = (error: unknown) =>
  typeof (error as NodeJS.ErrnoException).code === 'string' && /^E[A-Z]/.test((error as NodeJS.ErrnoException).code!)

/** Writes the condition when it says something new; whether it did. */
export async function say(
  client: Client,
  { metadata, status }: App,
  news: { status: 'True' | 'False'; reason: string; message: string },
  now: Date,
): Promise<boolean> {
  const conditions = status?.conditions ?? []
  const before = conditions.find((each) => each.type === reachable)
  if (before && before.status === news.status && before.reason === news.reason && before.message === news.message)
    return false
  const lastTransitionTime =
    before?.status === news.status && before.lastTransitionTime
      ? before.lastTransitionTime
      : `${now.toISOString().slice(0, 19)}Z`
  const next = [
    ...conditions.filter((each) => each.type !== reachable),
    { type: reachable, ...news, lastTransitionTime },
  ]
  const { namespace, name } = metadata
  try {
    await client.patch(app, { namespace, name }, { status: { conditions: next } }, { subresource: 'status' })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
  return true
}
