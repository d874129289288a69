import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unifiedDiff } from './unified-diff.ts'

const lines = (...all: (string | number)[]) => `${all.join('\n')}\n`
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const cases = [
  { name: 'equal texts', a: lines(1, 2), b: lines(1, 2), want: '' },
  { name: 'something from nothing', a: '', b: lines('x'), want: '@@ -0,0 +1,1 @@\n+x\n' },
  { name: 'nothing from something', a: lines('x'), b: '', want: '@@ -1,1 +0,0 @@\n-x\n' },
  { name: 'one line', a: lines(1, 2, 3), b: lines(1, 'b', 3), want: '@@ -1,3 +1,3 @@\n 1\n-2\n+b\n 3\n' },
  {
    name: 'two places far apart',
    a: lines(...numbers(1, 20)),
    b: lines('a', ...numbers(2, 19), 'z'),
    want: '@@ -1,4 +1,4 @@\n-1\n+a\n 2\n 3\n 4\n@@ -17,4 +17,4 @@\n 17\n 18\n 19\n-20\n+z\n',
  },
  {
    name: 'two places close together',
    a: lines(...numbers(1, 8)),
    b: lines(1, 'b', ...numbers(3, 6), 'y', 8),
    want: '@@ -1,8 +1,8 @@\n 1\n-2\n+b\n 3\n 4\n 5\n 6\n-7\n+y\n 8\n',
  },
]
for (const { name, a, b, want } of cases) test(`diff: ${name}`, () => assert.equal(unifiedDiff(a, b), want))
