import type { Cache } from '@sampan/client/cache'
import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { mergeIterables } from '@sampan/kit/merge-iterables'
import type { Definition } from '@sampan/resources/define'
import { StatusError } from '@sampan/resources/errors'
import type { Ref } from '@sampan/resources/meta'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import { appLabel } from '../labels.ts'
import type { ReadPipelineLog } from '../logs/pipeline-log.ts'
import { wakeOn } from '../wake.ts'
import { type Outcome, outcomeOf, progressBetween, titleOf, type View } from './progress.ts'

export interface FollowOptions {
  client: Client
  /** Changes in them are seen at once; without them the API is asked again and again. */
  caches?: Pick<Caches, 'of'>
  readLog: ReadPipelineLog
  signal: AbortSignal
  /** Milliseconds between looks when nothing changes; default 100, with caches 2000. */
  everyMs?: number
  /** Whether a good end is a release; false: the run is all there is to see. Default true. */
  makesRelease?: boolean
}

/** The same from caches: undefined while they do not have the Pipeline. */
function viewFrom(caches: Pick<Caches, 'of'>, at: Ref): View | undefined {
  const found = caches.of(pipeline).get(at)
  if (!found) return undefined
  const made = caches
    .of(release)
    .list(at.namespace)
    .find(({ spec }) => spec.app === found.spec.app && spec.pipeline === at.name)
  if (found.status?.state !== 'success' || !made) return { pipeline: found, rollouts: [], environments: [] }
  return {
    pipeline: found,
    release: made,
    rollouts: caches
      .of(rollout)
      .list(at.namespace)
      .filter(({ spec }) => spec.release === made.metadata.name),
    environments: caches.of(environment).list(at.namespace),
  }
}

async function viewOf(client: Client, at: Ref): Promise<View> {
  const namespace = at.namespace
  const found = await client.get(pipeline, at)
  if (found.status?.state !== 'success') return { pipeline: found, rollouts: [], environments: [] }
  const labels = `${appLabel}=${found.spec.app}`
  const releases = await client.list(release, { namespace, labels })
  const made = releases.items.find((one) => one.spec.pipeline === at.name)
  if (!made) return { pipeline: found, rollouts: [], environments: [] }
  const [rollouts, environments] = await Promise.all([
    client.list(rollout, { namespace, labels }),
    client.list(environment, { namespace }),
  ])
  return {
    pipeline: found,
    release: made,
    rollouts: rollouts.items.filter((one) => one.spec.release === made.metadata.name),
    environments: environments.items,
  }
}

/** Says what happens to a Pipeline, its Release and its Rollouts until they ended; the last lines say how. */
export async function* followPush(
  at: Ref,
  { client, caches, readLog, signal, everyMs = caches ? 2000 : 100, makesRelease = true }: FollowOptions,
): AsyncGenerator<string> {
  const kinds = [pipeline, release, rollout, environment] as unknown as Definition[]
  const wake = wakeOn(caches ? kinds.map((kind) => caches.of(kind) as Cache) : [], at.namespace)
  let outcome: Outcome | undefined
  // The log of a run goes on until the run has ended, which one that waits for somebody's word may not for days.
  const enough = new AbortController()
  const logSignal = AbortSignal.any([signal, enough.signal])
  const titles = new Set<string>()
  let heading: string | undefined
  const isNews = (line: string) => {
    if (!line.startsWith('== ')) return true
    const isNew = !titles.has(line)
    titles.add(line)
    if (isNew) heading = line
    return isNew
  }

  async function* progress(): AsyncGenerator<string> {
    let before: View | undefined
    let silent = false
    let askedAt = 0
    while (!signal.aborted) {
      try {
        // A cache does not say when the API is away: that is asked now and then.
        const isDue = performance.now() - askedAt >= everyMs
        let view = caches && !isDue ? viewFrom(caches, at) : undefined
        if (!view) {
          view = await viewOf(client, at)
          askedAt = performance.now()
        }
        if (silent) yield 'The Kubernetes API is back.'
        silent = false
        yield* progressBetween(before, view).filter(isNews)
        before = view
        outcome = outcomeOf(view, makesRelease)
        if (outcome) {
          if (view.pipeline.status?.state === 'blocked') enough.abort()
          return
        }
      } catch (error) {
        if (error instanceof StatusError && error.reason === 'NotFound') {
          outcome = { ok: false, lines: ['Not deployed: the pipeline was removed.'] }
          return
        }
        if (error instanceof StatusError && error.code < 500) throw error
        if (!silent) yield 'The Kubernetes API does not answer; the pipeline goes on when it is back.'
        silent = true
      }
      await wake.next(everyMs, signal)
    }
  }

  /**
   * Lines of a step may come before the news that it has begun: then they bring its title along. Steps that run side by
   * side are told apart by a name before their lines.
   */
  async function* buildLog(): AsyncGenerator<string> {
    const known = new Map<string, string>()
    for await (const line of readLog(await client.get(pipeline, at), { follow: true, signal: logSignal })) {
      let title = known.get(line.step)
      if (title === undefined) {
        title = `== ${titleOf(await client.get(pipeline, at), line.step)}`
        known.set(line.step, title)
        if (isNews(title)) yield title
      }
      const name = title === heading ? '' : `[${title.slice(3)}] `
      yield `   ${name}${line.text}`
    }
  }

  try {
    yield* mergeIterables(progress(), buildLog())
  } finally {
    enough.abort()
    wake.close()
  }
  if (outcome) yield* ['', ...outcome.lines, '']
}
