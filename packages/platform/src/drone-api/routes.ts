import { encryptedSecret } from '@sampan/drone/secret'
import { hmacOf } from '@sampan/drone/signature'
import { answer, json } from '@sampan/http/answer'
import { type Call, type Route, route } from '@sampan/http/route'
import { secret } from '@sampan/resources/core/secret'
import { badRequest, StatusError } from '@sampan/resources/errors'
import { type App, app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline, stepPath } from '@sampan/resources/sampan/pipeline'
import { boolean, object, optional, text } from '@sampan/resources/schema'
import { found } from '../api/apps.ts'
import { type ApiContext, all } from '../api/context.ts'
import { rolesOf } from '../api/sessions.ts'
import { adminsGroup } from '../config.ts'
import { nextRun } from '../cron/schedule.ts'
import { decideBlocked } from '../pipelines/approval.ts'
import { repositoryKey } from '../pipelines/repository-key.ts'
import { restartPipeline } from '../pipelines/restart.ts'
import {
  findPipelineSecret,
  type Holder,
  pipelineSecrets,
  removePipelineSecret,
  setPipelineSecret,
} from '../pipelines/secret-store.ts'
import { promote } from '../promotions/promote.ts'
import { runUrl } from '../sources/sources.ts'
import { badge, buildShape, repoShape, stagesOf } from './shapes.ts'

type Params = { owner: string; repo: string }
type CronJob = NonNullable<NonNullable<App['spec']['pipelines']>['cron']>[number]

const here = { namespace: ':owner' }
const readApp = { verb: 'get', on: app, ...here, name: ':repo' } as const
const writeApp = { verb: 'update', on: app, ...here, name: ':repo' } as const
const run = { verb: 'create', on: pipeline, ...here, name: '' } as const
const keep = (verb: 'create' | 'update' | 'delete') => ({ verb, on: secret, ...here, name: '' }) as const
const secretBody = object({ name: optional(text()), data: optional(text()), pull_request: optional(boolean()) })
const dataBody = object({ data: text({ minLength: 1 }), name: optional(text()) })
const cronBody = object({
  name: optional(text()),
  expr: optional(text()),
  branch: optional(text()),
  target: optional(text()),
  disabled: optional(boolean()),
})

/**
 * The part of Drone's REST API that its command line and people's scripts use: owner is the project, repository the app,
 * the token one of ours.
 */
