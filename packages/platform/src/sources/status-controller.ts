import type { Client } from '@sampan/client/client'
import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, type Plan, patch } from '@sampan/control/plan'
import { waitAfter } from '@sampan/kit/backoff'
import type { Log } from '@sampan/kit/log'
import { type App, app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { type Rollout, rollout } from '@sampan/resources/sampan/rollout'
import { stateOf } from '../rollouts/history.ts'
import { AddressRefused, type AddressRules } from './address-rules.ts'
import { secretValue } from './credentials.ts'
import { outwardCall } from './outward-call.ts'
import { type CommitStatus, commitStatusOf, previewStatus, statusCall } from './statuses.ts'

export interface StatusOptions {
  client: Client
  rules: AddressRules
  log: Log
  /** Where people look at a run. */
  urlOf(pipeline: Pipeline): string
  signal: AbortSignal
}

/** On Pipelines: what the host was told last, by context, as JSON; `given up` where it took nothing. */
export const reportedAnnotation = 'sampan.dev/reported'

const backoff = { first: 5000, most: 5 * 60_000 }
const mostAttempts = 8

interface Failures {
  what: string
  count: number
  until: number
}

/** Tells the host of an app's source how its runs go, each state once, and where a preview answers. */
export function statusController(options: StatusOptions): Controller {
  const failures = new Map<string, Failures>()
  return controller<Pipeline>({
    name: 'commit-status',
    component: 'sampan',
    kind: pipeline,
    workers: 4,
    watches: [watch(rollout, (one, snapshot) => runOf(one, snapshot))],
    reads: [app, release] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcileStatus(one, snapshot, options, failures),
    gone: (at) => {
      failures.delete(`${at.namespace}/${at.name}`)
      return []
    },
  })
}

function runOf({ spec, metadata: { namespace } }: Rollout, snapshot: Snapshot) {
  const made = snapshot.get(release, { namespace, name: spec.release })
  return made?.spec.preview && made.spec.pipeline ? [{ namespace, name: made.spec.pipeline }] : []
}

/** Everything the host should know of a run by now. */
function wanted(one: Pipeline, snapshot: Snapshot, urlOf: StatusOptions['urlOf']): CommitStatus[] {
  const { namespace, name } = one.metadata
  const own = commitStatusOf(one, urlOf(one))
  const made = snapshot
    .list(release, namespace)
    .find(({ spec }) => spec.preview !== undefined && spec.pipeline === name && spec.app === one.spec.app)
  const verified =
    made &&
    snapshot
      .list(rollout, namespace)
      .find((each) => each.spec.release === made.metadata.name && stateOf(each) === 'verified')
  const url = verified?.status?.url
  return [...(own ? [own] : []), ...(url ? [previewStatus(url, one.spec.commit.ref)] : [])]
}

const wordsOf = ({ state, url }: CommitStatus) => `${state} ${url}`

async function reconcileStatus(
  one: Pipeline,
  snapshot: Snapshot,
  options: StatusOptions,
  failures: Map<string, Failures>,
): Promise<Plan> {
  const { namespace, name, deletionTimestamp } = one.metadata
  const of = snapshot.get(app, { namespace, name: one.spec.app })
  if (deletionTimestamp || !of || !isAsked(of)) return []
  const told = toldOf(one)
  if (told === 'given up') return []
  const news = wanted(one, snapshot, options.urlOf).filter((each) => told[each.context] !== wordsOf(each))
  if (news.length === 0) return []
  const key = `${namespace}/${name}`
  const what = JSON.stringify(news)
  const before = failures.get(key)
  const isSame = before?.what === what
  const now = snapshot.now.getTime()
  if (isSame && before.until > now) return [again(before.until - now)]
  const say = (text: string): Plan => {
    const change = { metadata: { annotations: { [reportedAnnotation]: text } } }
    return [patch(pipeline, { namespace, name }, change, { unless: 'NotFound' })]
  }
  const why = await report(of, one, news, options)
  if (why === undefined) {
    failures.delete(key)
    return say(JSON.stringify({ ...told, ...Object.fromEntries(news.map((each) => [each.context, wordsOf(each)])) }))
  }
  const count = (isSame ? before.count : 0) + 1
  options.log.warn('a commit status was not taken', { pipeline: key, why, attempts: count })
  if (count >= mostAttempts) return say(`given up: ${why.slice(0, 150)}`)
  const pause = waitAfter(count, backoff)
  failures.set(key, { what, count, until: now + pause })
  return [again(pause)]
}

const isAsked = ({ spec, status }: App) =>
  Boolean(spec.source.url && spec.source.webhook?.statusToken && status?.codeHost && status.codeHost !== 'gogs')

function toldOf({ metadata }: Pipeline): Record<string, string> | 'given up' {
  const text = metadata.annotations?.[reportedAnnotation]
  if (text === undefined) return {}
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, string>) : 'given up'
}

/** Why the host did not take it; undefined when it did. */
async function report(
  of: App,
  one: Pipeline,
  news: readonly CommitStatus[],
  { client, rules, signal }: StatusOptions,
): Promise<string | undefined> {
  const { url = '', webhook } = of.spec.source
  const token = await secretValue(client, of, webhook?.statusToken, 'token')
  if (!token) return `the Secret ${webhook?.statusToken} has no key token`
  for (const each of news) {
    const call = statusCall(of.status!.codeHost!, url, one.spec.commit.sha, token.trim(), each)
    if (!call) continue
    try {
      const body = JSON.stringify(call.body)
      const { status, text } = await outwardCall(rules, { method: 'POST', ...call, body, signal })
      if (status >= 300) return `${call.url.host} answered ${status}: ${text.slice(0, 200)}`
    } catch (error) {
      if (error instanceof AddressRefused || (error instanceof Error && 'code' in error)) return error.message
      throw error
    }
  }
  return undefined
}
