import type { Schema } from '@sampan/resources/define'
import { badRequest } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { objectMetaSchema } from '@sampan/resources/schemas'
import type { Call } from './handlers.ts'
import { prune } from './prune.ts'
import { fieldValidationOf } from './query.ts'
import type { Served } from './served.ts'
import { decodeTyped, WrongType } from './typed-decode.ts'

/**
 * Makes sure that an object has the shape of its kind: values of the wrong type are refused, fields the kind does not
 * have are removed and told about as `fieldValidation` asks (not at all, as warnings, by BadRequest), and so are keys
 * that came twice. Callers inside the process are trusted with built-in kinds: they are typed.
 */
export function checkFields(call: Call, served: Served, object: KubeObject): void {
  if (!call.request && !served.custom) return
  const mode = fieldValidationOf(call.query, call.request ? 'Warn' : 'Ignore')
  const schema = served.schema()
  const unknown = served.custom
    ? [...metadataOf(object, call, served), ...(schema ? prune(schema, object) : [])]
    : schema
      ? decoded(schema, object, served)
      : []
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
  throw refused(served, `strict decoding error: ${problems.join(', ')}`)
}

/** Metadata has its own shape whatever a custom kind's schema says. */
const metadataOf = (object: KubeObject, { request }: Call, served: Served): string[] =>
  request ? decoded(objectMetaSchema(), object.metadata, served).map((path) => `metadata.${path}`) : []

function decoded(schema: Schema, object: object, served: Served): string[] {
  try {
    return decodeTyped(schema, object)
  } catch (error) {
    if (error instanceof WrongType) throw refused(served, error.message)
    throw error
  }
}

const refused = ({ custom, definition: { kind, version } }: Served, why: string) =>
  badRequest(custom ? why : `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
