import { humanAge } from '@sampan/kit/durations'
import type { Column } from '@sampan/resources/define'
import type { KubeObject, ListMeta } from '@sampan/resources/meta'
import type { Served } from './served.ts'

interface TableOptions {
  metadata: ListMeta
  version: string
  /** What each row carries: its metadata, the whole object, nothing. */
  include: string
  now: Date
  withColumns: boolean
}

const nameColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
}

/** A `meta.k8s.io` Table of `objects`, by the columns of their definition. */
export function tableOf({ definition }: Served, objects: readonly KubeObject[], options: TableOptions) {
  const { metadata, version, include, now, withColumns } = options
  const columns = definition.columns.length > 0 ? definition.columns : ageOnly
  const described = columns.map(({ name, type = 'string', format = '', wide, description = '' }) => ({
    name,
    type,
    format,
    description,
    priority: wide ? 1 : 0,
  }))
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: withColumns
      ? definition.nameLast
        ? [...described, { ...nameColumn, priority: 1 }]
        : [nameColumn, ...described]
      : null,
    rows: objects.map((object) => {
      const cells = columns.map((column) => cell(column, object, now))
      const name = definition.displayName?.(object) ?? object.metadata.name
      return {
        cells: definition.nameLast ? [...cells, name] : [name, ...cells],
        ...(include !== 'None' && {
          object:
            include === 'Object'
              ? object
              : { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata },
        }),
      }
    }),
  }
}

function cell(column: Column, object: KubeObject, now: Date): unknown {
  const value = column.value(object, now)
  return value === undefined ? (column.type === 'integer' ? 0 : '') : value
}

const ageOnly: readonly Column[] = [{ name: 'Age', value: ({ metadata }, now) => age(metadata.creationTimestamp, now) }]

/** `5m23s`, or `<unknown>`. */
export const age = (time: string | undefined, now: Date) =>
  time ? humanAge(now.getTime() - Date.parse(time)) : '<unknown>'
