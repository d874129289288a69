import type { KubeObject, ListMeta } from '@sampan/resources/meta'
import type { Form } from './accept.ts'
import type { Served } from './served.ts'
import { tableOf } from './table.ts'

/** Objects in the form the caller wants: themselves, table rows or metadata only. */
export interface Shown {
  one(object: KubeObject): unknown
  list(objects: readonly KubeObject[], metadata: ListMeta): unknown
  /** An object inside a watch event; a table has its columns only in the first. */
  event(object: KubeObject): unknown
  bookmark(resourceVersion: string, annotations?: Record<string, string>): unknown
}

/** Undefined when objects go out as they are kept. */
export function shownAs(form: Form, served: Served, query: URLSearchParams, now: () => Date): Shown | undefined {
  if (form.as === 'object') return undefined
  if (form.as === 'table') return tableForm(form.version, served, query, now)
  const apiVersion = `meta.k8s.io/${form.version}`
  const one = ({ metadata }: KubeObject) => ({ kind: 'PartialObjectMetadata', apiVersion, metadata })
  return {
    one,
    list: (objects, metadata) => ({
      kind: 'PartialObjectMetadataList',
      apiVersion,
      metadata,
      items: objects.map(one),
    }),
    event: one,
    bookmark: (resourceVersion, annotations) => ({
      kind: 'PartialObjectMetadata',
      apiVersion,
      metadata: { resourceVersion, ...(annotations && { annotations }), creationTimestamp: null },
    }),
  }
}

function tableForm(version: string, served: Served, query: URLSearchParams, now: () => Date): Shown {
  const include = query.get('includeObject') ?? 'Metadata'
  let isFirst = true
  const table = (objects: readonly KubeObject[], metadata: ListMeta, withColumns = true) =>
    tableOf(served, objects, { metadata, version, include, now: now(), withColumns })
  return {
    one: (object) => table([object], { resourceVersion: object.metadata.resourceVersion }),
    list: (objects, metadata) => table(objects, metadata),
    event: (object) => {
      const shown = table([object], { resourceVersion: object.metadata.resourceVersion }, isFirst)
      isFirst = false
      return shown
    },
    bookmark: (resourceVersion) => table([], { resourceVersion }, false),
  }
}
