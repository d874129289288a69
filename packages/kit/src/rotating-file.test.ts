import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rotatingFile } from './rotating-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'rotating-'))
after(() => rmSync(folder, { recursive: true }))
const never = (_: number, error: unknown) => {
  throw error
}

test('lines are written by themselves, for the owner alone, and a later start goes on', async () => {
  const path = join(folder, 'deep', 'a.log')
  const file = rotatingFile({ path, flushMs: 1, onLost: never })
  file.write('one')
  file.write('two')
  while (!existsSync(path) || readFileSync(path, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 1))
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  file.close()
  const again = rotatingFile({ path, onLost: never })
  again.write('three')
  again.close()
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\n')
})

test('full files are set aside, the oldest goes', () => {
  const path = join(folder, 'b.log')
  const file = rotatingFile({ path, maxBytes: 10, keep: 2, onLost: never })
  for (const line of ['first 1', 'second 2', 'third 3', 'fourth 4']) {
    file.write(line)
    file.flush()
  }
  file.close()
  const read = (end: string) => readFileSync(path + end, 'utf8')
  assert.deepEqual([read(''), read('.1'), read('.2')], ['fourth 4\n', 'third 3\n', 'second 2\n'])
  assert.equal(existsSync(`${path}.3`), false)
})

test('what could not be written is told', () => {
  const path = join(folder, 'c.log')
  mkdirSync(path)
  const lost: number[] = []
  const file = rotatingFile({ path, onLost: (lines) => lost.push(lines) })
  file.write('a')
  file.write('b')
  file.close()
  assert.deepEqual(lost, [2])
})
