import { json } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { parseImage } from '@sampan/resources/core/image-name'
import { StatusError } from '@sampan/resources/errors'
import { type App, app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { type Release, release } from '@sampan/resources/sampan/release'
import { type Rollout, rollout } from '@sampan/resources/sampan/rollout'
import { integer, object, optional, text } from '@sampan/resources/schema'
import { createPipeline } from '../pipelines/create-pipeline.ts'
import { ImageUnknown } from '../registry/image-facts.ts'
import { releaseDiff } from '../releases/release-diff.ts'
import { inEnvironment, releaseName, releasesOf, rolloutsOf, stateOf } from '../rollouts/history.ts'
import { rolloutFrom } from '../rollouts/make.ts'
import { found } from './apps.ts'
import { type ApiContext, all } from './context.ts'
import { previewRoutes } from './preview.ts'
import { releaseRows } from './rows.ts'

export function releaseRoutes(context: ApiContext) {
  const releaseAt = (params: { project: string; app: string }, number: string | number): Release => {
    const name = releaseName(params.app, Number(String(number).replace(/^v/, '')))
    const one = context.caches.of(release).get({ namespace: params.project, name })
    if (one) return one
    throw new StatusError('NotFound', `${params.app} has no release ${number}: see its releases (sampan releases).`)
  }
  /** The app with what its image's tag names now. Throws where that is what its newest release is of. */
  async function withImageOfToday(one: App): Promise<App> {
    const { name, namespace: project = '' } = one.metadata
    const { source } = one.spec
    const named = source.image ?? ''
    const tag = named.replace(/@.*/, '')
    try {
      const { image } = await context.factsOf(parseImage(named)?.tag ? tag : named, project)
      const newest = releasesOf(all(context, release, project), name).at(-1)
      if (newest?.spec.image !== image) return { ...one, spec: { ...one.spec, source: { ...source, image } } }
      throw new StatusError('Conflict', `${tag} is still the image of release ${newest.spec.number}: nothing is new.`)
    } catch (error) {
      if (!(error instanceof ImageUnknown)) throw error
      throw new StatusError('Conflict', `Whether ${tag} changed cannot be told (${error.message}): name another tag.`)
    }
  }
  return [
    ...previewRoutes(context),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/releases',
      allow: { verb: 'get', on: app },
      handle: ({ params }) => releaseRows(context, found(context, params)),
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/releases/:number',
      allow: { verb: 'get', on: app },
      handle: ({ params }) => json(releaseAt(params, params.number)),
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/releases/:number/diff',
      allow: { verb: 'get', on: app },
      handle({ params, query }) {
        const one = releaseAt(params, params.number)
        const other = query.get('with') ? releaseAt(params, query.get('with')!) : releaseBefore(context, one)
        return {
          release: one.spec.number,
          with: other?.spec.number,
          image: { before: other?.spec.image, after: one.spec.image },
          environments: one.spec.environments.map(({ name, yaml }) => ({
            name,
            diff: releaseDiff((other && inEnvironment(other, name)?.yaml) ?? '', yaml),
          })),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps/:app/rollback',
      allow: { verb: 'update', on: app },
      body: object({ release: integer({ minimum: 1 }), environment: optional(text()), reason: optional(text()) }),
      async handle({ params, body, user }) {
        const one = found(context, params)
        const back = releaseAt(params, body.release)
        const where = body.environment ?? defaultPlace(context, params.project)
        if (!inEnvironment(back, where)) {
          throw new StatusError('Invalid', `Release ${body.release} was not made for ${where}: choose another one.`)
        }
        const rollouts = all(context, rollout, params.project)
        const history = rolloutsOf(rollouts, params.app, where)
        const newest = history.at(-1)
        if (newest?.spec.release === back.metadata.name && stateOf(newest) === 'verified') {
          throw new StatusError(
            'Conflict',
            `Release ${body.release} serves in ${where} already: there is nothing to bring back.`,
          )
        }
        const made = await context.client.create(
          rollout,
          rolloutFrom({
            app: one,
            environment: where,
            release: back,
            rollouts,
            by: user.name,
            reason: body.reason ?? `rollback to ${body.release}`,
            rollback: true,
          }),
        )
        return json({ rollout: made }, { status: 201 })
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps/:app/deploy',
      allow: { verb: 'update', on: app },
      body: object({ branch: optional(text()) }),
      async handle({ params, body, user, api }) {
        const one = found(context, params)
        if (one.spec.source.type === 'image') return { app: await api.update(app, await withImageOfToday(one)) }
        const branch = body.branch ?? one.spec.source.branch
        const name = { project: params.project, app: params.app }
        const ref = `refs/heads/${branch}`
        const isThere = await context.repositories.exists(name)
        const head = isThere ? await context.repositories.resolve(name, ref) : undefined
        if (!head) {
          throw new StatusError(
            'NotFound',
            `Nothing has been pushed to branch "${branch}" yet: git push sampan ${branch}.`,
          )
        }
        const commit = { ...(await context.repositories.commit(name, head)), ref }
        return json(
          { pipeline: await createPipeline(context.client, { app: one, event: 'manual', commit, by: user.name }) },
          { status: 201 },
        )
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/rollouts',
      allow: { verb: 'get', on: app },
      handle: ({ params }) =>
        all(context, rollout, params.project)
          .filter((one) => one.spec.app === params.app)
          .toSorted(newestFirst),
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/rollouts/:rollout/approve',
      allow: { verb: 'approve', on: rollout },
      async handle({ params, user }) {
        const at = { namespace: params.project, name: params.rollout }
        const one = await context.client.get(rollout, at)
        if (stateOf(one) !== 'planned') {
          throw new StatusError('Conflict', `The rollout is ${stateOf(one)} already: there is nothing to approve.`)
        }
        const approvedBy = [...new Set([...(one.status?.approvedBy ?? []), user.name])]
        const { resourceVersion } = one.metadata
        const change = { metadata: { resourceVersion }, status: { state: 'planned', approvedBy } }
        return json(await context.client.patch(rollout, at, change, { subresource: 'status' }))
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/rollouts/:rollout/cancel',
      allow: { verb: 'update', on: rollout },
      handle: async ({ params, api }) =>
        json(await api.patch(rollout, { namespace: params.project, name: params.rollout }, { spec: { cancel: true } })),
    }),
  ]
}

const newestFirst = (a: Rollout, b: Rollout) =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
  b.spec.number - a.spec.number

const releaseBefore = (context: ApiContext, { metadata, spec }: Release) =>
  all(context, release, metadata.namespace)
    .filter((one) => one.spec.app === spec.app && one.spec.number < spec.number)
    .toSorted((a, b) => a.spec.number - b.spec.number)
    .at(-1)

/** The first environment on the way to production. */
export function defaultPlace(context: ApiContext, home: string): string {
  const [first] = all(context, environment, home).toSorted((a, b) => a.spec.order - b.spec.order)
  if (first) return first.metadata.name
  throw new StatusError('NotFound', `Project "${home}" has no environment: make one first.`)
}
