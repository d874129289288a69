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
 * The OpenAPI v2 document of a whole server: what kubectl up to 1.28 validates and explains with. What v2 cannot say is
 * left out. `version` is that of the server.
 */
export function openApiV2Document(definitions: readonly Definition[], version: string): Record<string, unknown> {
  const operations = definitions.flatMap((one) => operationsOf(one, namesOf(one)))
  const used = operations.flatMap(({ input, output }) => (input ? [input, output] : [output]))
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    paths[operation.path] ??= parametersOf(operation)
    paths[operation.path]![operation.method] = operationFrom(operation)
  }
  const schemas = Object.entries(componentsOf(definitions, [...used, ...definitions.map((one) => namesOf(one).own)]))
  // Any property listed for a kind that takes all of them would make kubectl refuse the rest.
  const open = new Set(definitions.filter(takesAnything).map((one) => namesOf(one).own))
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths,
    definitions: Object.fromEntries(
      schemas.map(([name, schema]) => [name, open.has(name) ? anything(schema) : plain(schema)]),
    ),
  }
}

const takesAnything = ({ schema }: Definition) => schema?.['x-kubernetes-preserve-unknown-fields'] === true

const anything = (schema: Printed) => ({
  type: 'object',
  'x-kubernetes-group-version-kind': schema['x-kubernetes-group-version-kind'],
})

const link = (name: string) => ({ $ref: `#/definitions/${name}` })

function parametersOf({ pathParameters }: Operation): Record<string, unknown> {
  if (pathParameters.length === 0) return {}
  return {
    parameters: pathParameters.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
  }
}

const parameter = ({ name, type, description }: Query) => ({ name, in: 'query', description, type, uniqueItems: true })

function operationFrom({ id, description, method, action, kind, input, output, query }: Operation) {
  const body = input ? link(input) : method === 'patch' ? { type: 'object' } : undefined
  return {
    description,
    operationId: id,
    consumes: method === 'patch' ? patchTypes : ['*/*'],
    produces: ['application/json'],
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
    parameters: [
      ...(body ? [{ name: 'body', in: 'body', required: method !== 'delete', schema: body }] : []),
      ...query.map(parameter),
    ],
    responses: {
      [method === 'post' ? 201 : 200]: { description: 'OK', schema: link(output) },
      401: { description: 'Unauthorized' },
    },
  }
}

/** Words that v2 does not have; a schema without them allows more, never less. */
const unknown = new Set(['nullable', 'oneOf', 'anyOf', 'not', 'allOf', 'x-kubernetes-validations'])

function plain(schema: Printed): unknown {
  const { $ref, ...rest } = schema
  if ($ref) return { ...rest, ...link($ref) }
  if (rest.format === 'int-or-string') return { ...without(rest), type: 'string' }
  const isOpen = rest['x-kubernetes-preserve-unknown-fields'] === true && !rest.properties
  // A quantity is either of two types in v3; here it is text.
  if (rest.oneOf && !rest.type && !isOpen) return { ...without(rest), type: 'string' }
  const kept = without(rest)
  // What may be null or hold unknown fields has no type here that says so; kubectl would refuse it by its properties.
  if (rest.nullable) for (const key of ['type', 'items', 'properties']) delete kept[key]
  if (rest['x-kubernetes-preserve-unknown-fields'] === true) for (const key of ['items', 'properties']) delete kept[key]
  if (kept['x-kubernetes-int-or-string']) return { ...kept, type: 'string', format: 'int-or-string' }
  if (kept.properties)
    kept.properties = Object.fromEntries(
      Object.entries(rest.properties as Record<string, Printed>).map(([key, one]) => [key, plain(one)]),
    )
  if (kept.items) kept.items = plain(rest.items as Printed)
  if (rest.additionalProperties && typeof rest.additionalProperties === 'object')
    kept.additionalProperties = plain(rest.additionalProperties as Printed)
  return kept
}

const without = (schema: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !unknown.has(key)))
