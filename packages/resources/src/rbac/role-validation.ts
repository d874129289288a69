import { jsonEqual } from '@sampan/kit/json-equal'
import { dnsSubdomainProblems } from '@sampan/kit/names'
import { labelSelector, named, type Problems } from '../check.ts'
import { invalidValue, notSupported, required } from '../problem.ts'
import { rbacGroup } from './binding-defaults.ts'
import type { ClusterRole } from './cluster-role.ts'
import type { Role } from './role.ts'
import type { RoleBinding } from './role-binding.ts'

type Rule = NonNullable<Role['rules']>[number]

export const roleProblems = ({ rules }: Role): Problems => rulesProblems(rules, true)

export function* clusterRoleProblems({ rules, aggregationRule }: ClusterRole): Problems {
  if (aggregationRule) {
    if (!aggregationRule.clusterRoleSelectors?.length) yield required('aggregationRule.clusterRoleSelectors')
    for (const [index, selector] of (aggregationRule.clusterRoleSelectors ?? []).entries())
      yield* labelSelector(`aggregationRule.clusterRoleSelectors[${index}]`, selector)
    return
  }
  yield* rulesProblems(rules, false)
}

function* rulesProblems(rules: Rule[] | undefined, isNamespaced: boolean): Problems {
  for (const [index, rule] of (rules ?? []).entries()) {
    const at = `rules[${index}]`
    if (!rule.verbs?.length) yield required(`${at}.verbs`, 'verbs must contain at least one value')
    if (rule.nonResourceURLs?.length) {
      if (isNamespaced)
        yield invalidValue(
          `${at}.nonResourceURLs`,
          rule.nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        )
      if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length)
        yield invalidValue(
          `${at}.nonResourceURLs`,
          rule.nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        )
      continue
    }
    if (!rule.apiGroups?.length) yield required(`${at}.apiGroups`, 'resource rules must supply at least one api group')
    if (!rule.resources?.length) yield required(`${at}.resources`, 'resource rules must supply at least one resource')
  }
}

/** `RoleBinding` and `ClusterRoleBinding`; the second binds cluster roles only. */
export const bindingProblems = (kinds: readonly string[]) =>
  function* ({ roleRef, subjects }: RoleBinding, old?: RoleBinding): Problems {
    if (roleRef.apiGroup !== rbacGroup) yield notSupported('roleRef.apiGroup', roleRef.apiGroup ?? '', [rbacGroup])
    if (!kinds.includes(roleRef.kind)) yield notSupported('roleRef.kind', roleRef.kind ?? '', kinds)
    if (!roleRef.name) yield required('roleRef.name')
    for (const [index, subject] of (subjects ?? []).entries()) {
      const at = `subjects[${index}]`
      if (!subject.name) yield required(`${at}.name`)
      if (subject.kind === 'ServiceAccount') {
        if (subject.name) yield* named(`${at}.name`, subject.name, dnsSubdomainProblems)
        if (subject.apiGroup) yield notSupported(`${at}.apiGroup`, subject.apiGroup, [''])
        if (!subject.namespace) yield required(`${at}.namespace`)
      } else if (subject.kind === 'User' || subject.kind === 'Group') {
        if (subject.apiGroup !== rbacGroup) yield notSupported(`${at}.apiGroup`, subject.apiGroup, [rbacGroup])
      } else yield notSupported(`${at}.kind`, subject.kind ?? '', ['ServiceAccount', 'User', 'Group'])
    }
    if (old && !jsonEqual(roleRef, old.roleRef)) yield invalidValue('roleRef', roleRef, 'cannot change roleRef')
  }
