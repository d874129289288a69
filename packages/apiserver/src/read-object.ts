import { badRequest } from '@sampan/resources/errors'
import type { Call } from './handlers.ts'
import type { Served } from './served.ts'

/** The body as a value of `served`'s kind. Throws BadRequest when there is none. */
export async function readObject(call: Call, served: Served): Promise<unknown> {
  const object = await call.object()
  if (object === undefined) throw badRequest(`the body must be a ${served.definition.kind} object, but it is empty`)
  return object
}
