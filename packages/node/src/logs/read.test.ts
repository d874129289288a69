import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ReadOptions, readLog, tailOfLog } from './read.ts'

const folder = await mkdtemp(join(tmpdir(), 'log-'))
after(() => rm(folder, { recursive: true }))
const line = (text: string, second = 0) =>
  `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z stdout F ${text}\n`

async function read(path: string, options: Partial<ReadOptions> = {}): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readLog(path, { timestamps: false, ...options })) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const ten = join(folder, 'ten.log')
await writeFile(ten, Array.from({ length: 10 }, (_, index) => line(`n${index}`, index)).join(''))

const cases: { name: string; options?: Partial<ReadOptions>; want: string }[] = [
  { name: 'all', want: 'n0\nn1\nn2\nn3\nn4\nn5\nn6\nn7\nn8\nn9\n' },
  { name: 'the last two', options: { tailLines: 2 }, want: 'n8\nn9\n' },
  { name: 'none', options: { tailLines: 0 }, want: '' },
  { name: 'more than there are', options: { tailLines: 99 }, want: 'n0\nn1\nn2\nn3\nn4\nn5\nn6\nn7\nn8\nn9\n' },
  { name: 'since', options: { since: Date.parse('2026-01-01T00:00:08Z') }, want: 'n8\nn9\n' },
  { name: 'tail and since', options: { tailLines: 5, since: Date.parse('2026-01-01T00:00:09Z') }, want: 'n9\n' },
  { name: 'so many bytes', options: { limitBytes: 4 }, want: 'n0\nn' },
]
for (const { name, options, want } of cases)
  test(`log: ${name}`, async () => assert.equal(await read(ten, options), want))

test('log: a large file is read and cut from its end', async () => {
  const path = join(folder, 'large.log')
  await writeFile(path, Array.from({ length: 5000 }, (_, index) => line(`${index} ${'x'.repeat(60)}`)).join(''))
  assert.equal((await read(path)).split('\n').length, 5001)
  assert.match(await read(path, { tailLines: 3 }), /^4997 x+\n4998 x+\n4999 x+\n$/)
})

test('log: a missing file is empty, an unfinished line is shown', async () => {
  assert.equal(await read(join(folder, 'none.log')), '')
  const path = join(folder, 'cut.log')
  await writeFile(path, `${line('a')}${line('b').slice(0, -1)}`)
  assert.equal(await read(path), 'a\nb\n')
})

test('log: following sees what is written, across a rotation, until the end', async () => {
  const path = join(folder, 'follow.log')
  const ended = Promise.withResolvers<void>()
  const seen: string[] = []
  const reading = (async () => {
    for await (const chunk of readLog(path, { timestamps: false, follow: { ended: ended.promise } }))
      seen.push(Buffer.from(chunk).toString())
  })()
  const until = async (text: string) => {
    while (!seen.join('').includes(text)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await writeFile(path, line('a'))
  await until('a\n')
  await appendFile(path, line('b'))
  await until('b\n')
  await rename(path, `${path}.1`)
  await writeFile(path, line('c'))
  await until('c\n')
  await appendFile(path, line('last'))
  ended.resolve()
  await reading
  assert.equal(seen.join(''), 'a\nb\nc\nlast\n')
})

test('log: following for long leaves no listeners behind', async () => {
  const path = join(folder, 'long.log')
  await writeFile(path, '')
  const warnings: string[] = []
  const warned = ({ name }: Error) => warnings.push(name)
  process.on('warning', warned)
  const stop = new AbortController()
  const ended = Promise.withResolvers<void>().promise
  const following = readLog(path, { timestamps: false, follow: { ended }, signal: stop.signal })[Symbol.asyncIterator]()
  for (let i = 0; i < 15; i++) {
    const next = following.next()
    await appendFile(path, line(`${i}`))
    assert.equal(Buffer.from((await next).value as Uint8Array).toString(), `${i}\n`)
  }
  stop.abort()
  assert.equal((await following.next()).done, true)
  process.off('warning', warned)
  assert.deepEqual(warnings, [])
})

test('log: following ends when nobody listens any more', async () => {
  const aborter = new AbortController()
  const reading = read(ten, { follow: { ended: new Promise(() => undefined) }, signal: aborter.signal })
  setTimeout(() => aborter.abort(), 20)
  await reading
})

test('log: the end of a log as text', async () => {
  assert.equal(await tailOfLog(ten, { bytes: 100, lines: 2 }), 'n8\nn9\n')
  assert.equal(await tailOfLog(ten, { bytes: 3, lines: 80 }), 'n9\n')
})
