import { fieldsMatch, matches } from '@sampan/kit/selectors'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Entry } from '@sampan/store/store'
import type { Filter } from './query.ts'
import type { Served } from './served.ts'

/** Whether an object is what the caller asked to see. */
export function selected(filter: Filter, definition: Definition, object: KubeObject): boolean {
  if (filter.open) return true
  if (filter.labels.length > 0 && !matches(filter.labels, object.metadata.labels)) return false
  return filter.fields.length === 0 || fieldsMatch(filter.fields, (field) => fieldOf(definition, object, field))
}

/** The same of what is stored; where nothing is asked, nothing is parsed. */
export const passes = (filter: Filter, served: Served, entry: Entry): boolean =>
  filter.open || selected(filter, served.definition, served.object(entry))

function fieldOf(definition: Definition, object: KubeObject, field: string): string | undefined {
  if (field === 'metadata.name') return object.metadata.name
  if (field === 'metadata.namespace') return object.metadata.namespace
  return definition.fields[field]?.(object)
}

/** The one name a filter allows, if it allows only one. */
export const onlyName = (filter: Filter): string | undefined =>
  filter.fields.find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value
