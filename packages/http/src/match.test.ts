import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matcher } from './match.ts'

const paths = matcher<string>()
for (const pattern of ['/', '/apps', '/apps/:app', '/apps/new', '/apps/:app/logs', '/kube/*path', '/apps/new/:step'])
  paths.add('GET', pattern, pattern)
paths.add('POST', '/apps', 'create')

const cases: { method?: string; path: string; want: unknown }[] = [
  { path: '/', want: ['/', {}] },
  { path: '/apps', want: ['/apps', {}] },
  { method: 'POST', path: '/apps', want: ['create', {}] },
  { method: 'HEAD', path: '/apps', want: ['/apps', {}] },
  { method: 'PUT', path: '/apps', want: ['GET', 'POST'] },
  { path: '/apps/web', want: ['/apps/:app', { app: 'web' }] },
  { path: '/apps/new', want: ['/apps/new', {}] },
  { path: '/apps/new/logs', want: ['/apps/new/:step', { step: 'logs' }] },
  { path: '/apps/a%2Fb/logs', want: ['/apps/:app/logs', { app: 'a/b' }] },
  { path: '/apps//logs', want: undefined },
  { path: '/kube/api/v1/a%2Fb', want: ['/kube/*path', { path: 'api/v1/a%2Fb' }] },
  { path: '/kube/', want: ['/kube/*path', { path: '' }] },
  { path: '/nothing', want: undefined },
]

for (const { method = 'GET', path, want } of cases)
  test(`${method} ${path}`, () => {
    const found = paths.find(method, path)
    const got = found && ('value' in found ? [found.value, { ...found.params }] : found.allowed)
    assert.deepEqual(got, want)
  })

test('a place is taken once', () => {
  assert.throws(() => paths.add('GET', '/apps/:name', 'again'), /GET \/apps\/:name is there twice/)
  assert.throws(() => paths.add('GET', '/a/*b/c', 'x'), /only at the end/)
})

test('broken escapes are told from unknown paths', () => {
  assert.throws(() => paths.find('GET', '/apps/%zz'), URIError)
})
