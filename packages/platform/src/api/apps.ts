import type { IncomingMessage } from 'node:http'
import type { Client } from '@sampan/client/client'
import { json } from '@sampan/http/answer'
import { valid } from '@sampan/http/body'
import { type Caller, route } from '@sampan/http/route'
import { mergePatch } from '@sampan/kit/merge-patch'
import { isReason, StatusError } from '@sampan/resources/errors'
import { type App, type AppParameters, app, appParameters } from '@sampan/resources/sampan/app'
import { shortName } from '@sampan/resources/sampan/group'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import { anything, object, optional, text } from '@sampan/resources/schema'
import { parameterProblems } from '../apps/parameters.ts'
import { changedByAnnotation } from '../labels.ts'
import { releasesOf } from '../rollouts/history.ts'
import { type ApiContext, all, eventually } from './context.ts'
import { createProject } from './projects.ts'
import { appAt, instanceRows, releaseRows, rowsOf } from './rows.ts'
import { rolesOf } from './sessions.ts'

export function appRoutes(context: ApiContext) {
  const { caches } = context
  return [
    route({
      method: 'GET',
      path: '/api/apps',
      allow: 'signed-in',
      handle({ user, query }) {
        const only = query.get('project')
        const visible = new Set(rolesOf(context, user).map((one) => one.name))
        return caches
          .of(app)
          .list(only ?? undefined)
          .filter((one) => visible.has(one.metadata.namespace ?? ''))
          .toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))
          .flatMap((one) => rowsOf(context, one))
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps',
      allow: { verb: 'create', on: app },
      body: object({
        name: text(shortName),
        template: optional(text()),
        branch: optional(text({ minLength: 1 })),
        image: optional(text({ minLength: 1 })),
        parameters: optional(anything()),
      }),
      async handle({ params, body, api, user, request, signal }) {
        if (!caches.of(project).get({ name: params.project })) {
          const mayCreate = { verb: 'create', group: project.group, resource: project.plural }
          if (!(await context.accounts.may(user, mayCreate))) {
            throw new StatusError(
              'NotFound',
              `There is no project "${params.project}": ask an administrator to make it.`,
            )
          }
          await createProject(context, { name: params.project }, user.name, signal)
        }
        const { made, isNew } = await launch(api, params.project, body)
        const { token } = await context.accounts.issue({
          user: user.name,
          use: 'token',
          title: `git remote of ${params.project}/${body.name}`,
        })
        const url = `${addressOf(request, context)}/git/${params.project}/${body.name}.git`
        return json({ app: made, remote: { url, user: user.name, password: token } }, { status: isNew ? 201 : 200 })
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app',
      allow: { verb: 'get', on: app },
      handle({ params }) {
        const one = found(context, params)
        return {
          app: one,
          environments: rowsOf(context, one),
          releases: releaseRows(context, one).slice(0, 50),
          pipelines: all(context, pipeline, params.project)
            .filter((each) => each.spec.app === params.app)
            .toSorted((a, b) => b.spec.number - a.spec.number)
            .slice(0, 20),
          instances: instanceRows(context, one),
        }
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/projects/:project/apps/:app/parameters',
      allow: { verb: 'update', on: app },
      body: anything(),
      handle: ({ params, query, body, api, user, signal }) =>
        changeParameters(context, { params, body, api, user, signal, generation: query.get('generation') }),
    }),
    route({
      method: 'DELETE',
      path: '/api/projects/:project/apps/:app',
      allow: { verb: 'delete', on: app },
      async handle({ params, api }) {
        await api.remove(app, { namespace: params.project, name: params.app }, { propagation: 'Background' })
      },
    }),
  ]
}

const keyOf = ({ metadata }: App) => `${metadata.namespace}/${metadata.name}`

/** The app a path names. Throws NotFound with what to do. */
export function found(context: ApiContext, { project: home, app: name }: { project: string; app: string }): App {
  const one = appAt(context, home, name)
  if (one) return one
  throw new StatusError(
    'NotFound',
    `There is no app "${name}" in project "${home}": see the list of apps (sampan apps).`,
  )
}

/** How the caller reaches us: what works for the request works for git. */
export function addressOf({ headers }: IncomingMessage, { config }: ApiContext): string {
  const host = headers['x-forwarded-host'] ?? headers.host
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  return typeof host === 'string' && /^[\w.:[\]-]+$/.test(host) ? `${scheme}://${host}` : config.platformURL
}

interface Launch {
  name: string
  template?: string
  branch?: string
  image?: string
  parameters?: Record<string, unknown>
}

/** Makes the app, or brings the one that is there in line with what was stated. */
async function launch(api: Client, namespace: string, { name, template, branch, image, parameters = {} }: Launch) {
  const at = { namespace, name }
  const known = await api.find(app, at)
  const source = image
    ? { type: 'image' as const, image, branch: branch ?? 'main' }
    : { type: 'git' as const, branch: branch ?? known?.spec.source.branch ?? 'main' }
  if (!known) {
    const made = await api.create(app, {
      metadata: at,
      spec: { source, template: template ?? 'web', parameters: checked(parameters) },
    })
    return { made, isNew: true }
  }
  const spec = {
    ...known.spec,
    source,
    template: template ?? known.spec.template,
    parameters: checked(mergePatch(known.spec.parameters, parameters)),
  }
  return { made: await api.update(app, { ...known, spec }), isNew: false }
}

/** Parameters with defaults. Throws Invalid with every problem in words. */
export function checked(given: unknown): AppParameters {
  const parameters = valid(appParameters, given)
  const problems = parameterProblems(parameters)
  if (problems.length > 0) throw new StatusError('Invalid', problems.join(' '))
  return parameters
}

interface Change {
  params: { project: string; app: string }
  body: Record<string, unknown>
  api: Client
  user: Caller
  signal: AbortSignal
  /** The generation of the app that the caller has looked at; null: whatever it is. */
  generation: string | null
}

/** Merges parameters; answers when the release they lead to is made, so that its rollout can be followed. */
async function changeParameters(
  context: ApiContext,
  { params, body, api, user, signal, generation: seenGeneration }: Change,
) {
  const at = { namespace: params.project, name: params.app }
  const releases = () => releasesOf(all(context, release, at.namespace), at.name)
  const before = releases().at(-1)?.spec.number ?? 0
  const changed = await retried(async () => {
    const one = await api.get(app, at)
    if (seenGeneration !== null && String(one.metadata.generation) !== seenGeneration) throw changedMeanwhile(one)
    const annotations = { ...one.metadata.annotations, [changedByAnnotation]: user.name }
    return api.update(app, {
      ...one,
      metadata: { ...one.metadata, annotations },
      spec: { ...one.spec, parameters: checked(mergePatch(one.spec.parameters, body)) },
    })
  })
  if (before === 0) return { app: changed }
  const generation = changed.metadata.generation ?? 0
  const seen = await eventually(
    context,
    [app, release, rollout] as never,
    () => {
      const one = appAt(context, at.namespace, at.name)
      return (one?.status?.observedGeneration ?? 0) >= generation ? one : undefined
    },
    { signal },
  )
  const newest = releases().at(-1)
  if (!newest || newest.spec.number <= before) {
    const refused = seen?.status?.environments?.find((each) => each.cause === 'template')?.reason
    if (refused) throw new StatusError('Invalid', refused)
    return { app: seen ?? changed }
  }
  const started = all(context, rollout, at.namespace).find((one) => one.spec.release === newest.metadata.name)
  return { app: seen ?? changed, release: newest.metadata.name, ...(started && { rollout: started.metadata.name }) }
}

function changedMeanwhile({ metadata }: App): StatusError {
  const who = metadata.annotations?.[changedByAnnotation]
  return new StatusError(
    'Conflict',
    `${metadata.name} was changed${who ? ` by ${who}` : ''} since you looked: look at it again, nothing has been overwritten.`,
  )
}

/** Tries again when somebody else wrote in between. */
async function retried<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (!isReason(error, 'Conflict') || tries === 5) throw error
    }
  }
}
