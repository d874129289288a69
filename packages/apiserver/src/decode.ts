import { badRequest, StatusError } from '@sampan/resources/errors'
import { parseJson } from './json-text.ts'

export interface Decoded {
  value: unknown
  /** What is to be said of keys that came twice in one object; the last one counts. */
  duplicates: string[]
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * A request body as a value, by its content type (none means JSON). Throws BadRequest or UnsupportedMediaType. Answers a
 * promise only when a reader has to be loaded first.
 */
export function decodeBody(bytes: Uint8Array, contentType: string | undefined): Decoded | Promise<Decoded> {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase() || 'application/json'
  switch (type) {
    case 'application/json':
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return fromJson(textOf(bytes))
    case 'application/yaml':
    case 'application/apply-patch+yaml': {
      // YAML includes JSON, but JSON is read much faster.
      const text = textOf(bytes)
      return /^\s*\{/.test(text) ? fromJson(text) : fromYaml(text)
    }
    case 'application/vnd.kubernetes.protobuf':
      return fromProtobuf(bytes)
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

function fromJson(text: string): Decoded {
  const { value, duplicates } = parseJson(text)
  return { value, duplicates: duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`) }
}

async function fromProtobuf(bytes: Uint8Array): Promise<Decoded> {
  const { decodeProtobuf } = await import('@sampan/resources/protobuf/decode')
  return { value: decodeProtobuf(bytes), duplicates: [] }
}

/** YAML says of keys that came twice on which line they are. */
async function fromYaml(text: string): Promise<Decoded> {
  const { parseDocument, YAMLError } = await import('yaml')
  try {
    const document = parseDocument(text, { schema: 'core' })
    const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY')
    if (document.errors.length > twice.length) throw document.errors.find((error) => !twice.includes(error))
    const { value } = parseJson(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null))
    return { value, duplicates: twice.length > 0 ? [yamlDuplicates(text, twice)] : [] }
  } catch (error) {
    // An anchor inside of itself makes a circle, which JSON.stringify refuses.
    if (error instanceof TypeError) throw badRequest('error converting YAML to JSON: yaml: an anchor contains itself')
    if (error instanceof YAMLError || error instanceof ReferenceError || error instanceof RangeError)
      throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`, { cause: error })
    throw error
  }
}

interface At {
  pos: readonly [number, number]
  linePos?: readonly [{ line: number }, ...unknown[]]
}

/** As upstream's YAML reader says it. */
function yamlDuplicates(text: string, twice: readonly At[]): string {
  const lines = twice.map(({ pos: [start], linePos }) => {
    const key = /^[^:\s,}]*/.exec(text.slice(start))![0].replace(/^(["'])(.*)\1$/, '$2')
    return `\n  line ${linePos?.[0].line}: key ${JSON.stringify(key)} already set in map`
  })
  return `yaml: unmarshal errors:${lines.join('')}`
}
