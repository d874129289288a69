import type { KubeObject } from '@sampan/resources/meta'
import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments, stringify } from 'yaml'
import type { Path } from './schema-field.ts'

/** One document of a text of YAML. */
export interface YamlPart {
  /** Nothing for an empty document or one with mistakes. */
  object?: KubeObject & Record<string, unknown>
  /** Where it is in the text. */
  from: number
  to: number
  /** Mistakes in the YAML itself. */
  mistakes: readonly { from: number; to: number; message: string; line: number }[]
  /** Where a field is: its value, or its key. The nearest that is there when it is not. */
  rangeOf(path: Path, isKey?: boolean): { from: number; to: number }
}

/** Documents of a text. YAML 1.1 as Kubernetes reads it: `yes` and `on` are words here, `0755` is a number. */
export function partsOf(text: string): YamlPart[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  if (!Array.isArray(documents)) return []
  return documents.map((document) => {
    const [from = 0, , to = text.length] = document.range ?? []
    const mistakes = document.errors.map(({ pos: [start, end], message }) => ({
      from: Math.min(start, text.length),
      to: Math.min(Math.max(end, start + 1), text.length),
      message,
      line: lines.linePos(start).line,
    }))
    const value = mistakes.length === 0 ? (document.toJS({ maxAliasCount: 100 }) as unknown) : undefined
    return {
      from,
      to,
      mistakes,
      ...(isObject(value) && { object: value }),
      rangeOf: (path, isKey) => rangeIn(document, path, isKey === true),
    }
  })
}

const isObject = (value: unknown): value is KubeObject & Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function rangeIn(document: Document.Parsed, path: Path, isKey: boolean): { from: number; to: number } {
  for (let length = path.length; length > 0; length--) {
    const own = path.slice(0, length)
    const parent = length === 1 ? document.contents : document.getIn(own.slice(0, -1), true)
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(own.at(-1)))
      : undefined
    if (pair && isNode(pair.key) && pair.key.range && (isKey || length < path.length || !isScalar(pair.value)))
      return { from: pair.key.range[0], to: pair.key.range[1] }
    const node = document.getIn(own, true)
    if (isNode(node) && node.range) return { from: node.range[0], to: node.range[1] }
    if (pair && isNode(pair.key) && pair.key.range) return { from: pair.key.range[0], to: pair.key.range[1] }
  }
  const [from = 0, to = from] = document.contents?.range ?? document.range ?? []
  return { from, to: Math.min(to, from + 1) }
}

/** An object as people read and edit it: without what the server keeps for itself about writers. */
export function yamlOf(object: unknown): string {
  return stringify(withoutManagers(object), { lineWidth: 0, aliasDuplicateObjects: false })
}

/** The same value with its keys in the order `like` has them, new ones last: so that a diff shows changes alone. */
export function inOrderOf(value: unknown, like: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item, i) => inOrderOf(item, Array.isArray(like) ? (sameNamed(item, like) ?? like[i]) : undefined))
  if (typeof value !== 'object' || value === null) return value
  const [own, other] = [value as Record<string, unknown>, (like ?? {}) as Record<string, unknown>]
  const keys = [...Object.keys(other).filter((key) => Object.hasOwn(own, key)), ...Object.keys(own)]
  return Object.fromEntries([...new Set(keys)].map((key) => [key, inOrderOf(own[key], other[key])]))
}

const sameNamed = (item: unknown, list: readonly unknown[]) => {
  const { name } = (item ?? {}) as { name?: unknown }
  return name === undefined ? undefined : list.find((one) => (one as { name?: unknown } | null)?.name === name)
}

export function withoutManagers<T>(object: T): T {
  const { metadata } = (object ?? {}) as { metadata?: Record<string, unknown> }
  if (!metadata) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

/** `spec.containers[0].env[PORT].value` as Kubernetes writes it in its refusals. */
export function pathFrom(field: string): (string | number)[] {
  return [...field.matchAll(/\[(\d+)\]|\[([^\]]+)\]|([^.[\]]+)/g)].map(([, index, key, name]) =>
    index === undefined ? (key ?? name)!.replace(/^"(.*)"$/, '$1') : Number(index),
  )
}
