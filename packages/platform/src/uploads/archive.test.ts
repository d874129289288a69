import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { runOrThrow } from '@sampan/kit/run'
import { repositoriesIn } from '../git/repositories.ts'
import { entriesOf } from './archive.ts'
import { commitFiles } from './commit.ts'

const folder = mkdtempSync(join(tmpdir(), 'sampan-uploads-'))
after(() => rmSync(folder, { recursive: true }))

interface Member {
  name: string
  text?: string
  mode?: number
  packed?: boolean
  flags?: number
}

/** A zip by hand, so that broken ones can be made too. */
function zip(members: Member[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, text = '', mode = 0o100644, packed = false, flags = 0 } of members) {
    const raw = Buffer.from(text)
    const body = packed ? deflateRawSync(raw) : raw
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50)
    head.writeUInt16LE(Buffer.byteLength(name), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(flags, 8)
    entry.writeUInt16LE(packed ? 8 : 0, 10)
    entry.writeUInt32LE(body.length, 20)
    entry.writeUInt32LE(raw.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    entry.writeUInt32LE((mode << 16) >>> 0, 38)
    entry.writeUInt32LE(offset, 42)
    local.push(head, Buffer.from(name), body)
    central.push(entry, Buffer.from(name))
    offset += 30 + Buffer.byteLength(name) + body.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, ...central, end])
}

async function tar(): Promise<Buffer> {
  const code = join(folder, 'code')
  const deep = join(code, 'a'.repeat(60), 'b'.repeat(60))
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(deep, 'ü.txt'), 'long')
  writeFileSync(join(code, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  symlinkSync('run.sh', join(code, 'link'))
  await runOrThrow('tar', ['-cf', join(folder, 'code.tar'), '-C', folder, 'code'])
  return readFile(join(folder, 'code.tar'))
}

const seen = (bytes: Buffer) =>
  entriesOf(bytes)
    .map(({ path, isExecutable, isLink, bytes }) => `${path}${isExecutable ? '*' : ''}${isLink ? '@' : ''} ${bytes}`)
    .toSorted()

test('a zip, packed or not, loses the folder around it and what systems leave in it', () => {
  const bytes = zip([
    { name: 'shop/' },
    { name: 'shop/index.html', text: '<h1>hi</h1>', packed: true },
    { name: 'shop/bin/run', text: 'x', mode: 0o100755 },
    { name: 'shop/.git/config', text: 'secret' },
    { name: '__MACOSX/shop/._index.html', text: 'junk' },
  ])
  assert.deepEqual(seen(bytes), ['bin/run* x', 'index.html <h1>hi</h1>'])
})

test('a tar keeps long names, links and what may be run, gzipped too', async () => {
  const bytes = await tar()
  const want = [`${'a'.repeat(60)}/${'b'.repeat(60)}/ü.txt long`, 'link@ run.sh', 'run.sh* #!/bin/sh\n']
  assert.deepEqual(seen(bytes), want)
  assert.deepEqual(seen(gzipSync(bytes)), want)
})

const refused: [string, Buffer, RegExp][] = [
  ['text', Buffer.from('hello, this is no archive at all'), /no zip, tar/],
  ['an empty zip', zip([]), /empty/],
  ['a path that leads outside', zip([{ name: '../etc/passwd', text: 'x' }]), /leads outside/],
  ['an absolute path', zip([{ name: '/etc/passwd', text: 'x' }]), /leads outside/],
  ['a password', zip([{ name: 'a', text: 'x', flags: 1 }]), /encrypted/],
  ['a zip cut off', zip([{ name: 'a', text: 'xxxxxxxx', packed: true }]).subarray(0, 30), /damaged/],
  ['a gzip of nothing', Buffer.from([0x1f, 0x8b, 0, 0]), /damaged/],
]
for (const [name, bytes, says] of refused) {
  test(`refused: ${name}`, () => assert.throws(() => entriesOf(bytes), says))
}

test('files become a commit on top of the branch, and nothing else stays', async () => {
  const settings = { hooks: folder, maxPushBytes: 1e6 }
  const repositories = repositoriesIn(join(folder, 'git'), settings)
  const app = { project: 'shop', app: 'web' }
  const author = { name: 'ann', message: 'Upload', now: new Date(0) }
  const first = await commitFiles(repositories, app, {
    branch: 'main',
    files: entriesOf(
      zip([
        { name: 'a"b\\c ü', text: '1' },
        { name: 'old', text: '2' },
      ]),
    ),
    author,
  })
  assert.deepEqual(await repositories.files(app, first), ['a"b/c ü', 'old'])
  const second = await commitFiles(repositories, app, {
    branch: 'main',
    files: entriesOf(zip([{ name: 'new', text: '3' }])),
    author,
  })
  assert.deepEqual(await repositories.files(app, second), ['new'])
  assert.equal(await repositories.isAncestor(app, first, second), true)
  assert.equal((await repositories.commit(app, second)).author, 'ann')
})
