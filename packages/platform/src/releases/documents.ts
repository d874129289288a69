import type { KubeObject } from '@sampan/resources/meta'
import { parseAllDocuments, stringify } from 'yaml'

/** One object of a release, as read from YAML. */
export interface Document extends KubeObject {
  apiVersion: string
  kind: string
  spec?: Record<string, unknown>
  [field: string]: unknown
}

/** The text is not what a release can be made of. The message is one sentence for the user. */
export class TemplateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TemplateError'
  }
}

/** What releases hold is looked at again at every step of a rollout. So many texts are remembered. */
const remembered = 12
const known = new Map<string, readonly Document[]>()

/**
 * Reads several YAML documents; empty ones are skipped. The same text gives the same objects, which nobody changes. Throws
 * TemplateError with the line of a mistake.
 */
export function documentsFrom(yaml: string): readonly Document[] {
  const found = known.get(yaml) ?? read(yaml)
  known.delete(yaml)
  known.set(yaml, found)
  for (const oldest of known.keys()) {
    if (known.size <= remembered) break
    known.delete(oldest)
  }
  return found
}

function read(yaml: string): readonly Document[] {
  const found: Document[] = []
  for (const document of parseAllDocuments(yaml, { uniqueKeys: true })) {
    if (!('toJS' in document)) continue
    const [error] = document.errors
    if (error) throw new TemplateError(`The YAML is not valid: ${firstLine(error.message)}`, { cause: error })
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    if (value === null || value === undefined) continue
    if (!isDocument(value)) {
      throw new TemplateError('Every YAML document needs apiVersion, kind and metadata.name.')
    }
    found.push(frozen(value))
  }
  return found
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const one of Object.values(value)) frozen(one)
  return Object.freeze(value)
}

const firstLine = (text: string) => text.split('\n')[0]!.replace(/:$/, '.')

function isDocument(value: unknown): value is Document {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { apiVersion, kind, metadata } = value as Partial<Document>
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null &&
    typeof metadata.name === 'string'
  )
}

/** The form that is kept with a release: one style, so that a diff shows changes and nothing else. */
export const yamlFrom = (documents: readonly Document[]): string =>
  documents.map((one) => stringify(one, { lineWidth: 120, aliasDuplicateObjects: false })).join('---\n')

/** What makes two documents the same object: `apps/v1 Deployment demo-test/hello`. The version does not count. */
export const keyOf = (one: Document): string =>
  `${one.apiVersion.includes('/') ? one.apiVersion.split('/')[0] : ''} ${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name}`

/** What `before` had and `after` has not. */
export function dropped(before: readonly Document[], after: readonly Document[]): Document[] {
  const kept = new Set(after.map(keyOf))
  const seen = new Set<string>()
  return before.filter((one) => {
    const key = keyOf(one)
    if (kept.has(key) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}
