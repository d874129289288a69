import type { ClusterRole } from '@sampan/resources/rbac/cluster-role'
import { clusterRole } from '@sampan/resources/rbac/cluster-role'
import { type ClusterRoleBinding, clusterRoleBinding } from '@sampan/resources/rbac/cluster-role-binding'
import { type Role, role } from '@sampan/resources/rbac/role'
import { type RoleBinding, roleBinding } from '@sampan/resources/rbac/role-binding'
import type { Objects } from '../objects.ts'
import type { Attributes, Authorizer, Decision, UserInfo } from './interfaces.ts'
import { allowsPath, allowsResource, type Rule } from './rules.ts'

/** Members may do everything, whatever the roles say: the way back in when they are broken. */
export const mastersGroup = 'system:masters'

export interface RoleRef {
  kind: string
  name: string
}

interface Grant {
  roleRef: RoleRef
  /** Where it holds; undefined: everywhere. */
  namespace?: string
  /** For the reason of a decision. */
  by: string
}

export interface Rbac extends Authorizer {
  authorize(attributes: Attributes): Decision
  /** Every rule that holds for a user in a namespace (or at the cluster scope), and what could not be found. */
  rulesOf(user: UserInfo, namespace?: string): { rules: Rule[]; missing: string[] }
  /** The rules of a role; undefined when there is none of that name. `namespace` is the binding's. */
  rulesIn(roleRef: RoleRef, namespace?: string): Rule[] | undefined
}

/** Kubernetes' role-based access control, read from the store. A change counts for the very next request. */
export function rbacAuthorizer(objects: Objects, signal: AbortSignal): Rbac {
  let grants: Map<string, Grant[]> | undefined
  whenChanged(objects, signal, () => {
    grants = undefined
  })

  function grantsOf({ name, groups }: UserInfo): Grant[] {
    grants ??= grantsBySubject(objects)
    const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
    const subjects = [
      `User ${name}`,
      ...groups.map((group) => `Group ${group}`),
      ...(account ? [`ServiceAccount ${account[1]}/${account[2]}`] : []),
    ]
    return subjects.flatMap((subject) => grants!.get(subject) ?? [])
  }

  function rulesIn({ kind, name }: RoleRef, namespace?: string): Rule[] | undefined {
    const found =
      kind === 'ClusterRole' ? objects.get<ClusterRole>(clusterRole, name) : objects.get<Role>(role, name, namespace)
    return found && ((found.rules ?? []) as Rule[])
  }

  function authorize({ user, verb, resource, path }: Attributes): Decision {
    if (user.groups.includes(mastersGroup)) return { allowed: true }
    const missing: string[] = []
    for (const grant of grantsOf(user)) {
      if (grant.namespace !== undefined && grant.namespace !== resource?.namespace) continue
      const rules = rulesIn(grant.roleRef, grant.namespace)
      if (!rules) missing.push(notThere(grant.roleRef))
      else if (
        rules.some((rule) =>
          resource ? allowsResource(rule, { verb, ...resource }) : allowsPath(rule, { verb, path }),
        )
      )
        return { allowed: true, reason: `RBAC: allowed by ${grant.by}` }
    }
    return { allowed: false, ...(missing.length > 0 && { reason: `RBAC: ${missing.join(', ')}` }) }
  }

  function rulesOf(user: UserInfo, namespace?: string) {
    if (user.groups.includes(mastersGroup)) return { rules: [...everything], missing: [] }
    const rules: Rule[] = []
    const missing: string[] = []
    for (const grant of grantsOf(user)) {
      if (grant.namespace !== undefined && grant.namespace !== namespace) continue
      const found = rulesIn(grant.roleRef, grant.namespace)
      if (found) rules.push(...found)
      else missing.push(notThere(grant.roleRef))
    }
    return { rules, missing }
  }

  return { authorize, rulesOf, rulesIn }
}

export const everything: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

const notThere = ({ kind, name }: RoleRef) => `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found`

function grantsBySubject(objects: Objects): Map<string, Grant[]> {
  const grants = new Map<string, Grant[]>()
  const add = (subjects: ClusterRoleBinding['subjects'], namespace: string | undefined, grant: Grant) => {
    for (const { kind, name, namespace: home } of subjects ?? []) {
      const subject = kind === 'ServiceAccount' ? `ServiceAccount ${home ?? namespace}/${name}` : `${kind} ${name}`
      const all = grants.get(subject)
      if (all) all.push(grant)
      else grants.set(subject, [grant])
    }
  }
  for (const { metadata, roleRef, subjects } of objects.list<ClusterRoleBinding>(clusterRoleBinding))
    add(subjects, undefined, {
      roleRef,
      by: `ClusterRoleBinding "${metadata.name}" of ${roleRef.kind} "${roleRef.name}"`,
    })
  for (const { metadata, roleRef, subjects } of objects.list<RoleBinding>(roleBinding)) {
    const { name, namespace } = metadata
    add(subjects, namespace, {
      roleRef,
      namespace,
      by: `RoleBinding "${name}/${namespace}" of ${roleRef.kind} "${roleRef.name}"`,
    })
  }
  return grants
}

/** Calls `changed` for every write to a role or binding, until `signal`. A watcher that was cut off counts as a change. */
export function whenChanged({ store }: Objects, signal: AbortSignal, changed: () => void): void {
  const run = async () => {
    while (!signal.aborted) {
      try {
        for await (const _ of store.watch('/rbac.authorization.k8s.io/', store.revision, signal)) changed()
        return // the store is closed
      } catch (error) {
        if (signal.aborted) return
        if ((error as Error).name !== 'Compacted') throw error
        changed()
      }
    }
  }
  void run()
}
