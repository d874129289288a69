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
  ['<img src=x onerror=alert(1)>', [{ text: '<img src=x onerror=alert(1)>' }]],
]
for (const [line, pieces] of cases) test(JSON.stringify(line), () => assert.deepEqual(piecesOf(line), pieces))

test('what is looked for is marked in every piece, whatever its case', () => {
  assert.deepEqual(marked([{ text: 'An error, ERRORS', colour: 1 }], 'error'), [
    { text: 'An ', colour: 1 },
    { text: 'error', colour: 1, isFound: true },
    { text: ', ', colour: 1 },
    { text: 'ERROR', colour: 1, isFound: true },
    { text: 'S', colour: 1 },
  ])
})
