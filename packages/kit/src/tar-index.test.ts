import assert from 'node:assert/strict'
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runOrThrow } from './run.ts'
import { tarIndex } from './tar-index.ts'

const long = `deep/${'x'.repeat(90)}/${'y'.repeat(90)}.txt`
for (const format of ['ustar', 'gnu', 'pax']) {
  test(`finds every file of a ${format} archive`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sampan-tar-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await mkdir(join(folder, long, '..'), { recursive: true })
    const files = { 'empty.txt': '', 'small.txt': 'small', 'block.txt': 'b'.repeat(512), [long]: 'long name' }
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
    const archive = join(folder, 'all.tar')
    const paths = Object.keys(files).map((path) => `./${path}`)
    await runOrThrow('tar', [`--format=${format}`, '-cf', archive, '-C', folder, ...paths])
    await using file = await open(archive)
    const found: Record<string, string> = {}
    for (const { path, offset, size } of await tarIndex(file)) {
      found[path] = (await file.read(Buffer.alloc(size), 0, size, offset)).buffer.toString()
    }
    assert.deepEqual(found, files)
  })
}
