import { badRequest } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Call } from './handlers.ts'
import { prune } from './prune.ts'
import { fieldValidationOf } from './query.ts'
import type { Served } from './served.ts'

/**
 * Removes fields the kind does not have and says so as `fieldValidation` asks: not at all, as warnings, or by BadRequest.
 * The same for keys that came twice. Callers inside the process are trusted with built-in kinds: they are typed.
 */
export function checkFields(call: Call, served: Served, object: KubeObject): void {
  if (!call.request && !served.custom) return
  const mode = fieldValidationOf(call.query, call.request ? 'Warn' : 'Ignore')
  const schema = served.schema()
  const unknown = schema ? prune(schema, object, served.custom !== undefined) : []
  if (mode === 'Ignore') return
  const problems = [
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
    ...call.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
  ]
  if (problems.length === 0) return
  if (mode === 'Warn') {
    for (const problem of problems) if (!call.warnings.includes(problem)) call.warnings.push(problem)
    return
  }
  const { kind, version } = served.definition
  const text = `strict decoding error: ${problems.join(', ')}`
  throw badRequest(served.custom ? text : `${kind} in version "${version}" cannot be handled as a ${kind}: ${text}`)
}
