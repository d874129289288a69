import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib'
import { run } from '@sampan/kit/run'
import { pretendSources } from '../pretend-sources.ts'
import { checkLink, pathOf } from './entry.ts'
import { tarEntries } from './tar-entries.ts'

const name = { project: 'demo', app: 'hello' }
const small = { packed: 1024 ** 2, total: 4 * 1024 ** 2, entries: 20 }

async function* chunks(bytes: Uint8Array, size = 1000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A tar header with its sum, and what follows. */
function tar(entries: { path: string; body?: string; type?: string; link?: string; mode?: number }[]): Buffer {
  const blocks = entries.map(({ path, body = '', type = '0', link = '', mode = 0o644 }) => {
    const header = Buffer.alloc(512)
    header.write(path, 0, 100)
    header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100)
    header.write(`${Buffer.byteLength(body).toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write(link, 157, 100)
    header.write('ustar\x0000', 257)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    const data = Buffer.from(body)
    return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)])
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A zip archive of one file. */
function zip(path: string, body: Buffer, { size = body.length, mode = 0o100644, sum = crc32(body) } = {}): Buffer {
  const packed = deflateRawSync(body)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(8, 8)
  local.writeUInt16LE(path.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(8, 10)
  central.writeUInt32LE(sum, 16)
  central.writeUInt32LE(packed.length, 20)
  central.writeUInt32LE(size, 24)
  central.writeUInt16LE(path.length, 28)
  central.writeUInt32LE((mode << 16) >>> 0, 38)
  const start = 30 + path.length + packed.length
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + path.length, 12)
  end.writeUInt32LE(start, 16)
  return Buffer.concat([local, Buffer.from(path), packed, central, Buffer.from(path), end])
}

test('archives of real programs become commits that run: tar, tar.gz, zip, with links and modes', async (t) => {
  const one = await pretendSources(t)
  const folder = await mkdtemp(join(tmpdir(), 'sampan-upload-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const long = `${'long-name-'.repeat(15)}.txt`
  await mkdir(join(folder, 'app', 'deep'), { recursive: true })
  await writeFile(join(folder, 'app', 'Dockerfile'), 'FROM debian')
  await writeFile(join(folder, 'app', 'deep', long), 'x'.repeat(3000))
  await writeFile(join(folder, 'app', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  await writeFile(join(folder, 'app', 'ümläut "q".txt'), 'ü')
  await symlink('deep', join(folder, 'app', 'link'))
  const want = ['Dockerfile', `deep/${long}`, 'link', 'run.sh', 'ümläut "q".txt'].toSorted()
  const makers: [string, string[]][] = [
    ['tar', ['--format=gnu', '-cf', '../a.tar', '.']],
    ['tar', ['--format=pax', '-czf', '../b.tgz', '-C', '..', 'app']],
    ['zip', ['-qry', '../c.zip', '.']],
  ]
  for (const [i, [program, args]] of makers.entries()) {
    const packed = await run(program, args, { cwd: join(folder, 'app') })
    assert.equal(packed.code, 0, packed.stderr)
    const bytes = await readFile(join(folder, ['a.tar', 'b.tgz', 'c.zip'][i]!))
    const made = await one.sources.uploads.take(await one.app(), {
      body: chunks(bytes),
      by: 'ann',
      message: `by ${program}`,
    })
    const { sha, ref, author } = made.spec.commit
    assert.deepEqual((await one.git.repositories.files(name, sha)).toSorted(), want, program)
    assert.deepEqual(
      [ref, author, made.spec.branch, made.spec.event],
      [`refs/sampan/uploads/${i + 1}`, 'ann', 'main', 'push'],
    )
    const tree = await run('git', ['--git-dir', one.git.repositories.pathOf(name), 'ls-tree', sha])
    assert.match(tree.stdout, /100755 blob \w+\trun\.sh/)
    assert.match(tree.stdout, /120000 blob \w+\tlink/)
    assert.equal(await one.git.repositories.resolve(name, 'refs/heads/main'), sha, 'the branch is the newest upload')
  }
})

test('a trial runs as asked, releases nothing and moves no branch', async (t) => {
  const one = await pretendSources(t)
  const body = gzipSync(tar([{ path: 'a.txt', body: 'a' }]))
  const made = await one.sources.uploads.take(await one.app(), {
    body: chunks(body),
    by: 'ann',
    trial: { event: 'tag', branch: 'topic' },
  })
  const { event, branch, deploy, commit } = made.spec
  assert.deepEqual([event, branch, deploy, commit.ref], ['tag', 'topic', false, 'refs/sampan/trials/1'])
  assert.equal(await one.git.repositories.resolve(name, 'refs/heads/main'), undefined)
})

/** Its last eight bytes are the sum of the content and its length. */
function withWrongSum(packed: Buffer): Buffer {
  packed[packed.length - 6]! ^= 1
  return packed
}

const entries = Array.from({ length: 60_000 }, (_, i) => ({ path: `f${i}` }))
const bad: [what: string, body: () => Buffer, want: RegExp][] = [
  ['nothing', () => Buffer.alloc(0), /Nothing was sent/],
  ['no archive', () => Buffer.from('hello '.repeat(200)), /no tar archive/],
  ['an empty archive', () => Buffer.alloc(1024), /holds no files/],
  ['a path out', () => tar([{ path: '../../etc/passwd', body: 'x' }]), /leads out of it/],
  ['an absolute path', () => tar([{ path: '/etc/passwd', body: 'x' }]), /leads out of it/],
  ['a link out', () => tar([{ path: 'a/b', type: '2', link: '../../x' }]), /leads out of the archive/],
  ['an absolute link', () => tar([{ path: 'a', type: '2', link: '/etc' }]), /leads out of the archive/],
  ['a hard link', () => tar([{ path: 'a', type: '1', link: 'b' }]), /hard link/],
  ['a cut archive', () => tar([{ path: 'a', body: 'x'.repeat(2000) }]).subarray(0, 1000), /ends in the middle/],
  ['a cut gzip', () => gzipSync(tar([{ path: 'a', body: 'some text '.repeat(5000) }])).subarray(0, 100), /cut off/],
  ['a gzip cut after its last file', () => gzipSync(tar([{ path: 'a', body: 'x' }])).subarray(0, -4), /cut off/],
  ['a gzip with a wrong sum', () => withWrongSum(gzipSync(tar([{ path: 'a', body: 'x' }]))), /damaged/],
  ['too many files', () => gzipSync(tar(entries)), /more than 50000 files/],
  ['a bomb of a zip', () => zip('a', Buffer.alloc(5_000_000), { size: 10 }), /larger than the archive says/],
  ['a zip that promises more', () => zip('a', Buffer.from('x'), { size: 10 }), /shorter than the archive says/],
  ['a zip of 3 GiB', () => zip('a', Buffer.from('x'), { size: 3 * 1024 ** 3 }), /more than 2048 MiB/],
  ['a zip with a wrong sum', () => zip('a', Buffer.from('x'), { sum: 1 }), /a is damaged/],
  ['a zip with a way out', () => zip('../a', Buffer.from('x')), /leads out of it/],
  ['a zip with a link out', () => zip('a', Buffer.from('../../x'), { mode: 0o120777 }), /leads out of the archive/],
  ['a cut zip', () => zip('a', Buffer.from('x')).subarray(0, 60), /no zip archive/],
]
test('what cannot be taken is refused with its reason, and nothing is left of it', async (t) => {
  const one = await pretendSources(t)
  const app = await one.app()
  for (const [what, body, want] of bad) {
    await assert.rejects(one.sources.uploads.take(app, { body: chunks(body(), 65_536), by: 'ann' }), (error: Error) => {
      assert.match(error.message, want, what)
      assert.ok('code' in error && Number(error.code) < 500, what)
      return true
    })
  }
  assert.deepEqual(await one.runs(), [])
  assert.equal((await one.git.repositories.refs(name, 'refs/')).size, 0)
})

test("a gzip that unpacks without end is stopped at the limit, git's folder is left out", async () => {
  const zeros = Buffer.alloc(5 * 1024 ** 2)
  const within = gzipSync(tar([{ path: 'zeros', body: zeros.toString() }]))
  const after = gzipSync(Buffer.concat([tar([{ path: 'a' }]), zeros]))
  for (const huge of [within, after]) {
    assert.ok(huge.length < 20_000)
    const read = async () => {
      for await (const { content } of tarEntries(chunks(gunzipSync(huge)), small)) for await (const _ of content);
    }
    await assert.rejects(read, /more than 4 MiB/)
  }
  const found: string[] = []
  const packed = tar([
    { path: './.git/config', body: 'x' },
    { path: './a/.GIT/hooks', body: 'x' },
    { path: './b//c', body: 'y' },
  ])
  for await (const { path, content } of tarEntries(chunks(packed), small)) {
    for await (const _ of content);
    found.push(path)
  }
  assert.deepEqual(found, ['b/c'])
})

test('paths and links are judged by where they lead', () => {
  assert.equal(pathOf('./a/./b'), 'a/b')
  assert.equal(pathOf('.'), undefined)
  assert.doesNotThrow(() => checkLink('a/b/c', '../../d'))
  assert.throws(() => checkLink('a/b/c', '../../../d'), /leads out/)
  assert.throws(() => checkLink('a', 'b/../../c'), /leads out/)
  assert.throws(() => pathOf('a/../../b'), /leads out/)
})
