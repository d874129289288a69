import type { Definition } from '../define.ts'
import { componentsOf, namesOf, type Printed } from './components.ts'
import { type Operation, operationsOf, type Query } from './operations.ts'

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/**
 * The OpenAPI v3 document of one group-version: what `kubectl explain` shows and what kubectl validates with. `version`
 * is that of the server, as `v1.36.0`. Definitions without a schema of their own must be built in.
 */
export function openApiV3Document(definitions: readonly Definition[], version: string): Record<string, unknown> {
  const operations = definitions.flatMap((one) => operationsOf(one, namesOf(one)))
  const used = operations.flatMap(({ input, output }) => (input ? [input, output] : [output]))
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    paths[operation.path] ??= parametersOf(operation)
    paths[operation.path]![operation.method] = operationFrom(operation)
  }
  const schemas = Object.entries(componentsOf(definitions, [...used, ...definitions.map((one) => namesOf(one).own)]))
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths,
    components: { schemas: Object.fromEntries(schemas.map(([name, schema]) => [name, link(schema, true)])) },
  }
}

function parametersOf({ pathParameters }: Operation): Record<string, unknown> {
  if (pathParameters.length === 0) return {}
  return {
    parameters: pathParameters.map((name) => ({
      name,
      in: 'path',
      required: true,
      description:
        name === 'name' ? 'name of the object' : 'object name and auth scope, such as for teams and projects',
      schema: { type: 'string', uniqueItems: true },
    })),
  }
}

const parameter = ({ name, type, description }: Query) => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
})

const content = (name: string, types: readonly string[] = ['application/json']) =>
  Object.fromEntries(types.map((type) => [type, { schema: { $ref: `#/components/schemas/${name}` } }]))

function operationFrom({ id, description, method, action, kind, input, output, query }: Operation) {
  return {
    description,
    operationId: id,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
    ...(query.length > 0 && { parameters: query.map(parameter) }),
    ...(input && { requestBody: { required: method !== 'delete', content: content(input) } }),
    ...(method === 'patch' && {
      requestBody: {
        required: true,
        content: Object.fromEntries(patchTypes.map((type) => [type, { schema: { type: 'object' } }])),
      },
    }),
    responses: {
      [method === 'post' ? 201 : 200]: { description: 'OK', content: content(output) },
      401: { description: 'Unauthorized' },
    },
  }
}

/** A reference with something beside it needs `allOf`: OpenAPI v3.0 ignores what stands next to `$ref`. */
function link(schema: Printed, isRoot = false): unknown {
  const { $ref, ...rest } = schema
  if ($ref) {
    const target = { $ref: `#/components/schemas/${$ref}` }
    return Object.keys(rest).length > 0 && !isRoot ? { allOf: [target], ...rest } : target
  }
  const linked: Record<string, unknown> = { ...rest }
  if (rest.properties)
    linked.properties = Object.fromEntries(
      Object.entries(rest.properties as Record<string, Printed>).map(([key, one]) => [key, link(one)]),
    )
  if (rest.items) linked.items = link(rest.items as Printed)
  if (rest.additionalProperties && typeof rest.additionalProperties === 'object')
    linked.additionalProperties = link(rest.additionalProperties as Printed)
  return linked
}
