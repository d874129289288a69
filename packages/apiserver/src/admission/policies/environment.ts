import type { Definition, Schema } from '@sampan/resources/define'
import { authorizerValue, requestResource } from '../../cel/library/authorizer.ts'
import { typeOfSchema, valueOfSchema } from '../../cel/schema-type.ts'
import { dyn, opaque, type Type } from '../../cel/types.ts'
import { dynamic, type Value } from '../../cel/values.ts'
import type { Shown } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'

const text: Schema = { type: 'string' }
const members = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties })
const kind = members({ group: text, version: text, kind: text })
const resource = members({ group: text, version: text, resource: text })
const texts: Schema = { type: 'array', items: text }

const requestSchema = members({
  kind,
  resource,
  subResource: text,
  requestKind: kind,
  requestResource: resource,
  requestSubResource: text,
  name: text,
  namespace: text,
  operation: text,
  userInfo: members({
    username: text,
    uid: text,
    groups: texts,
    extra: { type: 'object', additionalProperties: texts },
  }),
  dryRun: { type: 'boolean' },
})

const namespaceSchema = members({
  metadata: members({
    name: text,
    generateName: text,
    namespace: text,
    labels: { type: 'object', additionalProperties: text },
    annotations: { type: 'object', additionalProperties: text },
    uid: text,
    creationTimestamp: { type: 'string', format: 'date-time' },
    deletionGracePeriodSeconds: { type: 'integer' },
    deletionTimestamp: { type: 'string', format: 'date-time' },
    generation: { type: 'integer' },
    resourceVersion: text,
    finalizers: texts,
  }),
  spec: members({ finalizers: texts }),
  status: members({ phase: text }),
})

/** `request.options` may be anything. */
function requestType(): Type {
  const type = typeOfSchema(requestSchema)!
  if (type.kind !== 'struct') return type
  return {
    ...type,
    name: 'kubernetes.AdmissionRequest',
    field: (name) => (name === 'options' ? dyn : plainName(type, name)),
  }
}

/** Members of these are named as they are, reserved words too. */
const plainName = (type: Type & { kind: 'struct' }, name: string) => type.field(name) ?? type.field(`__${name}__`)

function namespaceType(): Type {
  const type = typeOfSchema(namespaceSchema)!
  return type.kind === 'struct' ? withPlainNames(type, 'kubernetes.Namespace') : type
}

function withPlainNames(type: Type & { kind: 'struct' }, name: string): Type {
  const field = (one: string): Type | undefined => {
    const found = plainName(type, one)
    return found?.kind === 'struct' ? withPlainNames(found, found.name) : found
  }
  return { ...type, name, field }
}

/** The variables every expression of admission has; types of `object` and `params` are known when they are checked. */
export const variableTypes = (
  known: { object?: Type | undefined; params?: Type | undefined } = {},
): Record<string, Type> => ({
  object: known.object ?? dyn,
  oldObject: known.object ?? dyn,
  request: requestType(),
  namespaceObject: namespaceType(),
  authorizer: opaque('kubernetes.authorization.Authorizer'),
  'authorizer.requestResource': opaque('kubernetes.authorization.ResourceCheck'),
  ...(known.params && { params: known.params }),
})

/** The values of those variables for one write, as a version of its kind shows it. */
export function variablesOf(write: Admitted, shown: Shown): Record<string, Value> {
  const { definition, namespace, objects, user, authorizer, name, subresource } = write
  const isNamespace = definition.group === '' && definition.plural === 'namespaces'
  const space = namespace && !isNamespace ? objects.get({ group: '', plural: 'namespaces' }, namespace) : undefined
  const asking = { user, authorize: authorizer.authorize.bind(authorizer) }
  return {
    object: dynamic(shown.object ?? null),
    oldObject: dynamic(shown.old ?? null),
    request: requestValue(write, shown.definition),
    namespaceObject: space ? valueOfSchema(space, namespaceSchema) : null,
    authorizer: authorizerValue(asking),
    'authorizer.requestResource': requestResource({
      ...asking,
      group: definition.group,
      plural: definition.plural,
      ...(subresource && { subresource }),
      ...(namespace && { namespace }),
      ...(name && { name }),
    }),
  }
}

function requestValue(
  { definition, subresource, namespace, name, operation, user, dryRun }: Admitted,
  shown: Definition,
): Value {
  const about = ({ group, version, kind: one }: Definition) => ({ group, version, kind: one })
  const at = ({ group, version, plural }: Definition) => ({ group, version, resource: plural })
  return dynamic({
    kind: about(shown),
    resource: at(shown),
    subResource: subresource ?? '',
    requestKind: about(definition),
    requestResource: at(definition),
    requestSubResource: subresource ?? '',
    name,
    namespace: namespace ?? '',
    operation,
    userInfo: { username: user.name, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
  })
}
