import { forbidden, notFound } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { ClusterRole } from '@sampan/resources/rbac/cluster-role'
import type { Admission, Admitted } from '../admission/interfaces.ts'
import { everything, mastersGroup, type Rbac, type RoleRef } from './rbac.ts'
import { beyond, type Rule } from './rules.ts'

const group = 'rbac.authorization.k8s.io'
const roles = ['roles', 'clusterroles']
const bindings = ['rolebindings', 'clusterrolebindings']

type Binding = KubeObject & { roleRef: RoleRef; subjects?: unknown }

/**
 * Nobody can give what they do not have: writing a role needs all of its rights (or `escalate` on it), writing a binding
 * all rights of its role (or `bind` on that).
 */
export function escalationCheck(rbac: Rbac): Admission {
  return {
    name: 'rbac-escalation',
    kinds: [...roles, ...bindings].map((plural) => `${plural}.${group}`),
    concerns: ({ operation, subresource }) => operation !== 'DELETE' && !subresource,
    validate(write) {
      if (write.user.groups.includes(mastersGroup)) return
      if (roles.includes(write.definition.plural)) checkRole(rbac, write)
      else checkBinding(rbac, write)
    },
  }
}

function checkRole(rbac: Rbac, write: Admitted) {
  const { rules = [], aggregationRule } = write.object as ClusterRole
  const old = write.old as ClusterRole | undefined
  const sameRules = old && same(old.rules ?? [], rules)
  if (sameRules && same(old.aggregationRule, aggregationRule)) return
  if (may(rbac, write, 'escalate', write.definition.plural, write.name)) return
  const gathers = aggregationRule && !same(old?.aggregationRule, aggregationRule)
  refuseBeyond(rbac, write, gathers ? everything : ((rules ?? []) as Rule[]))
}

function checkBinding(rbac: Rbac, write: Admitted) {
  const { roleRef, subjects } = write.object as Binding
  const old = write.old as Binding | undefined
  if (old && same(old.roleRef, roleRef) && same(old.subjects, subjects)) return
  const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles'
  if (may(rbac, write, 'bind', plural, roleRef.name)) return
  const rules = rbac.rulesIn(roleRef, write.namespace)
  if (!rules) throw notFound({ plural, group }, roleRef.name)
  refuseBeyond(rbac, write, rules)
}

const may = (rbac: Rbac, { user, namespace }: Admitted, verb: string, plural: string, name: string) =>
  rbac.authorize({ user, verb, resource: { group, version: 'v1', plural, namespace, name }, path: '' }).allowed

function refuseBeyond(rbac: Rbac, { user, namespace, definition, name }: Admitted, wanted: readonly Rule[]) {
  const extra = beyond(rbac.rulesOf(user, namespace).rules, wanted)
  if (extra.length === 0) return
  const shown = extra.slice(0, 20).map(ruleText).join('\n')
  throw forbidden(
    definition,
    name,
    `user "${user.name}" (groups=${JSON.stringify(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${shown}`,
  )
}

function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule) {
  const part = (name: string, values: readonly string[] | undefined) =>
    values ? `${name}:${JSON.stringify(values)}` : ''
  const parts = [
    part('APIGroups', apiGroups),
    part('Resources', resources),
    part('ResourceNames', resourceNames),
    part('NonResourceURLs', nonResourceURLs),
    part('Verbs', verbs),
  ]
  return `{${parts.filter(Boolean).join(', ')}}`
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
