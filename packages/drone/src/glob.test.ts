import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesGlob } from './glob.ts'

const cases: [pattern: string, name: string, want: boolean][] = [
  ['main', 'main', true],
  ['main', '', false],
  ['*', '', true],
  ['**', '', true],
  ['', '', true],
  ['', 'main', false],
  ['*', 'feature/a', false],
  ['feature/*', 'feature/a', true],
  ['feature/*', 'feature/a/b', false],
  ['feature/**', 'feature/a/b', true],
  ['**', 'feature/a/b', true],
  ['**/b', 'a/x/b', true],
  ['**/b', 'b', true],
  ['v**', 'v1.0', true],
  ['v**', 'v1/0', false],
  ['v*', 'v', true],
  ['v**', 'v', true],
  ['refs/tags/*', 'refs/tags/v1', true],
  ['refs/tags/*', 'refs/tags/a/b', false],
  ['refs/heads/release-*', 'refs/heads/release-1.2', true],
  ['release-?.?', 'release-1.2', true],
  ['release-[0-9]', 'release-7', true],
  ['release-[^0-9]', 'release-7', false],
  ['release-[^0-9]', 'release-x', true],
  ['{main,develop}', 'develop', true],
  ['{main,develop}', 'other', false],
  ['{main,}', 'main', true],
  ['v{1,2}.*', 'v2.5', true],
  ['{feature/a,main}', 'main', false],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['[', 'x', false],
  ['[a', 'a', false],
  ['{a', 'a', false],
  ['[]', 'a', false],
  ['[a-]', 'a', false],
  ['!main', 'main', false],
  ['!main', 'dev', false],
  ['main*', 'main', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyy', false],
  ['日*', '日本', true],
  ['feature/', 'feature', true],
]
for (const [pattern, name, want] of cases)
  test(`glob ${pattern} ${want ? 'matches' : 'misses'} "${name}"`, () => assert.equal(matchesGlob(pattern, name), want))

test('no pattern takes exponential time', () => {
  const started = performance.now()
  matchesGlob(`${'a*'.repeat(40)}b`, 'a'.repeat(200))
  matchesGlob(`${'**/a/'.repeat(30)}b`, 'a/'.repeat(200))
  matchesGlob('{a,aa,aaa}*'.repeat(20), `${'a'.repeat(60)}b`)
  assert.ok(performance.now() - started < 2000)
})
