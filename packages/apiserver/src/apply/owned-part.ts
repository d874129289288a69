import type { Schema } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { objectMetaSchema } from '@sampan/resources/schemas'
import type { Served } from '../served.ts'

/** What the server sets is nobody's. */
const serverSet = new Set([
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'generation',
  'selfLink',
])

/** The part of an object whose fields have owners, for a write to the main resource or to a subresource. */
export function ownedPart({ definition }: Served, object: KubeObject, subresource: string | undefined) {
  const part: Record<string, unknown> = {}
  const all = object as unknown as Record<string, unknown>
  for (const key of Object.keys(all)) {
    const value = all[key]
    if (key === 'apiVersion' || key === 'kind' || value === undefined) continue
    if (key === 'metadata') {
      if (subresource === 'status' && definition.group !== '') continue
      const metadata = ownedMetadata(value as Record<string, unknown>)
      if (metadata) part.metadata = metadata
    } else if (key === 'status') {
      if (subresource === 'status' || !definition.hasStatus) part.status = value
    } else if (subresource !== 'status') part[key] = value
  }
  return part
}

/** Undefined when nothing is left. */
function ownedMetadata(metadata: Record<string, unknown>): Record<string, unknown> | undefined {
  let owned: Record<string, unknown> | undefined
  for (const name of Object.keys(metadata)) {
    if (metadata[name] === undefined || serverSet.has(name)) continue
    owned ??= {}
    owned[name] = metadata[name]
  }
  return owned
}

const roots = new WeakMap<Served, Schema>()

/** The schema to walk an object by; custom kinds say nothing about metadata, so it is added. */
export function rootSchema(served: Served): Schema | undefined {
  if (!served.custom) return served.schema()
  let root = roots.get(served)
  if (!root) {
    const own = served.schema() ?? {}
    root = { ...own, properties: { ...own.properties, metadata: objectMetaSchema() } }
    roots.set(served, root)
  }
  return root
}
