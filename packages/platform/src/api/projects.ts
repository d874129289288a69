import { json } from '@sampan/http/answer'
import { type Caller, route } from '@sampan/http/route'
import { invalid, StatusError } from '@sampan/resources/errors'
import { environment } from '@sampan/resources/sampan/environment'
import { shortName } from '@sampan/resources/sampan/group'
import { type Project, project, projectRoles } from '@sampan/resources/sampan/project'
import type { ProjectRow } from '@sampan/resources/sampan/rows'
import { list, map, object, oneOf, optional, text } from '@sampan/resources/schema'
import { type ApiContext, all, eventually } from './context.ts'
import { rolesOf } from './sessions.ts'

const member = object({ user: text({ minLength: 1 }), role: oneOf(projectRoles) })

export function projectRoutes(context: ApiContext) {
  return [
    route({
      method: 'GET',
      path: '/api/projects',
      allow: 'signed-in',
      handle: ({ user }) => projectRows(context, user),
    }),
    route({
      method: 'POST',
      path: '/api/projects',
      allow: { verb: 'create', on: project },
      body: object({ name: text(shortName), title: optional(text()), quota: optional(map(text())) }),
      async handle({ body, user, signal }) {
        return json(await createProject(context, body, user.name, signal), { status: 201 })
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/projects/:project',
      allow: { verb: 'update', on: project },
      body: object({
        title: optional(text()),
        members: optional(list(member)),
        quota: optional(map(text(), { nullable: true })),
      }),
      async handle({ params, body, api }) {
        const names = body.members?.map((one) => one.user) ?? []
        if (new Set(names).size < names.length) {
          throw new StatusError('Invalid', 'A member is named twice: give each one role.')
        }
        return api.patch(project, { name: params.project }, { spec: body })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/projects/:project',
      allow: { verb: 'delete', on: project },
      async handle({ params, api }) {
        await api.remove(project, { name: params.project }, { propagation: 'Background' })
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/environments',
      allow: { verb: 'create', on: environment },
      body: object({
        name: text(shortName),
        policy: optional(oneOf(['automatic', 'approval'])),
        domain: optional(text()),
        env: optional(map(text())),
        quota: optional(map(text())),
      }),
      handle({ params, body: { name, policy = 'automatic', ...rest }, api }) {
        const order = 1 + Math.max(-1, ...all(context, environment, params.project).map((one) => one.spec.order))
        return api.create(environment, {
          metadata: { name, namespace: params.project },
          spec: { cluster: 'local', order, policy, ...rest },
        })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/projects/:project/environments/:environment',
      allow: { verb: 'delete', on: environment },
      async handle({ params, api }) {
        await api.remove(environment, { namespace: params.project, name: params.environment })
      },
    }),
  ]
}

/** Those the caller belongs to; administrators see all. */
export function projectRows(context: ApiContext, user: Pick<Caller, 'name' | 'groups'>): ProjectRow[] {
  const roles = new Map(rolesOf(context, user).map((one) => [one.name, one.role]))
  return all(context, project)
    .flatMap(({ metadata: { name, deletionTimestamp }, spec, status }) => {
      const role = roles.get(name)
      if (!role) return []
      const phase = deletionTimestamp ? 'Terminating' : (status?.phase ?? 'Pending')
      return [
        { name, title: spec.title, phase, message: status?.message, environments: status?.environments ?? [], role },
      ]
    })
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

/** Makes a project owned by `owner` and waits until apps can be put into it. Throws Invalid when its name is taken. */
export async function createProject(
  context: ApiContext,
  { name, title, quota }: { name: string; title?: string; quota?: Record<string, string> },
  owner: string,
  signal: AbortSignal,
): Promise<Project> {
  if (!new RegExp(shortName.pattern).test(name) || name.length > shortName.maxLength) {
    throw invalid({ kind: 'Project', group: project.group }, name, [
      {
        reason: 'FieldValueInvalid',
        field: 'name',
        message: `"${name}" cannot be a project: use at most ${shortName.maxLength} lower-case letters, digits and dashes, starting with a letter`,
      },
    ])
  }
  if (/^(sampan|kube)-/.test(name) || name === 'default') {
    throw new StatusError('Invalid', `The name "${name}" is kept for the system: choose another one.`)
  }
  const made = await context.client.create(project, {
    metadata: { name },
    spec: { title, members: [{ user: owner, role: 'owner' }], ...(quota && { quota }) },
  })
  const state = await eventually(
    context,
    [project, environment] as never,
    () => {
      const found = context.caches.of(project).get({ name })
      if (found?.status?.phase === 'Failed') return found
      const places = all(context, environment, name)
      return found?.status?.phase === 'Active' && places.some((one) => one.status?.phase === 'Ready')
        ? found
        : undefined
    },
    { signal },
  )
  if (state?.status?.phase === 'Failed') {
    await context.client.remove(project, { name })
    throw new StatusError('Invalid', state.status.message ?? `The project "${name}" cannot be made.`)
  }
  return state ?? made
}
