import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import { changedByAnnotation } from '../labels.ts'
import { canonical, changeInWords } from './parameters.ts'

/**
 * What is known about an app for one purpose, its environments or one preview: the runs that make releases for it, those
 * releases and their rollouts; everything oldest first.
 */
export interface Known {
  app: App
  /** The preview environment it is about; undefined: the project's own environments. */
  preview?: string
  pipelines: readonly Pipeline[]
  releases: readonly Release[]
  rollouts: readonly Rollout[]
}

/** What the next release is made of. */
export interface Wanted {
  image: string
  exposedPort?: number
  commit?: Release['spec']['commit']
  pipeline?: string
  by?: string
  reason?: string
  /** The only environment it is for. */
  preview?: string
}

export interface Decision {
  release?: Wanted
  /** Finished runs that a newer one overtook: they make no release. */
  overtaken: readonly Pipeline[]
  /** The app must take over what a rollback brought back before anything else is decided. */
  restore?: { rollout: Rollout; release: Release }
}

/**
 * Whether an app needs a new release, and of what: a finished run, another image, or changed parameters on the image that
 * was last rolled out. Pure.
 */
export function nextRelease(known: Known): Decision {
  const { preview } = known
  const decision = decided(known)
  if (preview === undefined) return decision
  // A preview has its own history, but the app states what its environments state: nothing is brought back into it.
  return { ...decision, restore: undefined, ...(decision.release && { release: { ...decision.release, preview } }) }
}

function decided({ app, pipelines, releases, rollouts }: Known): Decision {
  const fresh = pipelines.filter(
    (one) => isReady(one) && !releases.some((made) => made.spec.pipeline === one.metadata.name),
  )
  const newestReleased = Math.max(
    0,
    ...pipelines.filter((one) => isReleased(one, releases)).map((one) => one.spec.number),
  )
  const candidate = fresh.findLast((one) => one.spec.number > newestReleased)
  const overtaken = fresh.filter((one) => one !== candidate && !one.status?.reason)
  if (candidate) return { release: fromPipeline(candidate), overtaken }

  const base = baseOf(releases, rollouts)
  const restore = base && restoreFrom(app, base.release, base.rollout)
  if (restore) return { restore, overtaken }

  const { source, parameters, template } = app.spec
  if (source.type === 'image' && source.image && !isMadeOf(source.image, base?.release ?? releases.at(-1))) {
    return { release: { image: source.image, reason: base ? `image ${source.image}` : undefined }, overtaken }
  }
  if (!base) return { overtaken }
  const { spec } = base.release
  const words = [
    template !== spec.template && `service type ${template}`,
    changeInWords(spec.parameters, parameters),
  ].filter((one) => typeof one === 'string')
  if (words.length === 0) return { overtaken }
  const { image, exposedPort, commit, pipeline } = spec
  const by = app.metadata.annotations?.[changedByAnnotation]
  const reason = words.join(', ')
  return {
    release: { image, exposedPort, commit, ...(pipeline && { pipeline }), ...(by && { by }), reason },
    overtaken,
  }
}

const isReady = (one: Pipeline) => one.status?.state === 'success' && one.status.image !== undefined

const isReleased = (one: Pipeline, releases: readonly Release[]) =>
  one.status?.release !== undefined || releases.some((made) => made.spec.pipeline === one.metadata.name)

const fromPipeline = ({ metadata, spec, status }: Pipeline): Wanted => {
  const { sha, ref, message, author, time } = spec.commit
  return {
    image: status?.image ?? '',
    exposedPort: status?.exposedPort,
    commit: { sha, ref, message, author, time },
    pipeline: metadata.name,
    by: spec.by,
  }
}

/** What was last meant to run, whether or not it came up: a repair of the parameters is for that release. */
export function baseOf(
  releases: readonly Release[],
  rollouts: readonly Rollout[],
): { release: Release; rollout?: Rollout } | undefined {
  const last = releases.at(-1)
  // Not rolled out yet, so newer than every rollout.
  if (last && !rollouts.some((one) => one.spec.release === last.metadata.name)) return { release: last }
  const rollout = rollouts.toSorted((a, b) => created(a) - created(b) || a.spec.number - b.spec.number).at(-1)
  const release = releases.find((one) => one.metadata.name === rollout?.spec.release) ?? last
  return release && { release, rollout }
}

const created = ({ metadata }: Rollout) => Date.parse(metadata.creationTimestamp ?? '0')

/**
 * After a rollback the app states what the old release states. Once for each rollback: from then on a difference is
 * somebody's wish again.
 */
function restoreFrom(app: App, release: Release, rollout?: Rollout): Decision['restore'] {
  if (!rollout?.spec.rollback || app.status?.restored === rollout.metadata.name) return undefined
  return { rollout, release }
}

export const isRestored = ({ spec }: App, release: Release) =>
  canonical(spec.parameters) === canonical(release.spec.parameters) &&
  spec.template === release.spec.template &&
  (spec.source.type !== 'image' || spec.source.image === release.spec.image)

/** For apps that name their image: whether a release is of it. A release keeps the digest that its tag had then. */
const isMadeOf = (image: string, made?: Release) =>
  made !== undefined && (made.spec.image === image || made.spec.image.startsWith(`${image}@`))
