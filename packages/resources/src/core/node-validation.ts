import { isCidr } from '@sampan/kit/ip'
import { labelValueProblems, qualifiedNameProblems } from '@sampan/kit/names'
import { immutable, named, oneOf, type Problems } from '../check.ts'
import { duplicate, invalidValue } from '../problem.ts'
import type { Node } from './node.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function* nodeProblems({ spec }: Node, old?: Node): Problems {
  const seen = new Set<string>()
  for (const [index, { key, value = '', effect }] of (spec.taints ?? []).entries()) {
    const at = `spec.taints[${index}]`
    yield* named(`${at}.key`, key, qualifiedNameProblems)
    for (const why of labelValueProblems(value)) yield invalidValue(`${at}.value`, value, why)
    yield* oneOf(`${at}.effect`, effect, effects)
    const id = `${key} ${effect}`
    if (seen.has(id)) yield duplicate(at, { key, effect })
    seen.add(id)
  }
  for (const [index, range] of (spec.podCIDRs ?? []).entries())
    if (!isCidr(range))
      yield invalidValue(
        `spec.podCIDRs[${index}]`,
        range,
        'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      )
  if (!old) return
  if (old.spec.providerID) yield* immutable('spec.providerID', spec.providerID, old.spec.providerID)
  if (old.spec.podCIDR) yield* immutable('spec.podCIDR', spec.podCIDR, old.spec.podCIDR)
}
