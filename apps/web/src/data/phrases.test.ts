import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { phrases } from './phrases.ts'

test('a phrase is filled in, in the language asked for', () => {
  const say = phrases({ left: { en: '{left} of {all}', zh: '{all} 中还剩 {left}' } })
  assert.equal(say('en', 'left', { left: 1, all: 3 }), '1 of 3')
  assert.equal(say('zh', 'left', { left: 1, all: 3 }), '3 中还剩 1')
})

/** Of what is written in files of phrases: `en: '…', zh: '…'` in either quotes. */
const pairs = /en:\s*(['"])(.+?)\1,\s*zh:\s*(['"])(.+?)\3/gs

for (const file of globSync('*-phrases.ts', { cwd: import.meta.dirname }).filter((one) => !one.startsWith('editor'))) {
  test(`${file} has both languages, with the same blanks`, () => {
    const found = [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(pairs)]
    assert.ok(found.length > 2)
    const blanks = (text: string) => [...new Set([...text.matchAll(/\{\w+\}/g)].map(String))].sort()
    for (const [, , en, , zh] of found) {
      assert.deepEqual(blanks(en!), blanks(zh!), en)
      assert.ok(zh, en)
    }
  })
}
