import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silent } from '@sampan/kit/log'
import { keepAlive } from './keep-alive.ts'

const folder = mkdtempSync(join(tmpdir(), 'keep-'))
after(() => rmSync(folder, { recursive: true }))

function program(name: string, text: string) {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, text)
  return { name, command: process.execPath, args: [file], logFile: join(folder, `${name}.log`) }
}

const serving = `process.send({ ready: true }); setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0))`

test('a killed program is started again', async () => {
  const kept = keepAlive(program('serving', serving), silent)
  await kept.ready
  const first = kept.pid!
  process.kill(first, 'SIGKILL')
  while (kept.pid === undefined || kept.pid === first) await sleep(20)
  assert.equal(kept.restarts, 1)
  await kept.stop()
  assert.equal(kept.pid, undefined)
})

test('a program that never gets ready is given up with the place of its output', async () => {
  const kept = keepAlive(program('broken', `console.error('no database'); process.exit(1)`), silent)
  await assert.rejects(kept.ready, /broken ended 4 times.*exit 1.*broken\.log/)
  assert.match(readFileSync(join(folder, 'broken.log'), 'utf8'), /no database/)
})

test('a program that ignores SIGTERM is killed after the grace', async () => {
  const kept = keepAlive(
    program('stubborn', `process.on('SIGTERM', () => {}); process.send({ ready: true }); setInterval(() => {}, 1000)`),
    silent,
  )
  await kept.ready
  await kept.stop(100)
  assert.equal(kept.pid, undefined)
})
