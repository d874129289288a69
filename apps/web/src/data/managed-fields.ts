import type { KubeObject } from '@sampan/resources/meta'
import type { Refused } from './api.ts'
import type { Path } from './schema-field.ts'

/** A field and who keeps it. */
export interface Managed {
  field: string
  managers: readonly string[]
}

interface Entry {
  manager?: string
  fieldsV1?: unknown
}

type Fields = Record<string, unknown>

/** Who keeps the field at a path of an object, by its managed fields; the console itself (`own`) left out. */
export function managersOf(object: KubeObject, path: Path, own: string): string[] {
  const entries = (object.metadata as { managedFields?: Entry[] }).managedFields ?? []
  const found = entries.flatMap(({ manager = '', fieldsV1 }) =>
    manager !== own && keeps(fieldsV1 as Fields | undefined, object, path) ? manager : [],
  )
  return [...new Set(found)]
}

function keeps(fields: Fields | undefined, value: unknown, path: Path): boolean {
  if (!fields) return false
  const [step, ...rest] = path
  // Who keeps something within what is changed is concerned as well.
  if (step === undefined) return true
  const inner = (value as Record<string | number, unknown> | null | undefined)?.[step]
  const key = typeof step === 'number' ? keyOf(fields, inner) : `f:${step}`
  if (!key || !(key in fields)) return false
  const below = fields[key] as Fields
  return Object.keys(below).length === 0 || keeps(below, inner, rest)
}

/** The key of a list's item in managed fields: by its identity (`k:{…}`) or by what it is (`v:…`). */
function keyOf(fields: Fields, item: unknown): string | undefined {
  return Object.keys(fields).find((key) => {
    if (key.startsWith('v:')) return key === `v:${JSON.stringify(item)}`
    if (!key.startsWith('k:')) return false
    const wanted = JSON.parse(key.slice(2)) as Record<string, unknown>
    return Object.entries(wanted).every(([name, one]) => (item as Record<string, unknown> | undefined)?.[name] === one)
  })
}

/** Paths at which two values differ, as deep as both have the same shape. */
export function differences(before: unknown, after: unknown, path: Path = []): Path[] {
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) => differences(before[name], after[name], [...path, name]))
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((one, i) => differences(one, after[i], [...path, i]))
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path]
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As people write it: `spec.containers[0].image`. */
export const fieldText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step),
    '',
  )

/** What saving changes although somebody else keeps it. */
export function contested(before: KubeObject, after: KubeObject, own: string): Managed[] {
  const { metadata: _, ...old } = before as KubeObject & Record<string, unknown>
  const { metadata: __, ...next } = after as KubeObject & Record<string, unknown>
  return differences(old, next).flatMap((path) => {
    const managers = managersOf(before, path, own)
    return managers.length > 0 ? { field: fieldText(path), managers } : []
  })
}

/** What is in the server's answer though nobody wrote it: its defaults. Status and metadata are not looked at. */
export function filledIn(written: KubeObject, answer: KubeObject): string[] {
  const { metadata: _, status: __, ...mine } = written as KubeObject & Record<string, unknown>
  const { metadata: ___, status: ____, ...whole } = answer as KubeObject & Record<string, unknown>
  return added(mine, whole, []).map(fieldText)
}

function added(before: unknown, after: unknown, path: Path): Path[] {
  if (before === undefined || before === null) return after === undefined || after === null ? [] : [path]
  if (isMap(before) && isMap(after))
    return Object.keys(after).flatMap((name) => added(before[name], after[name], [...path, name]))
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return after.flatMap((one, i) => added(before[i], one, [...path, i]))
  return []
}

/** The fields an apply was refused for because others keep them. */
export function conflictsIn({ causes }: Pick<Refused, 'causes'>): Managed[] {
  const byField = new Map<string, string[]>()
  for (const { reason, field, message = '' } of causes) {
    if (reason !== 'FieldManagerConflict' || !field) continue
    const manager = /conflict with "([^"]+)"/.exec(message)?.[1] ?? message
    byField.set(field.replace(/^\./, ''), [...(byField.get(field.replace(/^\./, '')) ?? []), manager])
  }
  return [...byField].map(([field, managers]) => ({ field, managers }))
}
