import { pathOf } from '@sampan/resources/define'
import type { Kinds } from '../kinds.ts'
import type { Served } from '../served.ts'
import { componentName, kindOf } from './components.ts'

const text = (name: string, description: string) => ({ name, in: 'query', description, type: 'string' })
const bool = (name: string, description: string) => ({ name, in: 'query', description, type: 'boolean' })
const whole = (name: string, description: string) => ({ name, in: 'query', description, type: 'integer' })

const writes = [
  text('dryRun', 'All: do everything but store.'),
  text('fieldManager', 'Who the change is attributed to.'),
  text('fieldValidation', 'Ignore, Warn or Strict: what to do about unknown and duplicate fields.'),
]
const lists = [
  bool('allowWatchBookmarks', 'Send BOOKMARK events in a watch.'),
  text('continue', 'Where the next page starts.'),
  text('fieldSelector', 'Selects by fields.'),
  text('labelSelector', 'Selects by labels.'),
  whole('limit', 'Entries of one page.'),
  text('resourceVersion', 'The revision to read at or watch from.'),
  text('resourceVersionMatch', 'How resourceVersion is meant.'),
  bool('sendInitialEvents', 'Begin a watch with the present state.'),
  whole('timeoutSeconds', 'When a watch ends.'),
  bool('watch', 'Watch instead of list.'),
]
const deletes = [
  text('dryRun', 'All: do everything but store.'),
  whole('gracePeriodSeconds', 'Time to end in.'),
  bool('orphanDependents', 'Leave dependents alone.'),
  text('propagationPolicy', 'Orphan, Background or Foreground.'),
]

interface Operation {
  verb: string
  action: string
  parameters: readonly Parameter[]
  body?: readonly string[]
  answer: 'object' | 'list' | 'status'
}
type Parameter = ReturnType<typeof text>

const json = ['application/json']
const patches = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

const ofOne: Readonly<Record<string, Operation>> = {
  get: { verb: 'get', action: 'get', parameters: [], answer: 'object' },
  put: { verb: 'update', action: 'put', parameters: writes, body: json, answer: 'object' },
  patch: {
    verb: 'patch',
    action: 'patch',
    parameters: [...writes, bool('force', 'Take over fields of other managers.')],
    body: patches,
    answer: 'object',
  },
  delete: { verb: 'delete', action: 'delete', parameters: deletes, body: json, answer: 'status' },
}
const ofAll: Readonly<Record<string, Operation>> = {
  get: { verb: 'list', action: 'list', parameters: lists, answer: 'list' },
  post: { verb: 'create', action: 'post', parameters: writes, body: json, answer: 'object' },
  delete: {
    verb: 'deletecollection',
    action: 'deletecollection',
    parameters: [...lists, ...deletes],
    answer: 'status',
  },
}

/** Paths of a document. `isV3` decides how bodies and parameters are written. */
export function pathsOf(kinds: readonly Served[], all: Kinds, isV3: boolean): Record<string, unknown> {
  const paths: Record<string, unknown> = {}
  for (const served of kinds) {
    const { definition } = served
    const namespace = definition.scope === 'Namespaced' ? { namespace: '{namespace}' } : {}
    const raw = (at: Parameters<typeof pathOf>[1]) =>
      pathOf(definition, at).replaceAll('%7B', '{').replaceAll('%7D', '}')
    const isVirtual = all.virtual(definition) !== undefined
    const inPath = [...(definition.scope === 'Namespaced' ? ['namespace'] : [])]
    paths[raw(namespace)] = item(served, isVirtual ? { post: ofAll.post! } : ofAll, inPath, isV3)
    if (isVirtual) continue
    if (definition.scope === 'Namespaced') paths[raw({})] = item(served, { get: ofAll.get! }, [], isV3)
    paths[raw({ ...namespace, name: '{name}' })] = item(served, ofOne, [...inPath, 'name'], isV3)
    if (definition.hasStatus) {
      const { delete: _, ...status } = ofOne
      paths[raw({ ...namespace, name: '{name}', subresource: 'status' })] = item(
        served,
        status,
        [...inPath, 'name'],
        isV3,
        'Status',
      )
    }
  }
  return paths
}

function item(
  served: Served,
  operations: Readonly<Record<string, Operation>>,
  inPath: readonly string[],
  isV3: boolean,
  suffix = '',
): Record<string, unknown> {
  const { definition, verbs, custom } = served
  const prefix = isV3 ? '#/components/schemas/' : '#/definitions/'
  const object = { $ref: `${prefix}${componentName(served)}` }
  const result: Record<string, unknown> = {
    parameters: inPath.map((name) => parameter({ name, in: 'path', type: 'string', description: '' }, isV3, true)),
  }
  const tag = `${definition.group || 'core'}_${definition.version}`
  for (const [method, { verb, action, parameters, body, answer }] of Object.entries(operations)) {
    if (!verbs.has(verb as never)) continue
    const schema =
      answer === 'list' ? { $ref: `${object.$ref}List` } : answer === 'object' ? object : { type: 'object' }
    const types = custom ? body?.filter((one) => !one.includes('strategic')) : body
    result[method] = {
      tags: [tag],
      operationId: `${action}${pascal(definition.group)}${pascal(definition.version)}${inPath.includes('namespace') ? 'Namespaced' : ''}${definition.kind}${suffix}${inPath.length === 0 && definition.scope === 'Namespaced' ? 'ForAllNamespaces' : ''}`,
      parameters: [
        ...parameters.map((one) => parameter(one, isV3, false)),
        ...(types && !isV3
          ? [
              {
                name: 'body',
                in: 'body',
                required: method !== 'delete',
                schema: method === 'patch' || method === 'delete' ? { type: 'object' } : object,
              },
            ]
          : []),
      ],
      ...(types &&
        (isV3
          ? {
              requestBody: {
                content: Object.fromEntries(
                  types.map((type) => [
                    type,
                    { schema: method === 'patch' || method === 'delete' ? { type: 'object' } : object },
                  ]),
                ),
              },
            }
          : { consumes: types })),
      ...(!isV3 && { produces: json }),
      responses: {
        200: { description: 'OK', ...(isV3 ? { content: { 'application/json': { schema } } } : { schema }) },
      },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': kindOf(served),
    }
  }
  return result
}

const parameter = ({ name, in: where, type, description }: Parameter, isV3: boolean, required: boolean) => ({
  name,
  in: where,
  ...(description && { description }),
  ...(required && { required: true }),
  ...(isV3 ? { schema: { type, uniqueItems: true } } : { type, uniqueItems: true }),
})

const pascal = (name: string) =>
  name
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('') || 'Core'
