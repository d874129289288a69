import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { languageFor, type MessageKey, messages, text } from './messages.ts'

const sources = globSync('**/*.{ts,tsx}', { cwd: join(import.meta.dirname, '..') })
  .filter((file) => !file.includes('messages'))
  .map((file) => readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
  .join('\n')

test('every text is there in both languages, with the same blanks', () => {
  for (const [key, { en, zh }] of Object.entries(messages)) {
    assert.ok(en && zh, key)
    const blanks = (one: string) => [...one.matchAll(/\{\w+\}/g)].map(String).sort()
    assert.deepEqual(blanks(en), blanks(zh), key)
  }
})

test('no text is left unused', () => {
  const unused = (Object.keys(messages) as MessageKey[]).filter(
    (key) => !key.startsWith('state.') && !sources.includes(`'${key}'`),
  )
  assert.deepEqual(unused, [])
})

test('blanks are filled in', () => {
  const values = { number: 3, app: 'shop' }
  assert.equal(text('zh', 'app.rollbackAsk', values), '将 shop 恢复到版本 v3（镜像、配置和路由）？')
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
