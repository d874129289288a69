import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withOwnPlace } from './bundle.ts'

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
