import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { targetOf } from './target.ts'

const empty = mkdtempSync(join(tmpdir(), 'cli-'))
const launched = mkdtempSync(join(tmpdir(), 'cli-'))
after(() => {
  for (const folder of [empty, launched]) rmSync(folder, { recursive: true })
})
spawnSync('git', ['init', '-q', launched])
spawnSync('git', ['-C', launched, 'remote', 'add', 'sampan', 'http://admin:x@127.0.0.1:7070/git/shop/cart.git'])

const cases = [
  { name: 'takes the app of the folder', cwd: launched, want: 'shop/cart' },
  { name: 'takes a word with project', cwd: empty, word: 'a/b', want: 'a/b' },
  { name: 'takes the project of the folder for a bare word', cwd: launched, word: 'b', want: 'shop/b' },
  { name: 'takes --project for a bare word', cwd: empty, word: 'b', flags: { project: 'p' }, want: 'p/b' },
  { name: 'asks which project', cwd: empty, word: 'b', wrong: /Which project is b in/ },
  { name: 'asks which app', cwd: empty, wrong: /Which app/ },
]

for (const { name, cwd, word, flags = {}, want, wrong } of cases) {
  test(`the app that is meant: ${name}`, () => {
    const ask = () => targetOf({ flags, cwd }, word)
    if (wrong) assert.throws(ask, wrong)
    else assert.equal(Object.values(ask()).join('/'), want)
  })
}
