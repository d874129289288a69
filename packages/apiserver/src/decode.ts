import { badRequest, StatusError } from '@sampan/resources/errors'
import { type Parsed, parseJson } from './json-text.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** A request body as a value, by its content type (none means JSON). Throws BadRequest or UnsupportedMediaType. */
export async function decodeBody(bytes: Uint8Array, contentType: string | undefined): Promise<Parsed> {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase() || 'application/json'
  switch (type) {
    case 'application/json':
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return parseJson(textOf(bytes))
    case 'application/yaml':
    case 'application/apply-patch+yaml':
      return parseYaml(textOf(bytes))
    case 'application/vnd.kubernetes.protobuf': {
      const { decodeProtobuf } = await import('@sampan/resources/protobuf/decode')
      return { value: decodeProtobuf(bytes), duplicates: [] }
    }
    default:
      throw unsupportedType(type)
  }
}

export const unsupportedType = (type: string, accepted = bodyTypes) =>
  new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')} (got ${type})`,
  )

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw badRequest('the body is not valid UTF-8', { cause })
  }
}

/** YAML includes JSON, but JSON is read much faster, and says which keys came twice. */
async function parseYaml(text: string): Promise<Parsed> {
  if (/^\s*\{/.test(text)) return parseJson(text)
  const { parseDocument, YAMLError } = await import('yaml')
  try {
    const document = parseDocument(text, { uniqueKeys: false, schema: 'core' })
    if (document.errors.length > 0) throw document.errors[0]
    return parseJson(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null))
  } catch (error) {
    // An anchor inside of itself makes a circle, which JSON.stringify refuses.
    if (error instanceof TypeError) throw badRequest('error converting YAML to JSON: yaml: an anchor contains itself')
    if (error instanceof YAMLError || error instanceof ReferenceError || error instanceof RangeError)
      throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`, { cause: error })
    throw error
  }
}
