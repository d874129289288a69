import { type FieldRequirement, parseFieldSelector, parseSelector, type Selector } from '@sampan/kit/selectors'
import type { Definition } from '@sampan/resources/define'
import { badRequest, invalid } from '@sampan/resources/errors'
import { forbiddenField, notSupported } from '@sampan/resources/problem'

/** `dryRun=All`, or throws Invalid for anything else. */
export function dryRunOf(query: URLSearchParams, about = { kind: 'CreateOptions', group: 'meta.k8s.io' }): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '')
  const wrong = values.find((value) => value !== 'All')
  if (wrong !== undefined) throw invalid(about, '', [notSupported('dryRun', wrong, ['All'])])
  return values.length > 0
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export function fieldValidationOf(query: URLSearchParams, standard: FieldValidation): FieldValidation {
  const value = query.get('fieldValidation')
  if (!value) return standard
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value
  throw invalid({ kind: 'CreateOptions', group: 'meta.k8s.io' }, '', [
    notSupported('fieldValidation', value, ['Ignore', 'Strict', 'Warn']),
  ])
}

/** A query parameter as Go's `ParseBool` reads it; absent and empty: false. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value === '1' || value === 'true' || value === 'True' || value === 'TRUE' || value === 't' || value === 'T'
}

export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null || value === '') return undefined
  if (!/^-?\d+$/.test(value)) throw badRequest(`invalid value "${value}" for ${name}: must be a whole number`)
  return Number(value)
}

/** A resourceVersion: undefined when not given. Throws BadRequest. */
export function revisionOf(text: string | null | undefined): number | undefined {
  if (!text) return undefined
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) throw badRequest(`Invalid resource version "${text}"`)
  return Number(text)
}

export interface Filter {
  labels: Selector
  fields: readonly FieldRequirement[]
  /** Nothing is filtered. */
  open: boolean
}

const open: Filter = { labels: [], fields: [], open: true }

/** The selectors of a list or watch. Throws BadRequest for what cannot be read or selected by. */
export function filterOf(query: URLSearchParams, definition: Definition): Filter {
  const labelText = query.get('labelSelector')
  const fieldText = query.get('fieldSelector')
  if (!labelText && !fieldText) return open
  try {
    const labels = labelText ? parseSelector(labelText) : []
    const fields = fieldText ? parseFieldSelector(fieldText) : []
    for (const { field } of fields)
      if (field !== 'metadata.name' && field !== 'metadata.namespace' && !Object.hasOwn(definition.fields, field))
        throw badRequest(`field label not supported: ${field}`)
    return { labels, fields, open: labels.length === 0 && fields.length === 0 }
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(error.message, { cause: error })
    throw error
  }
}

/** The one name a field selector leaves; undefined too where the selector cannot be read, which is answered later. */
export function nameSelected(query: URLSearchParams): string | undefined {
  const text = query.get('fieldSelector')
  if (!text?.includes('metadata.name=')) return undefined
  try {
    return parseFieldSelector(text).find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export interface ListOptions {
  limit: number | undefined
  continue: string | undefined
  revision: number | undefined
  match: string | undefined
  filter: Filter
}

/** Throws Invalid for combinations that make no sense, as upstream does. */
export function listOptionsOf(query: URLSearchParams, definition: Definition): ListOptions {
  const revision = revisionOf(query.get('resourceVersion'))
  const match = query.get('resourceVersionMatch') || undefined
  const token = query.get('continue') || undefined
  const about = { kind: 'ListOptions', group: 'meta.k8s.io' }
  const refuse = (field: string, why: string): never => {
    throw invalid(about, '', [forbiddenField(field, why)])
  }
  if (match) {
    if (revision === undefined)
      refuse('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (token) refuse('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
    if (match !== 'Exact' && match !== 'NotOlderThan')
      throw invalid(about, '', [notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', ''])])
    if (match === 'Exact' && revision === 0)
      refuse('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  }
  if (query.has('sendInitialEvents') && !flag(query, 'watch'))
    refuse('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  return {
    limit: wholeNumber(query, 'limit') || undefined,
    continue: token,
    revision,
    match,
    filter: filterOf(query, definition),
  }
}
