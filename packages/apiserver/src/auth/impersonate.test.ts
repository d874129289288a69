import assert from 'node:assert/strict'
import { test } from 'node:test'
import { impersonate, wantsImpersonation } from './impersonate.ts'
import type { Attributes, Authorizer, UserInfo } from './interfaces.ts'

const admin: UserInfo = { name: 'admin', groups: ['system:authenticated'] }
const asked: string[] = []
const authorizer = (refused?: string): Authorizer => ({
  authorize({ verb, resource }: Attributes) {
    const { plural, subresource, namespace, name } = resource!
    const what = [plural, subresource, namespace, name].filter(Boolean).join('/')
    asked.push(`${verb} ${what}`)
    return { allowed: what !== refused }
  },
})

const cases: {
  name: string
  headers: Record<string, string>
  want?: UserInfo
  asked?: string[]
  refused?: string
  error?: string
}[] = [
  {
    name: 'a user',
    headers: { 'impersonate-user': 'ana' },
    want: { name: 'ana', groups: ['system:authenticated'] },
    asked: ['impersonate users/ana'],
  },
  {
    name: 'groups, however they are joined',
    headers: { 'impersonate-user': 'ana', 'impersonate-group': 'a, b,c' },
    want: { name: 'ana', groups: ['a', 'b', 'c', 'system:authenticated'] },
    asked: ['impersonate users/ana', 'impersonate groups/a', 'impersonate groups/b', 'impersonate groups/c'],
  },
  {
    name: 'a service account',
    headers: { 'impersonate-user': 'system:serviceaccount:n:s' },
    want: {
      name: 'system:serviceaccount:n:s',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated'],
    },
    asked: ['impersonate serviceaccounts/n/s'],
  },
  {
    name: 'nobody',
    headers: { 'impersonate-user': 'system:anonymous' },
    want: { name: 'system:anonymous', groups: ['system:unauthenticated'] },
  },
  {
    name: 'uid and extra',
    headers: { 'impersonate-user': 'ana', 'impersonate-uid': 'u1', 'impersonate-extra-a%2fb': 'x' },
    want: { name: 'ana', uid: 'u1', groups: ['system:authenticated'], extra: { 'a/b': ['x'] } },
    asked: ['impersonate users/ana', 'impersonate uids/u1', 'impersonate userextras/a/b/x'],
  },
  { name: 'groups without a user', headers: { 'impersonate-group': 'system:masters' }, error: 'BadRequest' },
  {
    name: 'a group that may not be',
    headers: { 'impersonate-user': 'ana', 'impersonate-group': 'system:masters' },
    refused: 'groups/system:masters',
    error: 'Forbidden',
  },
]
for (const { name, headers, want, refused, error, asked: questions } of cases)
  test(`impersonation of ${name}`, async () => {
    asked.length = 0
    assert.ok(wantsImpersonation(headers))
    const result = impersonate(authorizer(refused), admin, headers)
    if (error) return assert.rejects(result, { reason: error })
    assert.deepEqual(await result, want)
    if (questions) assert.deepEqual(asked, questions)
  })
