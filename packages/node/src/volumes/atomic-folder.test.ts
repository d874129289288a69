import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type FileContent, writeAtomically } from './atomic-folder.ts'

const folder = await mkdtemp(join(tmpdir(), 'atomic-'))
after(() => rm(folder, { recursive: true }))

const files = (given: Record<string, string | [string, number]>) =>
  new Map(
    Object.entries(given).map(([path, content]): [string, FileContent] => {
      const [text, mode] = typeof content === 'string' ? [content, 0o644] : content
      return [path, { data: Buffer.from(text), mode }]
    }),
  )
const shown = async () => (await readdir(folder)).filter((name) => !name.startsWith('..')).toSorted()

test('files appear, change and go in one step each', async () => {
  assert.equal(await writeAtomically(folder, files({ a: '1', 'deep/er/b': '2' })), true)
  assert.deepEqual(await shown(), ['a', 'deep'])
  assert.equal(await readFile(join(folder, 'deep/er/b'), 'utf8'), '2')
  const first = await readlink(join(folder, '..data'))
  assert.equal(await writeAtomically(folder, files({ a: '1', 'deep/er/b': '2' })), false)
  assert.equal(await readlink(join(folder, '..data')), first)
  assert.equal(await writeAtomically(folder, files({ a: 'new', c: '3' })), true)
  assert.deepEqual(await shown(), ['a', 'c'])
  assert.equal(await readFile(join(folder, 'a'), 'utf8'), 'new')
  assert.equal((await readdir(folder)).filter((name) => /^\.\.\d/.test(name)).length, 1)
})

test('a name links through ..data, so that all change at once', async () => {
  await writeAtomically(folder, files({ a: 'x' }))
  assert.equal(await readlink(join(folder, 'a')), '..data/a')
})

test('modes are kept, and a change of mode is a change', async () => {
  await writeAtomically(folder, files({ key: ['s', 0o400] }))
  assert.equal((await stat(join(folder, 'key'))).mode & 0o777, 0o400)
  assert.equal(await writeAtomically(folder, files({ key: ['s', 0o444] })), true)
  assert.equal((await stat(join(folder, 'key'))).mode & 0o777, 0o444)
})

test('the group of the pod may read', { skip: process.getuid?.() !== 0 && 'needs root' }, async () => {
  await writeAtomically(folder, files({ grouped: ['s', 0o400], open: ['s', 0o644] }), { gid: 3000 })
  assert.equal((await stat(join(folder, 'open'))).mode & 0o777, 0o644, 'nobody writes to what is shown')
  const found = await stat(join(folder, 'grouped'))
  assert.deepEqual([found.gid, found.mode & 0o777], [3000, 0o440])
})

test('an empty set is an empty folder', async () => {
  await writeAtomically(folder, new Map())
  assert.deepEqual(await shown(), [])
})
