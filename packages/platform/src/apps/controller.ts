import type { Client } from '@sampan/client/client'
import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, create, event, type Plan, patch, remove, type Step, status, update } from '@sampan/control/plan'
import type { Log } from '@sampan/kit/log'
import { deployment } from '@sampan/resources/apps/deployment'
import { replicaSet } from '@sampan/resources/apps/replica-set'
import { pod } from '@sampan/resources/core/pod'
import type { KubeObject } from '@sampan/resources/meta'
import { type App, app } from '@sampan/resources/sampan/app'
import { appTemplate } from '@sampan/resources/sampan/app-template'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import { type Environment, environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { type Release, release } from '@sampan/resources/sampan/release'
import { type Rollout, rollout } from '@sampan/resources/sampan/rollout'
import { addFinalizer, hasFinalizer } from '../finalizers.ts'
import type { KindOf } from '../kind-of.ts'
import { appLabel, projectLabel } from '../labels.ts'
import { type ImageFacts, ImageUnknown } from '../registry/image-facts.ts'
import { documentsFrom, TemplateError } from '../releases/documents.ts'
import { releaseFrom } from '../releases/make.ts'
import { applyDocuments } from '../rollouts/apply.ts'
import { inEnvironment, isFinished, releasesOf, rolloutsOf, servingRollout } from '../rollouts/history.ts'
import { rolloutFrom } from '../rollouts/make.ts'
import { whyNotReady, workloadsOf } from '../rollouts/observe.ts'
import { type Decision, isRestored, type Known, nextRelease, type Wanted } from './next-release.ts'
import { portOf } from './parameters.ts'
import { type Purpose, previewsOf, purposeOf } from './purpose.ts'
import { appFinalizer, removeApp } from './removal.ts'
import { type EnvironmentStatus, environmentState } from './state.ts'

export interface AppOptions {
  client: Client
  kindOf: KindOf
  log: Log
  signal: AbortSignal
  /** Takes away what an app has outside the cluster: its repository. Doing it twice is fine. */
  forget?(app: { project: string; app: string }): Promise<void>
  /** What the registry says about an image that a project names. Throws ImageUnknown. */
  factsOf?(image: string, project: string): Promise<ImageFacts>
}

/** Makes Releases of finished runs and changed parameters, Rollouts of Releases, and says how the app is. */
export function appController(options: AppOptions): Controller {
  const named = (name: string | undefined, namespace: string | undefined) =>
    name && namespace ? [{ namespace, name }] : []
  const labelled = ({ metadata: { labels } }: KubeObject) => named(labels?.[appLabel], labels?.[projectLabel])
  const all = (snapshot: Snapshot, namespace?: string) => snapshot.list(app, namespace).map((one) => one.metadata)
  return controller<App>({
    name: 'app',
    component: 'sampan',
    kind: app,
    watches: [
      watch(pipeline, (one) => named(one.spec.app, one.metadata.namespace)),
      watch(release, (one) => named(one.spec.app, one.metadata.namespace)),
      watch(rollout, (one) => named(one.spec.app, one.metadata.namespace)),
      watch(environment, (one, snapshot) => all(snapshot, one.metadata.namespace)),
      watch(appTemplate, (one, snapshot) =>
        snapshot.list(app).flatMap((each) => (each.spec.template === one.metadata.name ? [each.metadata] : [])),
      ),
      watch(deployment, labelled),
    ],
    reads: [pod, replicaSet, dnsRecord] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcileApp(one, snapshot, options),
  })
}

/** What stands in the way of a release, for the user. */
interface Problem {
  code: string
  sentence: string
}

export async function reconcileApp(one: App, snapshot: Snapshot, options: AppOptions): Promise<Plan> {
  const { namespace, name } = one.metadata
  const everything = {
    app: one,
    pipelines: snapshot
      .list(pipeline, namespace)
      .filter((each) => each.spec.app === name)
      .toSorted((a, b) => a.spec.number - b.spec.number),
    releases: releasesOf(snapshot.list(release, namespace), name),
    rollouts: snapshot.list(rollout, namespace).filter((each) => each.spec.app === name),
    environments: snapshot
      .list(environment, namespace)
      .filter((each) => each.status?.phase === 'Ready' && !each.metadata.deletionTimestamp)
      .toSorted((a, b) => a.spec.order - b.spec.order || a.metadata.name.localeCompare(b.metadata.name)),
  }
  if (one.metadata.deletionTimestamp) return removeApp(everything, snapshot, options)
  if (!hasFinalizer(one, appFinalizer)) return [addFinalizer(app, one, appFinalizer)]
  const left = leftovers(everything, snapshot.list(environment, namespace))
  if (left.length > 0) return left
  const parts = [purposeOf(everything), ...previewsOf(everything)]
  const before: Step[] = []
  const states: EnvironmentStatus[] = []
  for (const part of parts) {
    const looked = await look(part, everything, snapshot, options)
    before.push(...looked.plan)
    // What follows from it is decided when it is there.
    if (!looked.states) return before
    states.push(...looked.states)
  }
  return [...before, status(app, one, statusOf(everything, states))]
}

/** Releases of previews that are gone, and how they got there. */
function leftovers({ releases, rollouts }: Purpose, places: readonly Environment[]): Plan {
  const gone = releases.filter(
    ({ spec }) => spec.preview && !places.some(({ metadata }) => metadata.name === spec.preview),
  )
  const names = new Set(gone.map(({ metadata }) => metadata.name))
  return [
    ...rollouts.filter(({ spec }) => names.has(spec.release)).map((one) => remove(rollout, one)),
    ...gone.map((one) => remove(release, one)),
  ]
}

/** What is decided and told about an app in its environments, or in one preview of it. */
async function look(
  part: Purpose,
  everything: Purpose,
  snapshot: Snapshot,
  options: AppOptions,
): Promise<{ plan: Plan; states?: EnvironmentStatus[] }> {
  const { app: one, environments } = part
  const known: Known = part
  const decision = nextRelease(known)
  const overtaken = decision.overtaken.map((each) =>
    patch(pipeline, each.metadata, { status: { reason: overtakenReason } }, { subresource: 'status' }),
  )
  if (decision.restore) return { plan: [...overtaken, ...restored(one, decision.restore)] }

  const made = decision.release ? await tryRelease(part, decision.release, everything, snapshot, options) : undefined
  if (made && 'wait' in made) return { plan: [...overtaken, again(made.wait)] }
  if (made && !('problem' in made)) return { plan: [...overtaken, ...made.plan] }
  return {
    plan: [...overtaken, ...(made?.failed ?? []), ...newRollouts(known, environments)],
    states: await statesOf(part, snapshot, options, made?.problem),
  }
}

const overtakenReason = 'A newer push was released first, so this one makes no release.'

/** After a rollback the app states again what the old release stated, in one write; then that it did. */
function restored(one: App, { rollout: back, release: old }: NonNullable<Decision['restore']>): Plan {
  if (isRestored(one, old)) return [status(app, one, { ...one.status, restored: back.metadata.name })]
  const { source } = one.spec
  const { parameters, template, image } = old.spec
  return [
    update(app, {
      ...one,
      spec: { ...one.spec, parameters, template, source: source.type === 'image' ? { ...source, image } : source },
    }),
  ]
}

type Tried = { plan: Plan } | { wait: number } | { problem: Problem; failed: Plan }

/** Renders and tries the release on the server (dry run) before it becomes a record. */
async function tryRelease(
  known: Purpose,
  wanted: Wanted,
  everything: Purpose,
  snapshot: Snapshot,
  options: AppOptions,
): Promise<Tried> {
  const { app: one, releases, environments } = known
  // A new project's environment is ready in a moment: its change brings us here again.
  if (environments.length === 0) return { wait: 1000 }
  const number = 1 + Math.max(one.status?.lastRelease ?? 0, everything.releases.at(-1)?.spec.number ?? 0)
  const template = snapshot.get(appTemplate, { name: one.spec.template })?.spec.template
  const stated = await withFacts(one, wanted, options)
  try {
    const made = releaseFrom({
      app: one,
      number,
      wanted: stated.wanted,
      environments,
      template,
      before: releases.at(-1),
    })
    for (const { yaml } of made.spec.environments) {
      const refused = await applyDocuments(options, documentsFrom(yaml), { dryRun: true })
      if (refused) throw new TemplateError(refused.sentence)
    }
    return {
      plan: [
        create(release, made),
        ...noted(known, wanted, { release: number }),
        event(one, 'Normal', 'Released', said(made)),
        ...stated.plan,
      ],
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return {
      problem: { code: 'template', sentence: error.message },
      failed: noted(known, wanted, { reason: error.message }),
    }
  }
}

/** An image that somebody named is kept with its digest, so that a rollback brings the same program back. */
async function withFacts(one: App, wanted: Wanted, { factsOf }: AppOptions): Promise<{ wanted: Wanted; plan: Plan }> {
  if (one.spec.source.image !== wanted.image || !factsOf) return { wanted, plan: [] }
  try {
    return { wanted: { ...wanted, ...(await factsOf(wanted.image, one.metadata.namespace ?? '')) }, plan: [] }
  } catch (error) {
    if (!(error instanceof ImageUnknown)) throw error
    const sentence = `The digest of ${wanted.image} is not known (${error.message}): when its tag moves, a rollback to this release brings what the tag names then.`
    return { wanted, plan: [event(one, 'Warning', 'ImageNotPinned', sentence)] }
  }
}

const said = ({ spec }: Release) => `Release ${spec.number}${spec.reason ? `: ${spec.reason}` : ''}`

/** Tells the run what became of it; whoever pushed is waiting for that. */
function noted(
  { pipelines }: Known,
  { pipeline: name, reason }: Wanted,
  change: { release?: number; reason?: string },
): Plan {
  const run = pipelines.find((each) => each.metadata.name === name)
  // With a reason of its own it is a release of changed parameters: no news for the run.
  if (!run || reason !== undefined) return []
  const isKnown = run.status?.release === change.release && run.status?.reason === change.reason
  return isKnown
    ? []
    : [patch(pipeline, run.metadata, { status: { reason: null, ...change } }, { subresource: 'status' })]
}

/** The newest release goes by itself into every environment that asks for no approval, once. */
function newRollouts({ app: one, releases, rollouts }: Known, environments: readonly Environment[]): Plan {
  return environments.flatMap((where) => {
    if (where.spec.policy !== 'automatic') return []
    const { name } = where.metadata
    const newest = releases.findLast((each) => inEnvironment(each, name))
    if (!newest) return []
    const isStarted = rollouts.some(
      (each) => each.spec.environment === name && each.spec.release === newest.metadata.name,
    )
    if (isStarted) return []
    const { by, reason } = newest.spec
    return [create(rollout, rolloutFrom({ app: one, environment: name, release: newest, rollouts, by, reason }))]
  })
}

async function statesOf(
  known: Purpose,
  snapshot: Snapshot,
  options: AppOptions,
  problem?: Problem,
): Promise<EnvironmentStatus[]> {
  const { app: one, pipelines, releases, rollouts, environments } = known
  const found: EnvironmentStatus[] = []
  for (const where of environments) {
    const history = rolloutsOf(rollouts, one.metadata.name, where.metadata.name)
    const { instances, trouble } = await serving(known, where, history, snapshot, options)
    found.push(
      environmentState({
        environment: where.metadata.name,
        pipelines,
        releases,
        rollouts: history,
        instances,
        trouble,
        problem,
      }),
    )
  }
  return found
}

function statusOf({ app: one, pipelines, releases }: Purpose, environments: EnvironmentStatus[]): App['status'] {
  const { name, namespace } = one.metadata
  return {
    ...one.status,
    repository: one.spec.source.type === 'image' ? undefined : `${namespace}/${name}.git`,
    environments,
    ...(pipelines.length > 0 && { lastPipeline: pipelines.at(-1)?.metadata.name }),
    ...(releases.length > 0 && { lastRelease: Math.max(one.status?.lastRelease ?? 0, releases.at(-1)!.spec.number) }),
    observedGeneration: one.metadata.generation,
  }
}

/** How many instances of the release that serves are ready, and why others are not. */
async function serving(
  { app: one, releases }: Known,
  where: Environment,
  history: readonly Rollout[],
  snapshot: Snapshot,
  { client, log, signal }: AppOptions,
): Promise<{ instances: { ready: number; replicas: number }; trouble?: Problem }> {
  const rolledOut = servingRollout(history)
  const what = releases.find((each) => each.metadata.name === rolledOut?.spec.release)
  const yaml = what && inEnvironment(what, where.metadata.name)?.yaml
  if (!what || !yaml) return { instances: { ready: 0, replicas: 0 } }
  const documents = documentsFrom(yaml)
  const workloads = workloadsOf(snapshot, documents)
  const instances = {
    ready: workloads.reduce((sum, each) => sum + each.ready, 0),
    replicas: workloads.reduce((sum, each) => sum + each.replicas, 0),
  }
  const newest = history.at(-1)
  if (instances.ready >= instances.replicas || (newest && !isFinished(newest))) return { instances }
  const { app: name, parameters, exposedPort, template } = what.spec
  const place = {
    project: one.metadata.namespace ?? '',
    app: name,
    environment: where.metadata.name,
    namespace: where.status?.namespace ?? '',
  }
  const port = template === 'worker' ? undefined : portOf(parameters, exposedPort)
  const cause = await whyNotReady({ snapshot, client, place, documents, port, log, signal })
  return { instances, trouble: cause }
}
