import type { Attributes, Decision, UserInfo } from '../../auth/interfaces.ts'
import type { Overload } from '../ast.ts'
import { CelError, Opaque } from '../values.ts'
import { overload } from './define.ts'

/** Who is asked, and on whose behalf. */
export interface Asking {
  user: UserInfo
  authorize(attributes: Attributes): Decision | Promise<Decision>
}

type Authorizer = Opaque<Asking>
interface PathCheck extends Asking {
  path: string
}
interface ResourceCheck extends Asking {
  group: string
  plural: string
  subresource?: string
  namespace?: string
  name?: string
}
type Verdict = Opaque<{ allowed: boolean; reason: string; error?: string }>

const types = {
  authorizer: 'kubernetes.authorization.Authorizer',
  path: 'kubernetes.authorization.PathCheck',
  group: 'kubernetes.authorization.GroupCheck',
  resource: 'kubernetes.authorization.ResourceCheck',
  decision: 'kubernetes.authorization.Decision',
}

export const authorizerValue = (asking: Asking): Authorizer => new Opaque(types.authorizer, asking, 'authorizer')

/** `authorizer.requestResource`: what the request itself is about. */
export const requestResource = (check: ResourceCheck) => new Opaque(types.resource, check, 'resource')

const resource = (check: ResourceCheck): Opaque<ResourceCheck> => new Opaque(types.resource, check, 'resource')

function decided(asking: Asking, attributes: Attributes): Verdict {
  const made = asking.authorize(attributes)
  if (made instanceof Promise) throw new CelError('the authorizer cannot be asked here')
  const verdict = { allowed: made.allowed, reason: made.reason ?? '' }
  return new Opaque(types.decision, verdict, String(made.allowed))
}

function serviceAccount({ value }: Authorizer, namespace: string, name: string): Authorizer {
  const user: UserInfo = {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
  return authorizerValue({ ...value, user })
}

/** Each question to the authorizer costs so much that an expression has two of them. */
const asked = { cost: () => 350_000 }

/** Whether somebody may do something: `authorizer.group('').resource('pods').check('create').allowed()`. */
export const authorization = (): Overload[] => [
  overload('path', `${types.authorizer}.(string) ${types.path}`, ({ value }: Authorizer, path: string) => {
    if (path === '') throw new CelError('path must not be empty')
    return new Opaque(types.path, { ...value, path }, path)
  }),
  overload(
    'group',
    `${types.authorizer}.(string) ${types.group}`,
    ({ value }: Authorizer, group: string) => new Opaque(types.group, { ...value, group }, group),
  ),
  overload('serviceAccount', `${types.authorizer}.(string, string) ${types.authorizer}`, serviceAccount),
  overload(
    'resource',
    `${types.group}.(string) ${types.resource}`,
    ({ value }: Opaque<Asking & { group: string }>, plural: string) => resource({ ...value, plural }),
  ),
  overload(
    'subresource',
    `${types.resource}.(string) ${types.resource}`,
    ({ value }: Opaque<ResourceCheck>, subresource: string) => resource({ ...value, subresource }),
  ),
  overload(
    'namespace',
    `${types.resource}.(string) ${types.resource}`,
    ({ value }: Opaque<ResourceCheck>, namespace: string) => resource({ ...value, namespace }),
  ),
  overload('name', `${types.resource}.(string) ${types.resource}`, ({ value }: Opaque<ResourceCheck>, name: string) =>
    resource({ ...value, name }),
  ),
  overload(
    'check',
    `${types.path}.(string) ${types.decision}`,
    ({ value }: Opaque<PathCheck>, verb: string) => decided(value, { user: value.user, verb, path: value.path }),
    asked,
  ),
  overload(
    'check',
    `${types.resource}.(string) ${types.decision}`,
    ({ value }: Opaque<ResourceCheck>, verb: string) => {
      const { user, group, plural, subresource, namespace, name } = value
      return decided(value, {
        user,
        verb,
        path: '',
        resource: {
          group,
          version: '*',
          plural,
          ...(subresource && { subresource }),
          ...(namespace && { namespace }),
          ...(name && { name }),
        },
      })
    },
    asked,
  ),
  overload('allowed', `${types.decision}.() bool`, ({ value }: Verdict) => value.allowed),
  overload('reason', `${types.decision}.() string`, ({ value }: Verdict) => value.reason),
  overload('errored', `${types.decision}.() bool`, ({ value }: Verdict) => value.error !== undefined),
  overload('error', `${types.decision}.() string`, ({ value }: Verdict) => value.error ?? ''),
]
