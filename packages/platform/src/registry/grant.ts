import { app } from '@sampan/resources/sampan/app'
import type { Access, Identity, Question } from '../access/access.ts'
import { systemNamespace } from '../config.ts'
import type { Scope } from './scope.ts'

/** Repositories of the platform: everybody who signed in may pull them. */
const systemRepository = /^(library|stacks)\//

const verbOf: Record<string, Question['verb']> = { pull: 'get', push: 'update', delete: 'delete' }

/**
 * What of the asked scopes a person gets: a repository `<project>/<app>` is what its App is, so Kubernetes RBAC decides.
 * Too little right gives fewer actions, never an error: that is how the protocol says no.
 */
export async function grantsFor(who: Identity, asked: readonly Scope[], access: Pick<Access, 'may'>): Promise<Scope[]> {
  const granted = await Promise.all(
    asked.map(async ({ type, name, actions }): Promise<Scope> => {
      const wanted = [
        ...new Set(
          actions.flatMap((action) => (action === '*' && type === 'repository' ? Object.keys(verbOf) : [action])),
        ),
      ]
      const allowed = await Promise.all(wanted.map((action) => mayDo(who, { type, name }, action, access)))
      return { type, name, actions: wanted.filter((_, i) => allowed[i]) }
    }),
  )
  return granted.filter((scope) => scope.actions.length > 0)
}

async function mayDo(who: Identity, scope: Omit<Scope, 'actions'>, action: string, access: Pick<Access, 'may'>) {
  const on = { group: app.group, resource: app.plural }
  if (scope.type === 'registry' && scope.name === 'catalog') return access.may(who, { ...on, verb: 'list' })
  const verb = verbOf[action]
  if (scope.type !== 'repository' || !verb) return false
  if (systemRepository.test(scope.name)) {
    return action === 'pull' || access.may(who, { ...on, verb, namespace: systemNamespace })
  }
  const [project = '', name = '', ...rest] = scope.name.split('/')
  if (!project || !name || rest.length > 0) return false
  return access.may(who, { ...on, verb, namespace: project, name })
}