export function droneRoutes(context: ApiContext): Route[] {
  const { client, config } = context
  const appOf = ({ owner, repo }: Params) => found(context, { project: owner, app: repo })
  const runsOf = ({ owner, repo }: Params) =>
    all(context, pipeline, owner)
      .filter(({ spec }) => spec.app === repo)
      .toSorted((a, b) => b.spec.number - a.spec.number)
  const runOf = (params: Params & { build: string }): Pipeline => {
    const one = runsOf(params).find(({ spec }) => String(spec.number) === params.build)
    if (one) return one
    throw new StatusError('NotFound', `${params.owner}/${params.repo} has no build ${params.build}.`)
  }
  const shape = (one: Pipeline, whole = false) => buildShape(one, runUrl(config.platformURL, one), whole)
  const repo = (one: App) => {
    const { namespace, name } = one.metadata
    const gitUrl = `${config.platformURL}/git/${namespace}/${name}.git`
    return repoShape(one, {
      link: `${config.platformURL}/projects/${namespace}/apps/${name}`,
      gitUrl,
      trusted: one.spec.pipelines?.trusted ?? false,
    })
  }
  /** Everything in the query that is not ours is a parameter of the run. */
  const parametersIn = (query: URLSearchParams, ...ours: string[]) =>
    Object.fromEntries([...query].filter(([key]) => !ours.includes(key)))

  return [
    route({
      method: 'GET',
      path: '/api/user',
      allow: 'signed-in',
      handle: ({ user }) => ({
        id: 1,
        login: user.name,
        email: '',
        machine: false,
        admin: user.groups.includes(adminsGroup),
        active: true,
        avatar: '',
      }),
    }),
    route({
      method: 'GET',
      path: '/api/user/repos',
      allow: 'signed-in',
      handle({ user }) {
        const visible = new Set(rolesOf(context, user).map(({ name }) => name))
        return all(context, app)
          .filter(({ metadata }) => visible.has(metadata.namespace ?? ''))
          .map(repo)
      },
    }),
    route({
      method: 'GET',
      path: '/api/repos/:owner/:repo',
      allow: readApp,
      handle: ({ params }) => repo(appOf(params)),
    }),
    route({
      method: 'GET',
      path: '/api/repos/:owner/:repo/builds',
      allow: readApp,
      handle({ params, query }) {
        appOf(params)
        const size = Math.min(100, Math.max(1, Number(query.get('per_page')) || 25))
        const page = Math.max(1, Number(query.get('page')) || 1)
        const branch = query.get('branch')
        const fitting = runsOf(params).filter(
          ({ spec }) => !branch || spec.branch === branch || spec.commit.ref === `refs/heads/${branch}`,
        )
        return fitting.slice((page - 1) * size, page * size).map((one) => shape(one))
      },
    }),
    route({
      method: 'POST',
      path: '/api/repos/:owner/:repo/builds',
      allow: run,
      async handle({ params, query, user }) {
        const one = appOf(params)
        const name = { project: params.owner, app: params.repo }
        const branch = query.get('branch') || one.spec.source.branch
        const ref = `refs/heads/${branch}`
        const isThere = await context.repositories.exists(name)
        const sha = isThere ? await context.repositories.resolve(name, query.get('commit') || ref) : undefined
        if (!sha)
          throw new StatusError(
            'NotFound',
            `There is no commit for branch "${branch}" in ${params.owner}/${params.repo}.`,
          )
        const commit = { ...(await context.repositories.commit(name, sha)), ref }
        const parameters = parametersIn(query, 'branch', 'commit')
        const cause = `custom/${user.name}/${context.now().getTime()}`
        const taken = await context.git.intake(one, {
          event: 'custom',
          branch,
          commit,
          parameters,
          by: user.name,
          cause,
        })
        if ('skipped' in taken) throw new StatusError('Conflict', taken.skipped)
        return json(shape(taken.pipeline))
      },
    }),
    route({
      method: 'GET',
      path: '/api/repos/:owner/:repo/builds/:build',
      allow: readApp,
      handle: ({ params }) =>
        params.build === 'latest' && runsOf(params)[0] ? shape(runsOf(params)[0]!, true) : shape(runOf(params), true),
    }),
    route({
      method: 'POST',
      path: '/api/repos/:owner/:repo/builds/:build',
      allow: run,
      handle: async ({ params, user }) =>
        json(shape(await restartPipeline(client, appOf(params), runOf(params), user.name))),
    }),
    route({
      method: 'DELETE',
      path: '/api/repos/:owner/:repo/builds/:build',
      allow: { verb: 'update', on: pipeline, ...here, name: '' },
      async handle({ params, api }) {
        const { namespace, name } = runOf(params).metadata
        await api.patch(pipeline, { namespace, name }, { spec: { cancel: true } })
      },
    }),
    ...(['promote', 'rollback'] as const).map((event) =>
      route({
        method: 'POST',
        path: `/api/repos/:owner/:repo/builds/:build/${event}` as const,
        allow: run,
        async handle({ params, query, user }) {
          const target = query.get('target')
          if (!target) throw badRequest('Missing target environment: say ?target=NAME.')
          const parameters = parametersIn(query, 'target')
          return json(
            shape(
              await promote(client, {
                app: appOf(params),
                parent: runOf(params),
                event,
                target,
                parameters,
                by: user.name,
              }),
            ),
          )
        },
      }),
    ),
    route({
      method: 'GET',
      path: '/api/repos/:owner/:repo/builds/:build/logs/:stage/:step',
      allow: readApp,
      async handle({ params, signal }) {
        const one = runOf(params)
        const stage = stagesOf(one)[Number(params.stage) - 1]
        const step = stage?.steps[Number(params.step) - 1]
        if (!stage || !step)
          throw new StatusError(
            'NotFound',
            `Build ${params.build} has no step ${params.step} in stage ${params.stage}.`,
          )
        const only = stepPath(stage.name, step.name)
        const lines: { pos: number; out: string; time: number }[] = []
        const began = Date.parse(step.startedAt ?? '') || 0
        for await (const line of context.readLog(one, { step: only, signal })) {
          const time = Math.max(0, Math.floor((Date.parse(line.time) - began) / 1000)) || 0
          lines.push({ pos: lines.length, out: `${line.text}\n`, time })
        }
        return lines
      },
    }),
    ...(['approve', 'decline'] as const).map((word) =>
      route({
        method: 'POST',
        path: `/api/repos/:owner/:repo/builds/:build/${word}/:stage` as const,
        allow: { verb: 'approve', on: pipeline, ...here, name: '' },
        async handle({ params, user }) {
          const one = runOf(params)
          const stage = stagesOf(one)[Number(params.stage) - 1]
          if (!stage) throw new StatusError('NotFound', `Build ${params.build} has no stage ${params.stage}.`)
          const { namespace = '', name } = one.metadata
          const decision = { approve: word === 'approve', stages: [stage.name], by: user.name }
          await decideBlocked(client, { namespace, name }, decision)
        },
      }),
    ),
    route({
      method: 'POST',
      path: '/api/repos/:owner/:repo/sign',
      // A signature stands for the word of somebody who may approve.
      allow: { verb: 'approve', on: pipeline, ...here, name: '' },
      body: dataBody,
      handle: async ({ params, body }) => json({ data: hmacOf(body.data, await repositoryKey(client, appOf(params))) }),
    }),
    ...(['/api/repos/:owner/:repo/encrypt', '/api/repos/:owner/:repo/encrypt/secret'] as const).map((path) =>
      route({
        method: 'POST',
        path,
        allow: writeApp,
        body: dataBody,
        handle: async ({ params, body }) =>
          json({ data: encryptedSecret(body.data, await repositoryKey(client, appOf(params))) }),
      }),
    ),
    ...secretRoutes(),
    ...cronRoutes(),
    route({
      method: 'GET',
      path: '/api/badges/:owner/:repo/status.svg',
      allow: { anyone: 'a badge says passing or failing, and the same for what is not there' },
      handle({ params, query }) {
        const branch = /^refs\/heads\/(.+)$/.exec(query.get('ref') ?? '')?.[1] ?? query.get('branch')
        const owner = context.caches.of(app).get({ namespace: params.owner, name: params.repo })
        const of = `refs/heads/${branch ?? owner?.spec.source.branch}`
        const last = runsOf(params).find(({ spec, status }) => spec.commit.ref === of && status?.finishedAt)
        return answer({
          headers: { 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' },
          body: badge(last?.status?.state ?? 'none'),
        })
      },
    }),
  ]

  function secretRoutes(): Route[] {
    const view = ({ name, pullRequests }: { name: string; pullRequests: boolean }) => ({
      name,
      pull_request: pullRequests,
      pull_request_push: false,
    })
    const set = async (
      holder: Holder,
      {
        api,
        body,
      }: Pick<Call<unknown, 'signed-in', { name?: string; data?: string; pull_request?: boolean }>, 'api' | 'body'>,
      name = body.name,
    ) => {
      if (!name) throw badRequest('A secret needs a name.')
      return json(
        view(await setPipelineSecret(api, holder, { name, value: body.data, pullRequests: body.pull_request })),
      )
    }
    const one = async (holder: Holder, name: string) => {
      const known = await findPipelineSecret(client, holder, name)
      if (!known) throw new StatusError('NotFound', `There is no secret ${name}.`)
      return view(known)
    }
    const places = [
      {
        base: '/api/repos/:owner/:repo/secrets' as const,
        holder: (p: Record<string, string>): Holder => ({ project: p.owner ?? '', app: p.repo }),
        read: readApp,
      },
      {
        base: '/api/secrets/:owner' as const,
        holder: (p: Record<string, string>): Holder => ({ project: p.owner ?? '' }),
        read: { verb: 'list', on: app, ...here } as const,
      },
    ]
    return places.flatMap(({ base, holder, read }) => [
      route({
        method: 'GET',
        path: base,
        allow: read,
        handle: async ({ params }) => (await pipelineSecrets(client, holder(params as never))).map(view),
      }),
      route({
        method: 'POST',
        path: base,
        allow: keep('create'),
        body: secretBody,
        handle: (call) => set(holder(call.params as never), call),
      }),
      route({
        method: 'GET',
        path: `${base}/:secret` as const,
        allow: { ...read, ...('name' in read ? {} : { name: '' }) },
        handle: ({ params }) => one(holder(params as never), (params as { secret: string }).secret),
      }),
      route({
        method: 'PATCH',
        path: `${base}/:secret` as const,
        allow: keep('update'),
        body: secretBody,
        handle: (call) => set(holder(call.params as never), call, (call.params as { secret: string }).secret),
      }),
      route({
        method: 'DELETE',
        path: `${base}/:secret` as const,
        allow: keep('delete'),
        handle: ({ params, api }) =>
          removePipelineSecret(api, holder(params as never), (params as { secret: string }).secret),
      }),
    ])
  }

  function cronRoutes(): Route[] {
    const view = ({ name, schedule, branch, target = '', disabled = false }: CronJob) => ({
      id: 0,
      name,
      expr: schedule,
      branch,
      event: 'push',
      target,
      disabled,
      next: Math.floor((nextRun(schedule, context.now())?.getTime() ?? 0) / 1000),
    })
    const jobsOf = (params: Params) => appOf(params).spec.pipelines?.cron ?? []
    const job = (params: Params & { cron: string }) => {
      const known = jobsOf(params).find(({ name }) => name === params.cron)
      if (known) return known
      throw new StatusError('NotFound', `There is no cron job "${params.cron}".`)
    }
    const write = (params: Params, cron: CronJob[], api: Call<unknown, 'signed-in', unknown>['api']) =>
      api.patch(app, { namespace: params.owner, name: params.repo }, { spec: { pipelines: { cron } } })
    return [
      route({
        method: 'GET',
        path: '/api/repos/:owner/:repo/cron',
        allow: readApp,
        handle: ({ params }) => jobsOf(params).map(view),
      }),
      route({
        method: 'GET',
        path: '/api/repos/:owner/:repo/cron/:cron',
        allow: readApp,
        handle: ({ params }) => view(job(params)),
      }),
      route({
        method: 'POST',
        path: '/api/repos/:owner/:repo/cron',
        allow: writeApp,
        body: cronBody,
        async handle({ params, body, api }) {
          const { name, expr, branch = appOf(params).spec.source.branch, target, disabled } = body
          if (!name || !expr) throw badRequest('A cron job needs name and expr.')
          nextRun(expr, context.now())
          if (jobsOf(params).some((each) => each.name === name))
            throw new StatusError('AlreadyExists', `There is a cron job "${name}" already.`)
          const fresh = { name, schedule: expr, branch, ...(target && { target }), ...(disabled && { disabled }) }
          await write(params, [...jobsOf(params), fresh], api)
          return json(view(fresh))
        },
      }),
      route({
        method: 'PATCH',
        path: '/api/repos/:owner/:repo/cron/:cron',
        allow: writeApp,
        body: cronBody,
        async handle({ params, body, api }) {
          const before = job(params)
          if (body.expr) nextRun(body.expr, context.now())
          const { expr, branch, target, disabled } = body
          const next = {
            ...before,
            ...(expr && { schedule: expr }),
            ...(branch && { branch }),
            ...(target !== undefined && { target }),
            ...(disabled !== undefined && { disabled }),
          }
          await write(
            params,
            jobsOf(params).map((each) => (each.name === before.name ? next : each)),
            api,
          )
          return json(view(next))
        },
      }),
      route({
        method: 'DELETE',
        path: '/api/repos/:owner/:repo/cron/:cron',
        allow: writeApp,
        async handle({ params, api }) {
          const gone = job(params)
          await write(
            params,
            jobsOf(params).filter(({ name }) => name !== gone.name),
            api,
          )
        },
      }),
    ]
  }
}
