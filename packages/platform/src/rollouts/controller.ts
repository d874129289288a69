import type { Client } from '@sampan/client/client'
import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, event, type Plan, patch, status } from '@sampan/control/plan'
import type { Log } from '@sampan/kit/log'
import { daemonSet } from '@sampan/resources/apps/daemon-set'
import { deployment } from '@sampan/resources/apps/deployment'
import { replicaSet } from '@sampan/resources/apps/replica-set'
import { statefulSet } from '@sampan/resources/apps/stateful-set'
import { pod } from '@sampan/resources/core/pod'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { KubeObject, Ref } from '@sampan/resources/meta'
import { ingress } from '@sampan/resources/networking/ingress'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import { environment } from '@sampan/resources/sampan/environment'
import { release } from '@sampan/resources/sampan/release'
import { type Rollout, rollout, rolloutStages } from '@sampan/resources/sampan/rollout'
import type { KindOf } from '../kind-of.ts'
import { appLabel, environmentLabel, projectLabel } from '../labels.ts'
import { type Document, documentsFrom } from '../releases/documents.ts'
import { inEnvironment, isFinished, rolloutsOf, servingRollout, stateOf } from './history.ts'
import { fail, inStateMs, type Outcome, statusAfter } from './outcome.ts'
import { type Previous, rollBack } from './rollback.ts'
import { type Look, type Probes, stages } from './stages.ts'

export interface RolloutOptions {
  client: Client
  kindOf: KindOf
  probes: Probes
  /** The address people use for a host name, as `http://web-test.demo.localhost:8080`. */
  urlOf(host: string): string
  log: Log
  signal: AbortSignal
}

/** How long a failed release without a predecessor is left to be looked at before it is stopped, in milliseconds. */
const keepFailedMs = 10 * 60_000

/**
 * Takes a Release into an Environment, one stage per look. All it knows is in objects, so it goes on after a crash at any
 * point: every stage may be done again.
 */
export function rolloutController(options: RolloutOptions): Controller {
  const concerns = (object: KubeObject, snapshot: Snapshot): readonly Ref[] => {
    const { [projectLabel]: project, [appLabel]: app, [environmentLabel]: where } = object.metadata.labels ?? {}
    if (!project || !app || !where) return []
    const open = snapshot
      .list(rollout, project)
      .filter((one) => one.spec.app === app && one.spec.environment === where && !isFinished(one))
    return open.map((one) => one.metadata)
  }
  return controller<Rollout>({
    name: 'rollout',
    component: 'sampan',
    kind: rollout,
    watches: [
      watch(deployment, concerns),
      watch(statefulSet, concerns),
      watch(daemonSet, concerns),
      watch(pod, concerns),
      watch(ingress, concerns),
      watch(endpointSlice, concerns),
      // A newer rollout ends the older one.
      watch(rollout, (one, snapshot) => {
        const { app, environment: where } = one.spec
        const open = rolloutsOf(snapshot.list(rollout, one.metadata.namespace), app, where)
        return open.filter((other) => !isFinished(other)).map((other) => other.metadata)
      }),
    ],
    reads: [release, environment, dnsRecord, replicaSet] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcileRollout(one, snapshot, options),
  })
}

export async function reconcileRollout(one: Rollout, snapshot: Snapshot, options: RolloutOptions): Promise<Plan> {
  if (one.metadata.deletionTimestamp) return []
  const history = rolloutsOf(snapshot.list(rollout, one.metadata.namespace), one.spec.app, one.spec.environment)
  const newest = history.at(-1)
  const isNewest = !newest || newest.spec.number <= one.spec.number
  if (isFinished(one)) return isNewest ? stopFailed(one, snapshot) : []
  if (!isNewest) {
    return written(one, { do: 'advance', to: 'superseded', message: `overtaken by ${newest.metadata.name}` }, snapshot)
  }
  const look = lookAt(one, history, snapshot, options)
  if ('do' in look) return written(one, look, snapshot)
  if (stateOf(one) === 'rollingBack') return goBack(look)
  if (one.spec.cancel) return written(one, fail('cancelled', 'The rollout was cancelled.'), snapshot)
  return goOn(look)
}

/**
 * As many stages as can be passed at once, told in one write: a crash in between only means that they are passed again.
 */
async function goOn(look: Look): Promise<Plan> {
  const { rollout: before, snapshot } = look
  let one = before
  for (;;) {
    const stage = stages[stateOf(one)]
    if (!stage) return []
    const outcome = await stage({ ...look, rollout: one })
    const next = statusAfter(one, outcome, snapshot.now)
    const isFinal = outcome.do !== 'advance' || stages[next.state] === undefined
    if (isFinal) return writtenAs(before, next, outcome)
    one = { ...one, status: next }
  }
}

