import { pathOf } from '@sampan/resources/define'
import type { Ref } from '@sampan/resources/meta'

/** `/api/v1/namespaces/n/pods/p/log` and its like. */
export const podPath = ({ namespace, name }: Ref, subresource: string) =>
  pathOf({ group: '', version: 'v1', plural: 'pods', scope: 'Namespaced' }, { namespace, name, subresource })

type Value = string | number | boolean | undefined | null

/** `?a=1&b=2`; what is undefined or false is left out, lists repeat the name. */
export function queryOf(values: Record<string, Value | readonly string[]>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === false) continue
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one))
  }
  return query.size > 0 ? `?${query}` : ''
}
