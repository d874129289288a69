import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Client, LogOptions } from '@sampan/client/client'
import { memoryClient } from '@sampan/client/memory-client'
import { silent } from '@sampan/kit/log'
import { notFound } from '@sampan/resources/errors'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { createCollector } from './collect.ts'
import { containerLines, nanoseconds } from './container-lines.ts'
import { fileLogStore } from './file-store.ts'
import { masked } from './mask.ts'
import { pipelineLogReader, stepLog } from './pipeline-log.ts'

async function folderFor(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-logs-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const line = (second: number, text: string) => ({
  time: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`,
  text,
})

test('a log gives back what was written, from anywhere, in whole lines', async (t) => {
  const store = fileLogStore({ folder: await folderFor(t) })
  const name = ['builds', 'demo', 'web-1', 'build']
  assert.deepEqual(await store.read(name, 0), { lines: [], next: 0 })
  await store.append(name, [line(1, 'one'), line(2, 'two\nlines')])
  const first = await store.read(name, 0)
  assert.deepEqual(first.lines, [line(1, 'one'), line(2, 'two lines')])
  await store.append(name, [line(3, '')])
  assert.deepEqual((await store.read(name, first.next)).lines, [line(3, '')])
  assert.deepEqual(await store.state(name), { lines: 3, last: line(3, '').time, isFull: false })
  await store.remove(['builds', 'demo', 'web-1'])
  assert.deepEqual(await store.state(name), { lines: 0, last: undefined, isFull: false })
})

test('a log that is full says so in its last line, and takes no more', async (t) => {
  const folder = await folderFor(t)
  const store = fileLogStore({ folder, limit: 4096 })
  for (let i = 0; i < 10; i++) assert.equal(await store.append(['a'], [line(i, 'x'.repeat(600))]), i < 6)
  const { lines } = await store.read(['a'], 0)
  assert.match(lines.at(-1)?.text ?? '', /cut here: it reached 4 KiB/)
  assert.ok((await readFile(join(folder, 'a.log'))).length < 5000)
  for (let i = 0; i < 2; i++) await store.lastWords(['a'], [line(8, 'why it failed')])
  const all = (await store.read(['a'], 0)).lines
  assert.equal(all.at(-1)?.text, 'why it failed')
  assert.equal(all.length, lines.length + 1, 'last words come once')
  await store.append(['b'], [line(1, 'short')])
  await store.lastWords(['b'], [line(2, 'never')])
  assert.equal((await store.read(['b'], 0)).lines.length, 1)
})

test('bytes that are no text hurt nobody', async (t) => {
  const store = fileLogStore({ folder: await folderFor(t) })
  await store.append(['a'], [line(1, 'a\u0000b\u001b[31mred\u0007\nc'), line(2, 'x'.repeat(100_000))])
  const { lines } = await store.read(['a'], 0)
  assert.equal(lines[0]?.text, 'a b\u001b[31mred  c')
  assert.equal(lines[1]?.text.length, 16 * 1024)
  async function* endless() {
    yield Buffer.from('2026-01-01T00:00:01Z ')
    for (let i = 0; i < 200; i++) yield Buffer.alloc(10_000, 0xff)
    yield Buffer.from('\n2026-01-01T00:00:02Z after\n')
  }
  const read = (await Array.fromAsync(containerLines(endless()))).flat()
  assert.ok(read[0]!.text.length < 100_000)
  assert.equal(read[1]?.text, 'after')
})

test('a name cannot leave the folder', async (t) => {
  const store = fileLogStore({ folder: await folderFor(t) })
  await assert.rejects(store.append(['..', 'x'], [line(1, 'x')]), /no name of a log/)
})

test('whoever waits for more is woken', async (t) => {
  const store = fileLogStore({ folder: await folderFor(t) })
  const woken = store.grown(['a'], AbortSignal.timeout(10_000))
  await store.append(['a'], [line(1, 'x')])
  await woken
})

const masks = [
  { text: 'token abcdef!', secrets: ['abcdef'], want: 'token ********!' },
  { text: 'abcdefgh', secrets: ['abcd', 'abcdefgh'], want: '********' },
  { text: 'a b c', secrets: ['a', ''], want: 'a b c' },
]
for (const { text, secrets, want } of masks) {
  test(`masking ${secrets.join()} in ${text}`, () => assert.equal(masked(text, secrets), want))
}

const times = [
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000000Z'],
  ['2026-01-01T00:00:00.12Z', '2026-01-01T00:00:00.120000000Z'],
  ['2026-01-01T02:00:00.123456789+02:00', '2026-01-01T00:00:00.123456789Z'],
] as const
for (const [given, want] of times) test(`time ${given}`, () => assert.equal(nanoseconds(given), want))

test('chunks become lines, whatever they are cut at', async () => {
  const bytes = Buffer.from('2026-01-01T00:00:01Z grüße\n2026-01-01T00:00:02Z 10%\r20%\r\n2026-01-01T00:00:03Z end')
  for (const size of [1, 7, 1000]) {
    async function* chunks() {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
    }
    const lines = (await Array.fromAsync(containerLines(chunks()))).flat()
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['grüße', '20%', 'end'],
    )
  }
})

/** A client whose container has said these lines so far. */
function saying(lines: { time: string; text: string }[], calls: LogOptions[]): Client {
  return {
    ...memoryClient(),
    async *logs(_pod, options = {}) {
      calls.push(options)
      const since = options.sinceTime ?? ''
      const text = lines
        .filter(({ time }) => time >= since.slice(0, 19))
        .map(({ time, text: one }) => `${time} ${one}\n`)
      yield Buffer.from(text.join(''))
    },
  }
}

test('a log is copied once, though it is asked for twice, and without its secrets', async (t) => {
  const store = fileLogStore({ folder: await folderFor(t) })
  const source = { namespace: 'builds', pod: 'p', container: 'build' }
  const said = [line(1, 'hello'), line(2, 'the password is hunter2')]
  const calls: LogOptions[] = []
  const collector = createCollector({ client: saying(said, calls), store, log: silent })
  collector.follow(source, ['a'], ['hunter2'])
  collector.follow(source, ['a'], ['hunter2'])
  await collector.drain(source, ['a'], ['hunter2'])
  said.push(line(3, 'later'))
  await collector.drain(source, ['a'], ['hunter2'])
  await collector.close()
  assert.deepEqual((await store.read(['a'], 0)).lines, [
    line(1, 'hello'),
    line(2, 'the password is ********'),
    line(3, 'later'),
  ])
  assert.equal(calls.at(-1)?.sinceTime, '2026-01-01T00:00:02Z')
})

test('a container that is gone ends the copying without a failure', async (t) => {
  const client: Client = {
    ...memoryClient(),
    // biome-ignore lint/correctness/useYield: it fails before it has anything to give
    async *logs() {
      throw notFound({ plural: 'pods', group: '' }, 'p')
    },
  }
  const collector = createCollector({ client, store: fileLogStore({ folder: await folderFor(t) }), log: silent })
  await collector.drain({ namespace: 'builds', pod: 'p', container: 'build' }, ['a'], [])
})

test('following a pipeline gives every line of every step and ends with it', async (t) => {
  const store = fileLogStore({ folder: await folderFor(t) })
  const client = memoryClient()
  const step = (name: string, state: 'pending' | 'running' | 'success') => ({ name, state })
  const stages = (...steps: ReturnType<typeof step>[]) => [{ name: 'image', state: 'running' as const, steps }]
  let one = client.seed(pipeline, {
    metadata: { name: 'web-1', namespace: 'demo' },
    spec: { app: 'web', number: 1, event: 'push', commit: { sha: 'x', ref: 'y' } },
    status: { state: 'running', stages: stages(step('clone', 'running'), step('build', 'pending')) },
  })
  const become = async (status: Pipeline['status']) => {
    one = await client.updateStatus(pipeline, {
      ...one,
      metadata: { ...one.metadata, resourceVersion: undefined },
      status,
    })
  }
  const read = pipelineLogReader({ client, store })
  const seen: string[] = []
  const reading = (async () => {
    for await (const { step: name, text } of read(one, { follow: true })) {
      seen.push(`${name}: ${text}`)
      if (text === 'fetched') {
        await store.append(stepLog(one, 'image/build'), [line(2, 'built')])
        await become({ state: 'running', stages: stages(step('clone', 'success'), step('build', 'running')) })
      }
      if (text === 'built')
        await become({ state: 'success', stages: stages(step('clone', 'success'), step('build', 'success')) })
    }
  })()
  await store.append(stepLog(one, 'image/clone'), [line(1, 'fetched')])
  await reading
  assert.deepEqual(seen, ['image/clone: fetched', 'image/build: built'])
  assert.deepEqual(
    (await Array.fromAsync(read(one, { step: 'build' }))).map(({ text }) => text),
    ['built'],
  )
})
