import type { Schema } from '@sampan/resources/define'
import { badRequest } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { objectMetaSchema } from '@sampan/resources/schemas'
import type { Call } from './handlers.ts'
import { prune } from './prune.ts'
import { type FieldValidation, fieldValidationOf } from './query.ts'
import type { Served } from './served.ts'
import { decodeTyped, WrongType } from './typed-decode.ts'

/**
 * Makes sure that an object has the shape of its kind: values of the wrong type are refused, fields the kind does not
 * have are removed and told about as `fieldValidation` asks (not at all, as warnings, by BadRequest), and so are keys
 * that came twice. Callers inside the process are trusted with built-in kinds: they are typed.
 */
export function checkFields(call: Call, served: Served, object: KubeObject): void {
  if (!call.request && !served.custom) return
  const unknown = unknownFields(call, served, object)
  const mode = fieldValidationOf(call.query, call.request ? 'Warn' : 'Ignore')
  report(call, served, mode, [...unknown.map((path) => `unknown field ${JSON.stringify(path)}`), ...call.duplicates])
}

/**
 * The same for a configuration that is applied: a field its kind does not have can have no owner, so it is refused
 * whatever `fieldValidation` asks.
 */
export function checkApplied(call: Call, served: Served, applied: KubeObject): void {
  if (!call.request && !served.custom) return
  const unknown = unknownFields(call, served, applied)
  if (call.request && unknown.length > 0) {
    const { name, namespace } = applied.metadata
    const { group, version, kind } = served.definition
    const about = `${namespace ? `${namespace}/` : '/'}${name}; ${group}/${version}, Kind=${kind}`
    const problems = unknown.map((path) => `.${path}: field not declared in schema`)
    const text = problems.length === 1 ? problems[0] : ['errors:', ...problems.map((one) => `  ${one}`)].join('\n')
    throw badRequest(`failed to create typed patch object (${about}): ${text}`)
  }
  const mode = fieldValidationOf(call.query, call.request ? 'Warn' : 'Ignore')
  report(call, served, mode, call.duplicates, 'error strict decoding YAML: error converting YAML to JSON')
}

/** Drops what the kind does not have, and answers the paths. */
function unknownFields(call: Call, served: Served, object: KubeObject): string[] {
  const schema = served.schema()
  if (served.custom) return [...metadataOf(object, call, served), ...(schema ? prune(schema, object) : [])]
  return schema ? decoded(schema, object, served) : []
}

function report(
  call: Call,
  served: Served,
  mode: FieldValidation,
  problems: readonly string[],
  what = 'strict decoding error',
): void {
  if (mode === 'Ignore' || problems.length === 0) return
  if (mode === 'Strict') throw refused(served, `${what}: ${problems.join(', ')}`)
  for (const problem of problems) if (!call.warnings.includes(problem)) call.warnings.push(problem)
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
