import { type Column, type Definition, defineResource, type Schema } from '../define.ts'
import type { KubeObject } from '../meta.ts'

interface Ours<T extends KubeObject> {
  kind: T['kind'] & string
  plural: string
  scope: 'Namespaced' | 'Cluster'
  shortNames?: readonly string[]
  spec: Schema
  status?: Schema
  columns: readonly (Column<T> & { jsonPath: string })[]
  validate?: Definition<T>['validate']
  description: string
}

/** A kind of group `sampan.dev/v1`. Its CustomResourceDefinition is made from this by `crdFrom`. */
export function ourResource<T extends KubeObject>({ spec, status, description, ...rest }: Ours<T>): Definition<T> {
  return defineResource<T>({
    group: 'sampan.dev',
    version: 'v1',
    categories: ['sampan'],
    hasStatus: status !== undefined,
    ...rest,
    schema: {
      type: 'object',
      description,
      required: ['spec'],
      properties: { spec, ...(status && { status }) },
    },
  })
}

/** Names that become part of DNS names and namespaces: lower case, digits and dashes, starting with a letter. */
export const shortName = { pattern: '^[a-z]([a-z0-9-]*[a-z0-9])?$', maxLength: 30 } as const
