import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { tarOf } from './tar.ts'

test('tar itself reads what was packed', () => {
  const packed = tarOf({ 'index.html': '<h1>hi</h1>\n', 'a/ü.txt': 'x'.repeat(600) })
  const listed = execFileSync('tar', ['-t', '-f', '-'], {
    input: packed,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  assert.deepEqual(listed.trim().split('\n').length, 2)
  assert.equal(
    execFileSync('tar', ['-x', '-O', '-f', '-', 'index.html'], { input: packed, encoding: 'utf8' }),
    '<h1>hi</h1>\n',
  )
})
