import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { storeConformance } from './conformance.ts'
import { sealKey } from './seal.ts'
import { sqliteStore } from './sqlite.ts'

const folder = () => mkdtemp(join(tmpdir(), 'sampan-store-'))
const bytes = (text: string) => () => new TextEncoder().encode(text)

storeConformance('SQLite store', async (options) => {
  const at = await folder()
  const store = await sqliteStore({ path: join(at, 'state.db'), ...options })
  return {
    store,
    async end() {
      await store.close()
      await rm(at, { recursive: true })
    },
  }
})

describe('SQLite store on disk', () => {
  test('has everything after a restart, and goes on counting', async () => {
    const at = await folder()
    const path = join(at, 'state.db')
    const first = await sqliteStore({ path })
    await first.put('/a/1', bytes('one'), 0)
    await first.put('/a/2', bytes('two'), 0)
    await first.delete('/a/2', 2)
    await first.close()
    const second = await sqliteStore({ path })
    assert.deepEqual(
      second.list('/a/').entries.map(({ key, created, modified }) => [key, created, modified]),
      [['/a/1', 1, 1]],
    )
    assert.equal(second.revision, 3, 'the revision of the deletion is not given out again')
    assert.equal((await second.put('/a/3', bytes('three'), 0)).modified, 4)
    await second.close()
    await rm(at, { recursive: true })
  })

  test('keeps secrets encrypted, and readable only with their key', async () => {
    const at = await folder()
    const path = join(at, 'state.db')
    const key = sealKey(join(at, 'key'))
    assert.deepEqual(sealKey(join(at, 'key')), key)
    const sealed = { prefixes: ['/secrets/'], key }
    const first = await sqliteStore({ path, sealed })
    await first.put('/secrets/1', bytes('{"password":"correct horse"}'), 0)
    await first.put('/plain/1', bytes('{"note":"battery staple"}'), 0)
    await first.close()
    const onDisk = (await readFile(path)).toString('latin1')
    assert.ok(!onDisk.includes('correct horse'))
    assert.ok(onDisk.includes('battery staple'))
    await assert.rejects(sqliteStore({ path }), /cannot open the store/)
    await assert.rejects(sqliteStore({ path, sealed: { ...sealed, key: new Uint8Array(32) } }), /cannot open the store/)
    const second = await sqliteStore({ path, sealed })
    assert.equal(Buffer.from(second.get('/secrets/1')!.value).toString(), '{"password":"correct horse"}')
    await second.close()
    await rm(at, { recursive: true })
  })

  test('belongs to one process at a time', async () => {
    const at = await folder()
    const path = join(at, 'state.db')
    const first = await sqliteStore({ path })
    await first.put('/a/1', bytes('one'), 0)
    await assert.rejects(sqliteStore({ path }), /cannot open the store/)
    await first.close()
    await rm(at, { recursive: true })
  })

  test('after kill -9 holds every write that was acknowledged, and only whole values', async () => {
    const at = await folder()
    const path = join(at, 'state.db')
    let expected = 0
    for (let round = 0; round < 3; round++) {
      expected = Math.max(expected, await killedWhileWriting(path, expected))
      const store = await sqliteStore({ path })
      const { entries } = store.list('/w/')
      const present = new Set(entries.map(({ key }) => key))
      for (let i = 0; i < expected; i++) assert.ok(present.has(`/w/${i}`), `write ${i} was acknowledged and is lost`)
      for (const { value } of entries) assert.equal(value.length, 500)
      assert.ok(store.revision >= expected)
      expected = entries.length
      await store.close()
    }
    await rm(at, { recursive: true })
  })
})

/** Writes `/w/<n>` from `from` on with 50 writers, kills the process in full flight, says what was acknowledged. */
async function killedWhileWriting(path: string, from: number): Promise<number> {
  const script = `
    const { sqliteStore } = await import(${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)})
    const store = await sqliteStore({ path: process.argv[1] })
    let next = Number(process.argv[2])
    const value = new Uint8Array(500)
    const writer = async () => {
      for (;;) {
        const key = '/w/' + next++
        await store.put(key, () => value, 0)
        process.stdout.write(key + '\\n')
      }
    }
    for (let i = 0; i < 50; i++) writer()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged = new Set<number>()
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.add(Number(line.slice(3)))
    if (acknowledged.size === 700) child.kill('SIGKILL')
  }
  assert.ok(acknowledged.size >= 700, `the process was killed while it wrote, after ${acknowledged.size} writes`)
  // Writers finish out of order only within one batch: count what is acknowledged without a gap.
  let whole = from
  while (acknowledged.has(whole)) whole++
  return whole
}