/** Reads what the stages need; a release that is gone ends the rollout. */
function lookAt(
  one: Rollout,
  history: readonly Rollout[],
  snapshot: Snapshot,
  options: RolloutOptions,
): Look | Outcome {
  const home = one.metadata.namespace
  const where = snapshot.get(environment, { namespace: home, name: one.spec.environment })
  const what = snapshot.get(release, { namespace: home, name: one.spec.release })
  if (!where) {
    return fail(
      'release-gone',
      `There is no environment "${one.spec.environment}" any more: create it and roll out again.`,
    )
  }
  const made = what && inEnvironment(what, one.spec.environment)
  if (!made) {
    return fail(
      'release-gone',
      `Release ${one.spec.release} does not exist for ${one.spec.environment}: choose one of the list (sampan releases).`,
    )
  }
  const namespace = where.status?.namespace ?? where.spec.namespace ?? `${home}-${where.metadata.name}`
  return {
    ...options,
    rollout: one,
    release: what,
    environment: where,
    place: { project: home ?? '', app: one.spec.app, environment: one.spec.environment, namespace },
    documents: documentsFrom(made.yaml),
    hosts: made.hosts,
    earlier: earlierDocuments(one, history, snapshot),
    snapshot,
  }
}

/** What may be there: the objects of the release that serves and of everything that was tried since. */
function earlierDocuments(one: Rollout, history: readonly Rollout[], snapshot: Snapshot): Document[] {
  const from = servingRollout(history)?.spec.number ?? 0
  const tried = history.filter((other) => other.spec.number >= from && other.spec.number < one.spec.number)
  const names = new Set(tried.map((other) => other.spec.release))
  return [...names].flatMap((name) => madeOf(name, one, snapshot)?.documents ?? [])
}

function madeOf(name: string, { metadata, spec }: Rollout, snapshot: Snapshot): Previous | undefined {
  const found = snapshot.get(release, { namespace: metadata.namespace, name })
  const made = found && inEnvironment(found, spec.environment)
  return made && { documents: documentsFrom(made.yaml), hosts: made.hosts }
}

async function goBack(look: Look): Promise<Plan> {
  const { rollout: one, snapshot } = look
  const before: NonNullable<Rollout['status']> = one.status ?? { state: 'rollingBack' }
  const previous = one.spec.previous ? madeOf(one.spec.previous, one, snapshot) : undefined
  const result = previous
    ? await rollBack(look, previous)
    : ({ do: 'stuck', why: 'its record does not exist any more' } as const)
  switch (result.do) {
    case 'done':
      return written(
        one,
        { do: 'advance', to: 'rolledBack', message: `${one.spec.previous} serves as before` },
        snapshot,
      )
    case 'wait':
      return written(one, result, snapshot)
    case 'stuck': {
      const reason = `${before.reason ?? 'The release failed.'} Going back to ${one.spec.previous} failed too: ${result.why}`
      const next = statusAfter(one, { do: 'advance', to: 'failed' }, snapshot.now)
      return [status(rollout, one, { ...next, reason })]
    }
  }
}

const written = (one: Rollout, outcome: Outcome, snapshot: Snapshot): Plan =>
  writtenAs(one, statusAfter(one, outcome, snapshot.now), outcome)

function writtenAs(one: Rollout, next: NonNullable<Rollout['status']>, outcome: Outcome): Plan {
  return [
    status(rollout, one, next),
    ...(next.state !== stateOf(one) ? told(one, next) : []),
    ...(outcome.do === 'wait' ? [again(outcome.againMs)] : []),
  ]
}

const told = (one: Rollout, next: NonNullable<Rollout['status']>): Plan => {
  const isGood = (rolloutStages as readonly string[]).includes(next.state) || next.state === 'superseded'
  const reason = `${next.state.slice(0, 1).toUpperCase()}${next.state.slice(1)}`
  return [event(one, isGood ? 'Normal' : 'Warning', reason, next.reason ?? next.stages?.at(-1)?.message ?? next.state)]
}

/**
 * A failed release that nothing came before is kept as it is for a while, so that people can look at its instances; then
 * its Deployments are scaled to 0 rather than crash for ever. Its log lines and the reason stay.
 */
function stopFailed(one: Rollout, snapshot: Snapshot): Plan {
  if (stateOf(one) !== 'failed' || one.spec.previous) return []
  const leftMs = keepFailedMs - inStateMs(one, snapshot.now)
  if (leftMs > 0) return [again(leftMs + 1000)]
  const documents = madeOf(one.spec.release, one, snapshot)?.documents ?? []
  return documents.flatMap((document) => {
    if (document.kind !== 'Deployment') return []
    const at = { namespace: document.metadata.namespace, name: document.metadata.name }
    const live = snapshot.get(deployment, at)
    return live && live.spec.replicas !== 0 ? [patch(deployment, at, { spec: { replicas: 0 } })] : []
  })
}
