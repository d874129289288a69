import type { IncomingMessage } from 'node:http'
import { badRequest, StatusError } from '@sampan/resources/errors'
import type { Typed } from '@sampan/resources/schema'
import { check, complete } from '@sampan/resources/schema-check'

/** Reads the whole body. Throws RequestEntityTooLarge beyond `limit` bytes, without reading the rest. */
export async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new StatusError('RequestEntityTooLarge', `The request body is larger than ${limit} bytes; send less at once.`)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Reads JSON of `schema`, defaults filled in. Throws UnsupportedMediaType, BadRequest or Invalid with one cause per field. */
export async function readJson<T>(request: IncomingMessage, schema: Typed<T>, limit: number): Promise<T> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== undefined && type !== 'application/json')
    throw new StatusError('UnsupportedMediaType', `The body must be application/json, not ${type}.`)
  const bytes = await readBytes(request, limit)
  return valid(schema, bytes.length === 0 ? {} : parsed(bytes))
}

/** `value` with defaults, when it fits the schema. */
export function valid<T>(schema: Typed<T>, value: unknown): T {
  const whole = complete(schema, value)
  const problems = check(schema, whole)
  if (problems.length === 0) return whole as T
  const detail = problems.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
  throw new StatusError('Invalid', `The request is not valid: ${detail}`, { causes: problems })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (cause) {
    throw badRequest(`The body is not JSON: ${(cause as Error).message}`, { cause })
  }
}
