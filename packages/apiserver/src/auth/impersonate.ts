import type { IncomingHttpHeaders } from 'node:http'
import { badRequest, forbidden } from '@sampan/resources/errors'
import type { Attributes, Authorizer, UserInfo } from './interfaces.ts'
import { serviceAccountGroups } from './service-account-tokens.ts'

const extraPrefix = 'impersonate-extra-'

/** The user after the `Impersonate-*` headers. Throws Forbidden unless `user` may impersonate each part of it. */
export async function impersonate(
  authorizer: Authorizer,
  user: UserInfo,
  headers: IncomingHttpHeaders,
): Promise<UserInfo> {
  const name = single(headers['impersonate-user'])
  const groups = listed(headers['impersonate-group'])
  const uid = single(headers['impersonate-uid'])
  const extra = extraOf(headers)
  if (!name) {
    if (groups.length > 0 || uid || Object.keys(extra).length > 0)
      throw badRequest('requested impersonation of groups, uid or extra without impersonating a user')
    return user
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  const asks: [group: string, plural: string, name: string, more?: { namespace?: string; subresource?: string }][] = [
    account ? ['', 'serviceaccounts', account[2]!, { namespace: account[1]! }] : ['', 'users', name],
    ...groups.map((one) => ['', 'groups', one] as [string, string, string]),
    ...(uid ? [['authentication.k8s.io', 'uids', uid] as [string, string, string]] : []),
    ...(Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ['authentication.k8s.io', 'userextras', value, { subresource: key }] as const),
    ) as [string, string, string, { subresource: string }][]),
  ]
  for (const [group, plural, what, more] of asks) {
    const attributes: Attributes = {
      user,
      verb: 'impersonate',
      resource: { group, version: 'v1', plural, name: what, ...more },
      path: '',
    }
    const { allowed } = await authorizer.authorize(attributes)
    if (!allowed)
      throw forbidden(
        { plural, group },
        what,
        `User "${user.name}" cannot impersonate resource "${plural}" in API group "${group}"${more?.namespace ? ` in the namespace "${more.namespace}"` : ' at the cluster scope'}`,
      )
  }
  const acting: UserInfo = {
    name,
    groups: completed(name, groups, account?.[1]),
    ...(uid && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
  originals.set(acting, user)
  return acting
}

const originals = new WeakMap<UserInfo, UserInfo>()

/** Who really sent a request that came as `acting`; undefined when nobody was impersonated. */
export const originalUser = (acting: UserInfo): UserInfo | undefined => originals.get(acting)

function completed(name: string, groups: readonly string[], namespace: string | undefined): string[] {
  const all = groups.length === 0 && namespace ? serviceAccountGroups(namespace) : [...groups]
  const last = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'
  return all.includes(last) || all.includes('system:unauthenticated') ? all : [...all, last]
}

function extraOf(headers: IncomingHttpHeaders): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const [header, value] of Object.entries(headers))
    if (header.startsWith(extraPrefix)) extra[decodeURIComponent(header.slice(extraPrefix.length))] = listed(value)
  return extra
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)

/** Repeated headers arrive joined by commas. */
const listed = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value : (value?.split(',') ?? [])).map((one) => one.trim()).filter(Boolean)

/** Whether a request asks for it at all: the check is for every request. */
export const wantsImpersonation = (headers: IncomingHttpHeaders) =>
  Object.keys(headers).some((name) => name.startsWith('impersonate-'))
