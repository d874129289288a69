import { api } from './api.ts'
import type { ApiKind } from './discovery.ts'
import type { KindSchema, OpenSchema } from './schema-field.ts'

interface OpenApi {
  components?: { schemas?: Record<string, OpenSchema> }
}

const known = new Map<string, Promise<OpenApi>>()

/** The cluster's own schema of a kind, from its OpenAPI v3; undefined when it publishes none. Throws `Refused`. */
export async function schemaOf(kind: Pick<ApiKind, 'group' | 'version' | 'kind'>): Promise<KindSchema | undefined> {
  const path = `/kube/openapi/v3/${kind.group ? `apis/${kind.group}` : 'api'}/${kind.version}`
  const document = known.get(path) ?? api<OpenApi>(path)
  known.set(path, document)
  try {
    return schemaIn(await document, kind)
  } catch (error) {
    known.delete(path)
    throw error
  }
}

/** Kinds come and go with custom definitions: what was read of them is forgotten. */
export const forgetSchemas = () => known.clear()

export function schemaIn(
  { components: { schemas = {} } = {} }: OpenApi,
  { group, version, kind }: Pick<ApiKind, 'group' | 'version' | 'kind'>,
): KindSchema | undefined {
  const root = Object.values(schemas).find((one) =>
    one['x-kubernetes-group-version-kind']?.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    ),
  )
  return root && { root, parts: schemas }
}
