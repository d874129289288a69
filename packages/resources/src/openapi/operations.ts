import { type Definition, pathOf } from '../define.ts'

/** One thing a client can do, said once for both versions of OpenAPI. */
export interface Operation {
  path: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** `x-kubernetes-action`. */
  action: 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection'
  id: string
  description: string
  kind: { group: string; version: string; kind: string }
  /** Full names of definitions. */
  input?: string
  output: string
  query: readonly Query[]
  pathParameters: readonly string[]
}

export interface Query {
  name: string
  type: 'string' | 'integer' | 'boolean'
  description: string
}

const text = (name: string, description: string): Query => ({ name, type: 'string', description })
const pretty = text('pretty', "If 'true', then the output is pretty printed.")
const write: Query[] = [
  pretty,
  text('dryRun', 'All: everything but the storing happens.'),
  text('fieldManager', 'Who makes the change, in metadata.managedFields.'),
  text('fieldValidation', 'Unknown and duplicate fields: Ignore, Warn or Strict.'),
]
const lists: Query[] = [
  pretty,
  { name: 'allowWatchBookmarks', type: 'boolean', description: 'Ask for BOOKMARK events.' },
  text('continue', 'Where the last page ended.'),
  text('fieldSelector', 'Restrict by fields.'),
  text('labelSelector', 'Restrict by labels.'),
  { name: 'limit', type: 'integer', description: 'Largest number of items in the answer.' },
  text('resourceVersion', 'How fresh the answer has to be.'),
  text('resourceVersionMatch', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  { name: 'sendInitialEvents', type: 'boolean', description: 'Begin a watch with what is there.' },
  { name: 'timeoutSeconds', type: 'integer', description: 'When to end.' },
  { name: 'watch', type: 'boolean', description: 'Stream changes instead of a list.' },
]
const removal: Query[] = [
  pretty,
  text('dryRun', 'All: everything but the deletion happens.'),
  { name: 'gracePeriodSeconds', type: 'integer', description: 'Time to end in; 0 is at once.' },
  { name: 'orphanDependents', type: 'boolean', description: 'Deprecated: use propagationPolicy.' },
  text('propagationPolicy', 'What happens to dependents: Orphan, Background or Foreground.'),
]
const force: Query = { name: 'force', type: 'boolean', description: 'Take over fields of other managers (apply).' }

/** Full names of the definitions that a kind's operations speak of. */
export interface Names {
  own: string
  list: string
  status: string
  deleteOptions: string
  scale: string
}

/** Everything that can be done with a kind, by path. */
export function operationsOf(definition: Definition, names: Names): Operation[] {
  const { kind, plural, scope } = definition
  const can = (verb: string) => !definition.verbs || (definition.verbs as readonly string[]).includes(verb)
  const gvk = { group: definition.group, version: definition.version, kind }
  const isNamespaced = scope === 'Namespaced'
  const inSpace = pathOf(definition, { namespace: isNamespaced ? '{namespace}' : undefined }).replaceAll(
    /%7B|%7D/g,
    brace,
  )
  const space = isNamespaced ? ['namespace'] : []
  const word = `${isNamespaced ? 'Namespaced' : ''}${kind}`
  const made: Operation[] = []
  const add = (
    verb: string,
    path: string,
    method: Operation['method'],
    action: Operation['action'],
    more: Pick<Operation, 'output' | 'query'> & { input?: string; word?: string; of?: Operation['kind'] },
  ) => {
    if (!can(verb)) return
    made.push({
      path,
      method,
      action,
      id: `${idOf(definition)}${verb[0]!.toUpperCase()}${verb.slice(1)}${more.word ?? word}`,
      description: `${verb} ${plural}`,
      kind: more.of ?? gvk,
      output: more.output,
      query: more.query,
      pathParameters: [...(path.includes('{name}') ? ['name'] : []), ...(path.includes('{namespace}') ? space : [])],
      ...(more.input && { input: more.input }),
    })
  }

  add('list', inSpace, 'get', 'list', { output: names.list, query: lists })
  add('create', inSpace, 'post', 'post', { input: names.own, output: names.own, query: write })
  add('deletecollection', inSpace, 'delete', 'deletecollection', {
    input: names.deleteOptions,
    output: names.status,
    query: [...removal, ...lists.slice(1)],
  })
  if (isNamespaced && can('list'))
    add('list', pathOf(definition), 'get', 'list', {
      output: names.list,
      query: lists,
      word: `${kind}ForAllNamespaces`,
    })

  const changes = (path: string, own: string, suffix: string, of?: Operation['kind']) => {
    add('get', path, 'get', 'get', { output: own, query: [pretty], word: `${word}${suffix}`, of })
    add('update', path, 'put', 'put', { input: own, output: own, query: write, word: `${word}${suffix}`, of })
    add('patch', path, 'patch', 'patch', { output: own, query: [...write, force], word: `${word}${suffix}`, of })
  }
  const one = `${inSpace}/{name}`
  changes(one, names.own, '')
  add('delete', one, 'delete', 'delete', {
    input: names.deleteOptions,
    output: definition.answersDeleted ? names.own : names.status,
    query: removal,
  })
  if (definition.hasStatus) changes(`${one}/status`, names.own, 'Status')
  if (definition.scale)
    changes(`${one}/scale`, names.scale, 'Scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' })
  return made
}

const brace = (text: string) => (text === '%7B' ? '{' : '}')

const idOf = ({ group, version }: Definition) =>
  `${(group || 'core').replace(/\.k8s\.io$/, '').replaceAll(/[^a-z0-9]/g, '_')}_${version}_`
