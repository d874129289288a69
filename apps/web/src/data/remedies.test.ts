import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { remedyFor } from './remedies.ts'

const at = { project: 'demo', app: 'shop' }
const cases: [cause: string | undefined, reason: string, want: string | undefined][] = [
  [undefined, 'it failed', undefined],
  [
    'missing-env',
    'The program needs the environment variable DATABASE_URL: set it.',
    '/apps/shop/config?env=DATABASE_URL',
  ],
  ['missing-env', 'The program lacks a variable.', '/apps/shop/config'],
  ['oom', '', '/apps/shop/config'],
  ['config-missing', '', '/config?tab=secrets'],
  ['image-missing', '', '/apps/shop/settings'],
  ['app-crashed', '', '/apps/shop/logs'],
  ['quota', '', undefined],
]
for (const [cause, reason, want] of cases)
  test(`${cause} is put right at ${want}`, () => {
    assert.equal(remedyFor(at, { cause, reason })?.href, want && `/projects/demo${want}`)
  })

test('every cause that has a place is one of the server', () => {
  const table = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const own = readFileSync(new URL('./remedies.ts', import.meta.url), 'utf8')
  const named = [...own.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, name]) => name!)
  const places = ['config', 'settings', 'logs']
  for (const name of named.filter((one) => !places.includes(one)))
    assert.match(table, new RegExp(`^\\| ${name} \\|`, 'm'))
})
