import { badRequest } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Served } from './served.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Makes sure that what a caller sent is an object of the kind the URL says, and fills in what the URL says better:
 * apiVersion, kind and namespace. Throws BadRequest. Changes `value` in place.
 */
export function objectOfKind(value: unknown, served: Served, at: { namespace?: string; name?: string }): KubeObject {
  const { definition, apiVersion } = served
  if (!isObject(value)) throw badRequest(`the body must be a ${definition.kind} object`)
  const { kind, apiVersion: given, metadata } = value
  if (kind !== undefined && kind !== '' && kind !== definition.kind)
    throw badRequest(
      `${String(kind)} in version "${String(given ?? apiVersion)}" cannot be handled as a ${definition.kind}: converting (${String(kind)}) to (${definition.kind}): unknown conversion`,
    )
  if (given !== undefined && given !== '' && given !== apiVersion)
    throw badRequest(
      `the API version in the data (${String(given)}) does not match the expected API version (${apiVersion})`,
    )
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw badRequest(
      `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: metadata must be an object`,
    )
  // Built member by member: deleting from what was parsed would make slow dictionaries of everything that is stored.
  const members: Record<string, unknown> = { apiVersion, kind: definition.kind }
  for (const key of Object.keys(value))
    if (key !== 'apiVersion' && key !== 'kind' && key !== '__proto__') members[key] = value[key]
  members.metadata = metadata ?? {}
  const object = members as unknown as KubeObject
  checkMetadata(object, served)
  const meta = object.metadata
  const all = meta as unknown as Record<string, unknown>
  for (const key of Object.keys(all)) if (all[key] === null || all[key] === undefined) delete all[key]
  if (definition.scope === 'Namespaced') {
    if (meta.namespace && at.namespace && meta.namespace !== at.namespace)
      throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`)
    if (at.namespace) meta.namespace = at.namespace
  } else {
    if (meta.namespace) throw badRequest(`namespace is not allowed on cluster-scoped ${definition.plural}`)
    delete meta.namespace
  }
  if (at.name !== undefined) {
    if (meta.name && meta.name !== at.name)
      throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${at.name})`)
    meta.name = at.name
  }
  return object
}

const textFields = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'] as const

/** The members every verb relies on have the types they should; the rest is the schema's business. */
function checkMetadata({ metadata }: KubeObject, { definition }: Served): void {
  const refuse = (field: string, wanted: string): never => {
    throw badRequest(
      `${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: metadata.${field} must be ${wanted}`,
    )
  }
  for (const field of textFields) {
    const value = metadata[field] as unknown
    if (value !== undefined && value !== null && typeof value !== 'string') refuse(field, 'a string')
  }
  for (const field of ['labels', 'annotations'] as const) {
    const value = metadata[field] as unknown
    if (value === undefined || value === null) continue
    if (!isObject(value)) refuse(field, 'a map of strings')
    for (const [key, one] of Object.entries(value as object))
      if (one === null) (value as Record<string, string>)[key] = ''
      else if (typeof one !== 'string') refuse(`${field}.${key}`, 'a string')
  }
  for (const field of ['finalizers', 'ownerReferences', 'managedFields'] as const) {
    const value = metadata[field] as unknown
    if (value === undefined || value === null) continue
    if (!Array.isArray(value)) refuse(field, 'a list')
    const wanted = field === 'finalizers' ? 'string' : 'object'
    for (const one of value as unknown[])
      if (typeof one !== wanted || one === null) refuse(field, `a list of ${wanted}s`)
  }
}
