import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashIn, narrow, withOwnPlace } from './bundle.ts'

const cases = [
  {
    name: 'a file beside it',
    code: "new URL('./a.yaml', import.meta.url)",
    want: `new URL('./a.yaml', "file:///src/x/y.ts")`,
  },
  { name: 'its folder', code: 'join(import.meta.dirname, 1)', want: 'join("/src/x", 1)' },
  {
    name: 'a worker, which is bundled',
    code: "new URL('./sqlite-worker.ts', import.meta.url)",
    want: "new URL('./sqlite-worker.js', import.meta.url)",
  },
]
for (const { name, code, want } of cases) {
  test(`a bundled module finds ${name}`, () => assert.equal(withOwnPlace(code, '/src/x/y.ts'), want))
}

const texts = ['no…', 'a “quoted” word', '→\u{1f600} wide', '\\\\… after two', 'é stays', '\\… after one']
for (const text of texts) {
  const code = `'${text}'`
  test(`a bundled text means the same: ${code}`, () => {
    const made = narrow(code)
    assert.doesNotMatch(made, /[\u0100-\uffff]/)
    // biome-ignore lint/security/noGlobalEval: what is bundled is code
    assert.equal(eval(made), eval(code))
  })
}

test('a bundled pattern matches the same', () => {
  // biome-ignore lint/security/noGlobalEval: what is bundled is code
  const pattern = eval(narrow('/[–—]+…$/u')) as RegExp
  assert.ok(pattern.test('a –— …'.replace(' …', '…')))
  assert.ok(!pattern.test('a...'))
})

test('a program says by its command line which sources it was made from', () => {
  const words = ['/usr/bin/node', '--max-semi-space-size=1', '/srv/sampan/.cache/server/ab12/main.js', 'engine', '']
  assert.equal(hashIn(words.join('\0')), 'ab12')
  assert.equal(hashIn('/usr/bin/node\0/srv/other/main.js\0'), undefined)
})
