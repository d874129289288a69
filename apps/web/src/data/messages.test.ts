import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { languageFor, type MessageKey, messages, text } from './messages.ts'

const root = join(import.meta.dirname, '..')
const files = globSync('**/*.{ts,tsx}', { cwd: root }).map((file) => ({
  file,
  source: readFileSync(join(root, file), 'utf8'),
}))
const sources = files
  .filter(({ file }) => !file.startsWith('messages/') && !file.endsWith('.test.ts'))
  .map(({ source }) => source)
  .join('\n')

test('every text is there in both languages, with the same blanks', () => {
  for (const [key, { en, zh }] of Object.entries(messages)) {
    assert.ok(en && zh, key)
    const blanks = (one: string) => [...new Set([...one.matchAll(/\{\w+\}/g)].map(String))].sort()
    assert.deepEqual(blanks(en), blanks(zh), key)
  }
})

test('no noun has a key of another noun, and no key is said twice', () => {
  const seen = new Set<string>()
  for (const { file, source } of files.filter((one) => one.file.startsWith('messages/'))) {
    for (const [, key] of source.matchAll(/^ {2}'([\w.]+)':/gm)) {
      assert.ok(!seen.has(key!), `${key} twice, in ${file}`)
      seen.add(key!)
    }
  }
  assert.deepEqual([...seen].sort(), Object.keys(messages).sort(), 'a file of messages is missing in messages/all.ts')
})

/** Keys that are put together at run time: `state.${state}` and the like. */
const families = new Set([...sources.matchAll(/`((?:[a-zA-Z]+\.)+)\$\{/g)].map(([, family]) => family!))

test('no text is left unused', () => {
  const unused = (Object.keys(messages) as MessageKey[]).filter(
    (key) =>
      !sources.includes(`'${key}'`) &&
      !sources.includes(`"${key}"`) &&
      ![...families].some((family) => key.startsWith(family)),
  )
  assert.deepEqual(unused, [])
})

test('blanks are filled in', () => {
  assert.equal(text('zh', 'common.loadingRest', { count: 500 }), '已加载 500 项，正在加载其余…')
})

const preferences = [
  { preferred: ['zh-TW', 'en'], want: 'zh' },
  { preferred: ['fr', 'zh-CN'], want: 'zh' },
  { preferred: ['en-GB', 'zh'], want: 'en' },
  { preferred: ['de'], want: 'en' },
]
for (const { preferred, want } of preferences) {
  test(`a browser that prefers ${preferred.join(', ')} gets ${want}`, () => assert.equal(languageFor(preferred), want))
}
