import { events, type ServerEvent } from '@sampan/http/events'
import { route } from '@sampan/http/route'
import { channel } from '@sampan/kit/channel'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { type Rollout, rollout } from '@sampan/resources/sampan/rollout'
import { followPush } from '../git/follow.ts'
import { isFinished, stateOf } from '../rollouts/history.ts'
import { found } from './apps.ts'
import { type ApiContext, all } from './context.ts'

export const progressRoutes = (context: ApiContext) => [
  route({
    method: 'GET',
    path: '/api/projects/:project/apps/:app/progress',
    allow: { verb: 'get', on: app },
    handle({ params, query, signal }) {
      found(context, params)
      const named = query.get('rollout')
      const run = query.get('pipeline')
      if (run) return events(pipelineProgress(context, params.project, run, signal))
      const newest = all(context, rollout, params.project)
        .filter((one) => one.spec.app === params.app)
        .toSorted((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))
        .at(-1)
      const name = named ?? newest?.metadata.name
      if (!name) throw new StatusError('NotFound', `${params.app} has never been deployed: push to it first.`)
      return events(rolloutProgress(context, params.project, name, signal))
    },
  }),
]

/** A rollout as it goes: what each stage found, and in the end the URL or the reason. */
export async function* rolloutProgress(
  context: Pick<ApiContext, 'caches'>,
  home: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const cache = context.caches.of(rollout)
  const one = cache.get({ namespace: home, name })
  if (!one) throw new StatusError('NotFound', `There is no rollout "${name}": see the app's releases.`)
  const changes = channel<Rollout | undefined>()
  void changes.send(one)
  const stop = cache.listen(({ type, object }) => {
    if (object.metadata.namespace !== home || object.metadata.name !== name) return
    void changes.send(type === 'put' ? object : undefined)
  })
  const leave = () => changes.close()
  signal.addEventListener('abort', leave, { once: true })
  try {
    let told = 0
    let message: string | undefined
    for await (const now of changes) {
      if (!now) {
        yield { event: 'end', data: { ok: false, reason: 'The rollout was removed.' } }
        return
      }
      for (const stage of now.status?.stages?.slice(told) ?? []) {
        yield { event: 'line', data: { text: `${stage.name}${stage.message ? `: ${stage.message}` : ''}` } }
        told++
      }
      const saying = now.status?.message
      if (saying && saying !== message) yield { event: 'line', data: { text: saying } }
      message = saying
      yield { event: 'state', data: { rollout: now } }
      if (!isFinished(now)) continue
      yield { event: 'end', data: endOf(now) }
      return
    }
  } finally {
    stop()
    signal.removeEventListener('abort', leave)
    changes.close()
  }
}

export function endOf(one: Rollout) {
  const state = stateOf(one)
  if (state === 'verified') return { ok: true, ...(one.status?.url && { url: one.status.url }) }
  if (state === 'superseded') return { ok: false, reason: 'A newer rollout took over.' }
  return { ok: false, reason: one.status?.reason ?? 'The rollout failed.' }
}

/** A run, its release and the release's rollouts: the lines that a `git push` shows. */
async function* pipelineProgress(
  context: ApiContext,
  home: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const { client, caches, readLog } = context
  const at = { namespace: home, name }
  for await (const text of followPush(at, { client, caches, readLog, signal })) yield { event: 'line', data: { text } }
  const run = await client.find(pipeline, at)
  const made = all(context, release, home).find(
    (one) => one.spec.app === run?.spec.app && one.spec.number === run?.status?.release,
  )
  const rollouts = all(context, rollout, home).filter((one) => one.spec.release === made?.metadata.name)
  yield { event: 'state', data: { pipeline: run, release: made?.metadata.name, rollout: rollouts[0] } }
  const failed = rollouts.find((one) => stateOf(one) !== 'verified')
  const good = rollouts[0]
  if (!good) yield { event: 'end', data: { ok: false, reason: run?.status?.reason ?? 'No release was made.' } }
  else yield { event: 'end', data: endOf(failed ?? good) }
}
