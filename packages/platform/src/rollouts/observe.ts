import type { Client } from '@sampan/client/client'
import type { Snapshot } from '@sampan/control/controller'
import type { Log } from '@sampan/kit/log'
import { daemonSet } from '@sampan/resources/apps/daemon-set'
import { deployment } from '@sampan/resources/apps/deployment'
import { replicaSet } from '@sampan/resources/apps/replica-set'
import { statefulSet } from '@sampan/resources/apps/stateful-set'
import { event } from '@sampan/resources/core/event'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { appLabel, environmentLabel, releaseLabel } from '../labels.ts'
import type { Document } from '../releases/documents.ts'
import { podReleaseIn } from '../releases/render.ts'
import { type Cause, diagnose, type Evidence, type Observed } from './diagnosis.ts'
import { listenersFrom } from './listeners.ts'
import { daemonSetProgress, deploymentProgress, type Progress, statefulSetProgress } from './workload.ts'

/** The part of an app that runs in one environment. */
export interface Place {
  project: string
  app: string
  environment: string
  namespace: string
}

/** The pods of an app, of one release when `release` is given. */
export const podsOf = (snapshot: Snapshot, { app, environment, namespace }: Place, release?: number): Pod[] =>
  snapshot
    .list(pod, namespace)
    .filter(
      ({ metadata: { labels } }) =>
        labels?.[appLabel] === app &&
        labels[environmentLabel] === environment &&
        (release === undefined || labels[releaseLabel] === String(release)),
    )

/**
 * How far the workloads of a release are; `isKnown` is false while the cache has not seen that they were applied: an old
 * object would look finished.
 */
export function workloadsOf(
  snapshot: Snapshot,
  documents: readonly Document[],
): (Progress & { name: string; isKnown: boolean })[] {
  return documents.flatMap((one) => {
    const at = { namespace: one.metadata.namespace, name: one.metadata.name }
    const found =
      one.kind === 'Deployment'
        ? known(snapshot.get(deployment, at), deploymentProgress)
        : one.kind === 'StatefulSet'
          ? known(snapshot.get(statefulSet, at), statefulSetProgress)
          : one.kind === 'DaemonSet'
            ? known(snapshot.get(daemonSet, at), daemonSetProgress)
            : undefined
    if (found === undefined) return []
    const { live, progress } = found
    const isKnown = live?.metadata.labels?.[releaseLabel] === one.metadata.labels?.[releaseLabel]
    return [{ ...(progress ?? nothing), name: one.metadata.name, isKnown: live !== undefined && isKnown }]
  })
}

const nothing: Progress = { isDone: false, ready: 0, replicas: 1, isOverdue: false, message: 'being made' }

const known = <T>(live: T | undefined, progressOf: (live: T) => Progress) => ({
  live: live as (T & { metadata: { labels?: Record<string, string> } }) | undefined,
  progress: live && progressOf(live),
})

export interface Looked {
  snapshot: Snapshot
  client: Client
  place: Place
  documents: readonly Document[]
  port?: number
  /** When the release was applied. */
  since?: Date
  log: Log
  signal: AbortSignal
}

/** Why the instances of a release are not ready: reads events, and the instance itself where more can be learnt. */
export async function whyNotReady({
  snapshot,
  client,
  place,
  documents,
  port,
  since,
  log,
  signal,
}: Looked): Promise<Cause | undefined> {
  const { namespace } = place
  const release = podReleaseIn(documents)
  const pods = podsOf(snapshot, place, release)
  const names = documents.flatMap((one) => (one.kind === 'Deployment' ? [one.metadata.name] : []))
  const deployments = names
    .map((name) => snapshot.get(deployment, { namespace, name }))
    .filter((one) => one !== undefined)
  const replicaSets = snapshot
    .list(replicaSet, namespace)
    .filter(({ metadata: { labels } }) => labels?.[appLabel] === place.app && labels[releaseLabel] === String(release))
  const { items: events } = await client.list(event, { namespace, signal })
  const observed: Observed = { pods, events, deployment: deployments[0], replicaSets, port, since, now: snapshot.now }
  const cause = diagnose(observed)
  if (!cause?.wants || !cause.pod) return cause
  return diagnose(observed, await gather({ client, log, signal }, { namespace, name: cause.pod }, cause)) ?? cause
}

/** How long an instance may take to answer, in milliseconds. */
const patienceMs = 5000

/** Asks the instance; what cannot be had (it is gone, it has no `cat`) is left out. */
async function gather(
  { client, log, signal }: Pick<Looked, 'client' | 'log' | 'signal'>,
  at: { namespace: string; name: string },
  cause: Cause,
): Promise<Evidence> {
  const { container } = cause
  const limit = new AbortController()
  const giveUp = () => limit.abort(new Error('it did not answer in time'))
  signal.addEventListener('abort', giveUp, { once: true })
  const timer = setTimeout(giveUp, patienceMs)
  // A rollout must go on whatever becomes of a connection into an instance: the wait itself is bounded, not only the call.
  const given = new Promise<never>((_, reject) =>
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason)),
  )
  const options = { container, signal: limit.signal }
  try {
    if (cause.wants?.lines) {
      const { previous } = cause.wants.lines
      return { lastLines: await Promise.race([lastLines(client, at, { ...options, previous }), given]) }
    }
    const command = ['cat', '/proc/net/tcp', '/proc/net/tcp6']
    const { stdout } = await Promise.race([client.exec(at, command, options), given])
    // No output means no `cat`, not "no listeners": the files always have a heading.
    return stdout.includes('local_address') ? { listeners: listenersFrom(stdout) } : {}
  } catch (error) {
    // Evidence only makes the sentence better: the instance may be gone by now, or have no such program.
    log.info('could not look into an instance', { instance: `${at.namespace}/${at.name}`, error })
    return {}
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

async function lastLines(
  client: Client,
  at: { namespace: string; name: string },
  options: { container?: string; previous: boolean; signal: AbortSignal },
): Promise<string[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of client.logs(at, { ...options, tailLines: 50, limitBytes: 64 * 1024 })) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8').split('\n').filter(Boolean)
}
