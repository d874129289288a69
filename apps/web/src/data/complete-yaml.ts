import { type ApiKind, apiVersionOf, kindOf } from './discovery.ts'
import { fieldAt, type KindSchema, type OpenSchema, resolved, typeText } from './schema-field.ts'
import { kindAround, type Place, placeAt } from './yaml-place.ts'

/** Something that can stand at the cursor. */
export interface Suggestion {
  label: string
  /** Its type or group, in short. */
  detail?: string
  /** What it is for, in the words of the schema. */
  info?: string
  /** What is put in place of the word. */
  insert: string
  isRequired?: boolean
  /** What stands where nothing is written. */
  isDefault?: boolean
}

export interface Suggestions {
  from: number
  items: Suggestion[]
}

/** What can stand at an offset of a text, by the schema of the kind the document is of. */
export async function suggestionsAt(
  text: string,
  offset: number,
  { kinds, schema }: { kinds: readonly ApiKind[]; schema: (kind: ApiKind) => Promise<KindSchema | undefined> },
): Promise<Suggestions | undefined> {
  const place = placeAt(text, offset)
  if (!place) return undefined
  const around = kindAround(text, offset)
  if (place.path.length === 0 && (place.key === 'apiVersion' || place.key === 'kind'))
    return { from: place.from, items: kindSuggestions(place.key, kinds, around) }
  const kind = kindOf(kinds, around)
  const source = kind && (await schema(kind))
  if (!source) return place.path.length === 0 && !place.key ? { from: place.from, items: start(place) } : undefined
  const field = fieldAt(source, place.key === undefined ? place.path : [...place.path, place.key])
  if (!field) return undefined
  return {
    from: place.from,
    items: place.key === undefined ? fieldSuggestions(source, field, place) : valueSuggestions(field),
  }
}

const start = ({ siblings }: Place): Suggestion[] =>
  ['apiVersion', 'kind', 'metadata']
    .filter((name) => !siblings.includes(name))
    .map((name) => ({ label: name, insert: `${name}: ` }))

function kindSuggestions(
  key: 'apiVersion' | 'kind',
  kinds: readonly ApiKind[],
  { apiVersion, kind }: { apiVersion?: string; kind?: string },
): Suggestion[] {
  const creatable = kinds.filter(({ verbs, kind: name, ...rest }) => {
    const other = key === 'kind' ? !apiVersion || apiVersionOf(rest) === apiVersion : !kind || name === kind
    return verbs.includes('create') && other
  })
  const labels = new Map(
    creatable.map((one) => [
      key === 'kind' ? one.kind : apiVersionOf(one),
      key === 'kind' ? apiVersionOf(one) : one.kind,
    ]),
  )
  return [...labels].map(([label, detail]) => ({ label, insert: label, ...(key === 'kind' && { detail }) }))
}

function fieldSuggestions(source: KindSchema, field: OpenSchema, { siblings, column }: Place): Suggestion[] {
  return Object.entries(field.properties ?? {})
    .filter(([name]) => !siblings.includes(name))
    .map(([name, raw]) => {
      const own = resolved(source, raw)
      return {
        label: name,
        detail: typeText(source, own),
        insert: name + opening(own, column),
        ...(own.description && { info: own.description }),
        ...(field.required?.includes(name) && { isRequired: true }),
      }
    })
}

/** What follows a key, so that typing goes on in the right place. */
function opening(field: OpenSchema, column: number): string {
  const inside = `\n${' '.repeat(column + 2)}`
  if (field.type === 'array') return `:${inside}- `
  return field.properties || typeof field.additionalProperties === 'object' ? `:${inside}` : ': '
}

/** As YAML has to have it: `"true"` where a text is meant. */
const scalarText = (value: unknown): string =>
  typeof value === 'string' && /^(?:true|false|null|yes|no|on|off|~|-?[\d.]+(?:e\d+)?)$/i.test(value)
    ? JSON.stringify(value)
    : String(value)

function valueSuggestions(field: OpenSchema): Suggestion[] {
  const values =
    field.enum ?? (field.type === 'boolean' ? [true, false] : field.default === undefined ? [] : [field.default])
  return values
    .filter((value) => typeof value !== 'object' && value !== '')
    .map((value) => ({
      label: String(value),
      insert: scalarText(value),
      ...(value === field.default && { isDefault: true }),
    }))
}

/** What the field under an offset is, for showing beside it. */
export interface FieldHelp {
  path: string
  type: string
  description?: string
  values?: readonly string[]
  isRequired?: boolean
  /** As JSON. */
  default?: string
}

export async function helpAt(
  text: string,
  offset: number,
  { kinds, schema }: { kinds: readonly ApiKind[]; schema: (kind: ApiKind) => Promise<KindSchema | undefined> },
): Promise<FieldHelp | undefined> {
  const begin = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const line = text.slice(begin, end < 0 ? undefined : end)
  const [, lead = '', name] = /^(\s*(?:-\s+)*)["']?([^\s:#"']+)["']?\s*:/.exec(line) ?? []
  if (!name || offset < begin + lead.length || offset > begin + lead.length + name.length + 2) return undefined
  const place = placeAt(text, begin + lead.length)
  const kind = kindOf(kinds, kindAround(text, offset))
  const source = place && kind && (await schema(kind))
  const path = place && [...place.path, name]
  const field = source && fieldAt(source, path!)
  if (!field) return undefined
  return {
    path: path!.join('.'),
    type: typeText(source, field),
    ...(field.description && { description: field.description }),
    ...(field.enum && { values: field.enum.map(String) }),
    ...(fieldAt(source, place.path)?.required?.includes(name) && { isRequired: true }),
    ...(field.default !== undefined && { default: JSON.stringify(field.default) }),
  }
}
