import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { mergeIterables } from '@sampan/kit/merge-iterables'
import { StatusError } from '@sampan/resources/errors'
import type { Ref } from '@sampan/resources/meta'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import { appLabel } from '../labels.ts'
import type { ReadPipelineLog } from '../logs/pipeline-log.ts'
import { type Outcome, outcomeOf, progressBetween, titleOf, type View } from './progress.ts'

export interface FollowOptions {
  client: Client
  readLog: ReadPipelineLog
  signal: AbortSignal
  /** Milliseconds between looks. */
  everyMs?: number
  /** Whether a good end is a release; false: the run is all there is to see. Default true. */
  makesRelease?: boolean
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
  { client, readLog, signal, everyMs = 100, makesRelease = true }: FollowOptions,
): AsyncGenerator<string> {
  let outcome: Outcome | undefined
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
    while (!signal.aborted) {
      try {
        const view = await viewOf(client, at)
        if (silent) yield 'The Kubernetes API is back.'
        silent = false
        yield* progressBetween(before, view).filter(isNews)
        before = view
        outcome = outcomeOf(view, makesRelease)
        if (outcome) return
      } catch (error) {
        if (error instanceof StatusError && error.reason === 'NotFound') {
          outcome = { ok: false, lines: ['Not deployed: the pipeline was removed.'] }
          return
        }
        if (error instanceof StatusError && error.code < 500) throw error
        if (!silent) yield 'The Kubernetes API does not answer; the pipeline goes on when it is back.'
        silent = true
      }
      await wait(everyMs, undefined, { signal }).catch(() => undefined) // the pusher left: the loop's condition sees it
    }
  }

  /**
   * Lines of a step may come before the news that it has begun: then they bring its title along. Steps that run side by
   * side are told apart by a name before their lines.
   */
  async function* buildLog(): AsyncGenerator<string> {
    const known = new Map<string, string>()
    for await (const line of readLog(await client.get(pipeline, at), { follow: true, signal })) {
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

  yield* mergeIterables(progress(), buildLog())
  if (outcome) yield* ['', ...outcome.lines, '']
}
