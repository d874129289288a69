import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marked, piecesOf } from './ansi.ts'

const cases: [line: string, pieces: unknown[]][] = [
  ['plain', [{ text: 'plain' }]],
  ['\u001b[31mred\u001b[0m end', [{ text: 'red', colour: 1 }, { text: ' end' }]],
  ['\u001b[1;92mgood', [{ text: 'good', colour: 2, isBold: true }]],
  ['10%\r50%\r100%', [{ text: '100%' }]],
  ['windows\r', [{ text: 'windows' }]],
  ['\u001b]0;title\u0007a\u001b[2Kb', [{ text: 'a' }, { text: 'b' }]],
  [
    '\u001b]8;;https://a.test\u001b\\link\u001b]8;;\u001b\\ \u001b(Bx\u0090y',
    [{ text: 'link' }, { text: ' ' }, { text: 'x' }, { text: 'y' }],
  ],
  ['\u001b[38;5;31mone of many\u001b[48;2;1;31;32m', [{ text: 'one of many' }]],
  ['pay \u202e001\u202c EUR', [{ text: 'pay ⟨U+202E⟩001⟨U+202C⟩ EUR' }]],
  ['x'.repeat(21_000), [{ text: 'x'.repeat(20_000) }, { text: '… +1,000' }]],
  ['<img src=x onerror=alert(1)>', [{ text: '<img src=x onerror=alert(1)>' }]],
]
for (const [line, pieces] of cases)
  test(JSON.stringify(line).slice(0, 80), () => assert.deepEqual(piecesOf(line), pieces))

test('what is looked for is marked in every piece, whatever its case', () => {
  assert.deepEqual(marked([{ text: 'An error, ERRORS', colour: 1 }], 'error'), [
    { text: 'An ', colour: 1 },
    { text: 'error', colour: 1, isFound: true },
    { text: ', ', colour: 1 },
    { text: 'ERROR', colour: 1, isFound: true },
    { text: 'S', colour: 1 },
  ])
})
