import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { removeLog, rotateLog } from './rotate.ts'

const folder = await mkdtemp(join(tmpdir(), 'rotate-'))
after(() => rm(folder, { recursive: true }))
const path = join(folder, '0.log')
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const reopen = () => writeFile(path, '')

test('a small log is left alone', async () => {
  await writeFile(path, 'small')
  assert.equal(await rotateLog(path, { bytes: 10, files: 3 }, reopen, at(0)), false)
  assert.equal(await rotateLog(join(folder, 'none.log'), { bytes: 10, files: 3 }, reopen, at(0)), false)
})

test('a large one is set aside, the one before packed, the oldest dropped', async () => {
  for (const second of [1, 2, 3, 4]) {
    await writeFile(path, `${second}`.repeat(20))
    assert.equal(await rotateLog(path, { bytes: 10, files: 3 }, reopen, at(second)), true)
  }
  const names = (await readdir(folder)).toSorted()
  assert.deepEqual(names, ['0.log', '0.log.20260101-000003.gz', '0.log.20260101-000004'])
  const packed = gunzipSync(await readFile(join(folder, names[1]!))).toString()
  assert.equal(packed, '3'.repeat(20))
})

test('what an interrupted packing left goes', async () => {
  await writeFile(`${path}.20260101-000004.tmp`, 'half')
  await writeFile(path, 'y'.repeat(20))
  assert.equal(await rotateLog(path, { bytes: 10, files: 3 }, reopen, at(5)), true)
  assert.deepEqual((await readdir(folder)).toSorted(), ['0.log', '0.log.20260101-000004.gz', '0.log.20260101-000005'])
})

test('a container that is gone keeps its log under its name', async () => {
  await writeFile(path, 'x'.repeat(20))
  const refuse = () => Promise.reject(new Error('gone'))
  await assert.rejects(rotateLog(path, { bytes: 10, files: 3 }, refuse, at(9)), /gone/)
  assert.equal(await readFile(path, 'utf8'), 'x'.repeat(20))
})

test('a log goes with all its parts', async () => {
  await removeLog(path)
  assert.deepEqual(await readdir(folder), [])
})
