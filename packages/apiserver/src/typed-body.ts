import { badRequest } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { schemaOf } from '@sampan/resources/schemas'
import type { Call } from './handlers.ts'
import { decodeTyped, WrongType } from './typed-decode.ts'

/**
 * The body of a call below an object, as the kind it is of has it: Go clients write `null` for what they leave out, which is
 * the same as nothing. Undefined when empty. Callers inside the process are trusted. Throws BadRequest for values of the
 * wrong type.
 */
export async function typedBody<T extends KubeObject>(
  call: Pick<Call, 'object' | 'request'>,
  { group, version, kind }: { group: string; version: string; kind: string },
): Promise<T | undefined> {
  const object = await call.object()
  const schema = object !== undefined && call.request ? schemaOf(group, version, kind) : undefined
  if (schema)
    try {
      decodeTyped(schema, object!)
    } catch (error) {
      if (!(error instanceof WrongType)) throw error
      throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${error.message}`)
    }
  return object as T | undefined
}
