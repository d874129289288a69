import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { unmountUnder } from './mounts.ts'
import { MountError } from './payload.ts'
import { checkSubPath, mountSubPath, readBelow } from './sub-path.ts'

const skip = process.getuid?.() !== 0 && 'needs root'
const root = await mkdtemp(join(tmpdir(), 'sub-path-'))
const volume = join(root, 'volume')
after(async () => {
  await unmountUnder(root)
  await rm(root, { recursive: true })
})
await mkdir(join(volume, 'dir'), { recursive: true })
await writeFile(join(volume, 'dir/file'), 'inside')
await writeFile(join(root, 'outside'), 'outside')
await symlink('dir', join(volume, 'link'))
await symlink(root, join(volume, 'escape'))
await symlink('../outside', join(volume, 'escape-file'))

for (const path of ['/abs', '../up', 'a/../../b'])
  test(`subPath ${path} is refused`, () => assert.throws(() => checkSubPath(path), MountError))

test('subPath mounts a folder, a file, and through a link that stays inside', { skip }, async () => {
  await mountSubPath(volume, 'dir', join(root, 'a'))
  assert.equal(await readFile(join(root, 'a/file'), 'utf8'), 'inside')
  await mountSubPath(volume, 'dir/file', join(root, 'b'))
  assert.equal(await readFile(join(root, 'b'), 'utf8'), 'inside')
  await mountSubPath(volume, 'link/file', join(root, 'c'))
  assert.equal(await readFile(join(root, 'c'), 'utf8'), 'inside')
})

test('subPath makes what is missing', { skip }, async () => {
  await mountSubPath(volume, 'new/deep', join(root, 'd'))
  assert.ok((await stat(join(volume, 'new/deep'))).isDirectory())
})

test('subPath folders have the rights of their volume, whatever our umask', { skip }, async () => {
  const open = join(root, 'open')
  await mkdir(open)
  await chmod(open, 0o2777)
  const before = process.umask(0o027)
  try {
    await mountSubPath(open, 'one/two', join(root, 'f'))
  } finally {
    process.umask(before)
  }
  const modes = await Promise.all(['one', 'one/two'].map(async (path) => (await stat(join(open, path))).mode & 0o7777))
  assert.deepEqual(modes, [0o2777, 0o2777])
})

for (const path of ['escape', 'escape/outside', 'escape-file', 'escape/made'])
  test(`subPath ${path} leads out and is refused`, { skip }, async () => {
    await assert.rejects(mountSubPath(volume, path, join(root, 'e')), MountError)
    await assert.rejects(stat(join(root, 'made')), { code: 'ENOENT' })
  })

test('a file of a volume is read where it is, never through a link', async () => {
  assert.equal(await readBelow(volume, 'dir/file', 100), 'inside')
  assert.equal(await readBelow(volume, 'dir/none', 100), undefined)
  assert.equal(await readBelow(volume, 'dir/file/none', 100), undefined)
  for (const path of ['dir', 'link/file', 'escape-file', 'escape/outside', '../outside'])
    await assert.rejects(readBelow(volume, path, 100), MountError, path)
  await assert.rejects(readBelow(volume, 'dir/file', 3), /larger than 3 bytes/)
})
