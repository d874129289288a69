import type { Project } from '@sampan/resources/sampan/project'
import type { ProjectRow } from '@sampan/resources/sampan/rows'
import { type Command, type Invocation, Usage } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { table } from '../table.ts'

const help =
  'Say: sampan projects [list | create NAME | members NAME | add NAME USER ROLE | remove NAME USER | delete NAME --yes]'

/** Tenants and who may do what in them. */
export const projects: Command = {
  summary: 'projects and their members: list, create, members, add, remove, delete',
  usage: '[list | create NAME | members NAME | add NAME USER ROLE | remove NAME USER | delete NAME --yes]',
  details: 'Roles: viewer (looks), developer (deploys), maintainer (approves, keeps secrets), owner (members too).',
  flags: { title: { type: 'string' }, yes: { type: 'boolean', short: 'y' } },
  async run(invocation) {
    const { words, flags, json, out } = invocation
    const [verb = 'list', name, user, role] = words
    const wanted: Record<string, number> = { list: 0, create: 1, members: 1, delete: 1, add: 3, remove: 2 }
    if (wanted[verb] !== words.length - 1 && !(verb === 'list' && words.length === 0)) throw new Usage(help)
    const api = await invocation.api()
    const at = `/api/projects/${encodeURIComponent(name ?? '')}`
    if (verb === 'list') {
      const rows = await api.get<ProjectRow[]>('/api/projects')
      const cells = rows.map((one) => [one.name, one.role, one.environments.join(', '), one.phase, one.message])
      out(json ? `${JSON.stringify(rows)}\n` : table(['PROJECT', 'YOU ARE', 'ENVIRONMENTS', 'STATE', 'WHY'], cells))
      return 0
    }
    if (verb === 'create') {
      const title = typeof flags.title === 'string' ? { title: flags.title } : {}
      const made = await api.post<Project>('/api/projects', { name, ...title })
      out(json ? `${JSON.stringify(made)}\n` : `Project ${name} is there, with environment test.\n`)
      return 0
    }
    if (verb === 'delete') {
      const known = (await api.get<ProjectRow[]>('/api/projects')).some((one) => one.name === name)
      if (known) confirmed(invocation, `This removes project ${name} with everything in it for good.`)
      await api.remove(at)
      out(json ? `${JSON.stringify({ name })}\n` : `Project ${name} is being removed.\n`)
      return 0
    }
    const path = `/kube/apis/sampan.dev/v1/projects/${encodeURIComponent(name ?? '')}`
    const { spec } = await api.get<Project>(path)
    const others = (spec.members ?? []).filter((one) => one.user !== user)
    if (verb === 'remove' && others.length === (spec.members ?? []).length)
      throw new Usage(`${user} is no member of ${name}. See: sampan projects members ${name}`)
    if (verb === 'members') return told(invocation, spec.members)
    const members = verb === 'add' ? [...others, { user: user!, role: role! }] : others
    const changed = await api.patch<Project>(at, { members })
    return told(invocation, changed.spec.members)
  },
}

function told({ json, out }: Pick<Invocation, 'json' | 'out'>, members: Project['spec']['members'] = []): number {
  const rows = members.map(({ user, role }) => [user, role])
  out(json ? `${JSON.stringify(members)}\n` : table(['USER', 'ROLE'], rows))
  return 0
}
