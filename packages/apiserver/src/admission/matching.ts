import { type LabelSelectorLike, selects } from '@sampan/kit/selectors'
import type { Definition } from '@sampan/resources/define'
import type { Admitted } from './interfaces.ts'

/** A rule of a webhook or a policy: which writes it is about. */
export interface MatchRule {
  operations?: string[]
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  scope?: string
  resourceNames?: string[]
}

export interface Matching {
  rules?: readonly MatchRule[]
  excludeRules?: readonly MatchRule[]
  matchPolicy?: string
  namespaceSelector?: LabelSelectorLike
  objectSelector?: LabelSelectorLike
}

/**
 * The kind under which a write is wanted: its own, or with `matchPolicy: Equivalent` another version of it that the rules
 * name. Undefined when it is not wanted.
 */
export function wantedAs(matching: Matching, write: Admitted): Definition | undefined {
  const { rules = [], excludeRules = [], matchPolicy } = matching
  if (excludeRules.some((rule) => ruleMatches(rule, write, write.definition))) return undefined
  const isEquivalent = matchPolicy !== 'Exact'
  let found = rules.some((rule) => ruleMatches(rule, write, write.definition)) ? write.definition : undefined
  if (!found && isEquivalent && rules.some((rule) => mayName(rule, write)))
    found = write.kinds
      .equivalents(write.definition)
      .map(({ definition }) => definition)
      .find((other) => rules.some((rule) => ruleMatches(rule, write, other)))
  if (!found) return undefined
  return namespaceMatches(matching.namespaceSelector, write) && objectMatches(matching.objectSelector, write)
    ? found
    : undefined
}

/** Cheap: versions of the same objects share their plural, and equivalents are looked for only then. */
const mayName = ({ operations, resources }: MatchRule, { operation, definition }: Admitted) =>
  has(operations, operation) && (resources ?? []).some((one) => one === '*' || one.split('/')[0] === definition.plural)

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value))

function ruleMatches(rule: MatchRule, { operation, subresource, name }: Admitted, definition: Definition): boolean {
  const { scope = '*', resourceNames } = rule
  return (
    has(rule.operations, operation) &&
    has(rule.apiGroups, definition.group) &&
    has(rule.apiVersions, definition.version) &&
    (scope === '*' || scope === definition.scope) &&
    (rule.resources ?? []).some((one) => resourceMatches(one, definition.plural, subresource)) &&
    (!resourceNames?.length || resourceNames.includes(name))
  )
}

/** `pods`, `pods/exec`, `pods/*`, `*` (no subresources), any kind with `/scale` or `/*`. */
function resourceMatches(pattern: string, plural: string, subresource: string | undefined): boolean {
  const [resource, below] = pattern.split('/') as [string, string | undefined]
  if (resource !== '*' && resource !== plural) return false
  if (below === undefined) return subresource === undefined
  return below === '*' ? resource === '*' || subresource !== undefined : below === subresource
}

function namespaceMatches(selector: LabelSelectorLike | undefined, write: Admitted): boolean {
  if (!selector || isEmpty(selector)) return true
  const isNamespace = write.definition.group === '' && write.definition.plural === 'namespaces'
  const found = isNamespace
    ? (write.object ?? write.old)
    : write.namespace
      ? write.objects.get({ group: '', plural: 'namespaces' }, write.namespace)
      : undefined
  if (!found) return !write.namespace
  return selects(selector, found.metadata.labels)
}

function objectMatches(selector: LabelSelectorLike | undefined, { object, old }: Admitted): boolean {
  if (!selector || isEmpty(selector)) return true
  return [object, old].some((one) => one && selects(selector, one.metadata?.labels))
}

const isEmpty = ({ matchLabels, matchExpressions }: LabelSelectorLike) =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0

/** Webhook configurations and policies are never judged by each other: a bad one could not be mended. */
export const isExempt = ({ definition }: Admitted) => definition.group === 'admissionregistration.k8s.io'
