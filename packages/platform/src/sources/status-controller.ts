import type { Client } from '@sampan/client/client'
import { type Controller, controller, type Snapshot } from '@sampan/control/controller'
import { again, type Plan, patch } from '@sampan/control/plan'
import { waitAfter } from '@sampan/kit/backoff'
import type { Log } from '@sampan/kit/log'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { AddressRefused, type AddressRules } from './address-rules.ts'
import { secretValue } from './credentials.ts'
import { outwardCall } from './outward-call.ts'
import { commitStatusOf, statusCall } from './statuses.ts'

export interface StatusOptions {
  client: Client
  rules: AddressRules
  log: Log
  /** Where people look at a run. */
  urlOf(pipeline: Pipeline): string
  signal: AbortSignal
}

/** On Pipelines: the state the host was last told, or why it is told no more. */
export const reportedAnnotation = 'sampan.dev/reported'

const backoff = { first: 5000, most: 5 * 60_000 }
const mostAttempts = 8

/** Tells the host of an app's source how its runs go, each state once. */
export function statusController(options: StatusOptions): Controller {
  const failures = new Map<string, { state: string; count: number; until: number }>()
  return controller<Pipeline>({
    name: 'commit-status',
    component: 'sampan',
    kind: pipeline,
    workers: 4,
    reads: [app] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcileStatus(one, snapshot, options, failures),
    gone: (at) => {
      failures.delete(`${at.namespace}/${at.name}`)
      return []
    },
  })
}

async function reconcileStatus(
  one: Pipeline,
  snapshot: Snapshot,
  { client, rules, log, urlOf, signal }: StatusOptions,
  failures: Map<string, { state: string; count: number; until: number }>,
): Promise<Plan> {
  const { namespace, name, annotations, deletionTimestamp } = one.metadata
  const of = snapshot.get(app, { namespace, name: one.spec.app })
  const { url, webhook } = of?.spec.source ?? {}
  const host = of?.status?.codeHost
  if (deletionTimestamp || !of || !url || !webhook?.statusToken || !host) return []
  const given = commitStatusOf(one, urlOf(one))
  if (!given || annotations?.[reportedAnnotation] === given.state) return []
  if (annotations?.[reportedAnnotation]?.startsWith('given up')) return []
  const key = `${namespace}/${name}`
  const before = failures.get(key)
  const isSame = before?.state === given.state
  if (isSame && before.until > snapshot.now.getTime()) return [again(before.until - snapshot.now.getTime())]
  const said = (text: string): Plan => [
    patch(
      pipeline,
      { namespace, name },
      { metadata: { annotations: { [reportedAnnotation]: text } } },
      { unless: 'NotFound' },
    ),
  ]
  const token = await secretValue(client, of, webhook.statusToken, 'token')
  if (!token) return []
  const call = statusCall(host, url, one.spec.commit.sha, token.trim(), given)
  if (!call) return []
  const why = await tried(async () => {
    const { status, text } = await outwardCall(rules, {
      method: 'POST',
      ...call,
      body: JSON.stringify(call.body),
      signal,
    })
    return status < 300 ? undefined : `${call.url.host} answered ${status}: ${text.slice(0, 200)}`
  })
  if (why === undefined) {
    failures.delete(key)
    return said(given.state)
  }
  const count = (isSame ? before.count : 0) + 1
  log.warn('a commit status was not taken', { pipeline: key, why, attempts: count })
  if (count >= mostAttempts) return said(`given up: ${why.slice(0, 150)}`)
  const pause = waitAfter(count, backoff)
  failures.set(key, { state: given.state, count, until: snapshot.now.getTime() + pause })
  return [again(pause)]
}

/** Why it did not work, for those errors that another try may cure. */
async function tried(call: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await call()
  } catch (error) {
    if (
      error instanceof AddressRefused ||
      (error instanceof Error && ('code' in error || /did not answer/.test(error.message)))
    )
      return (error as Error).message
    throw error
  }
}
