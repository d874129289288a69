import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paramsOf } from './route-match.ts'

const cases: [pattern: string, path: string, want: Record<string, string> | undefined][] = [
  ['/', '/', {}],
  ['/account', '/account/', {}],
  ['/account', '/accounts', undefined],
  ['/projects/:project', '/projects/shop', { project: 'shop' }],
  ['/projects/:project', '/projects/', undefined],
  ['/projects/:project', '/projects/shop/add', undefined],
  ['/projects/:project/apps/:app/:tab', '/projects/a%20b/apps/w/logs', { project: 'a b', app: 'w', tab: 'logs' }],
  ['/cluster/kinds/:kind', '/cluster/kinds/100%', { kind: '100%' }],
]
for (const [pattern, path, want] of cases) {
  test(`${path} ${want ? 'fits' : 'does not fit'} ${pattern}`, () => assert.deepEqual(paramsOf(pattern, path), want))
}
