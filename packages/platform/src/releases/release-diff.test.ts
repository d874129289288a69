import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releaseDiff } from './release-diff.ts'

const yaml = (release: number, value: string) => `kind: Deployment
metadata:
  labels:
    sampan.dev/release: "${release}"
spec:
  value: ${value}
`

test('two releases of the same objects do not differ by their numbers', () => {
  assert.equal(releaseDiff(yaml(1, 'a'), yaml(2, 'a')), '')
})

test('what differs is all that is marked', () => {
  const marked = releaseDiff(yaml(1, 'a'), yaml(2, 'b'))
    .split('\n')
    .filter((line) => /^[-+]/.test(line))
  assert.deepEqual(marked, ['-  value: a', '+  value: b'])
})

test('a first release is new line by line, and a value that looks alike is none', () => {
  assert.match(releaseDiff('', yaml(1, 'a')), /^\+kind: Deployment$/m)
  const note = (n: number) => `note: see sampan.dev/release: "${n}" there\n`
  assert.notEqual(releaseDiff(note(1), note(2)), '')
})
