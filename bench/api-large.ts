import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const port = 28_345
const objects = 100_000

interface Told {
  /** Megabytes. */
  rss: number
  heap: number
}

/** 100,000 ConfigMaps of 600 bytes: how long writing them takes, what they need, and how long a start with them does. */
export async function largeBench(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'sampan-large-'))
  let child: ChildProcess | undefined
  try {
    const first = await start(home)
    child = first.child
    const empty = await ask<Told>(child, 'memory')
    const seeded = await ask<{ seconds: number }>(child, `seed ${objects}`)
    const full = await ask<Told>(child, 'memory')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const again = await start(home)
    child = again.child
    const restarted = await ask<Told>(child, 'memory')
    const { size } = statSync(join(home, 'engine', 'state.db'))
    console.log(`\n${objects.toLocaleString('en')} objects in the API server alone`)
    console.log(
      `start, empty                ${first.ms.toFixed(0)} ms, ${empty.rss} MB resident, ${empty.heap} MB heap`,
    )
    console.log(`written, on disk            ${Math.round(objects / seeded.seconds).toLocaleString('en')} per s`)
    console.log(`with all of them            ${full.rss} MB resident, ${full.heap} MB heap`)
    console.log(
      `start with all of them      ${again.ms.toFixed(0)} ms, ${restarted.rss} MB resident, ${restarted.heap} MB heap`,
    )
    console.log(`database                    ${(size / 1e6).toFixed(0)} MB`)
  } finally {
    child?.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
}

async function start(home: string): Promise<{ child: ChildProcess; ms: number }> {
  const began = performance.now()
  const child = fork(join(import.meta.dirname, 'api-process.ts'), [home, String(port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  })
  await Promise.race([once(child, 'message'), failedAt(child)])
  return { child, ms: performance.now() - began }
}

async function ask<T>(child: ChildProcess, what: string): Promise<T> {
  child.send(what)
  const [answer] = await once(child, 'message')
  return answer as T
}

async function failedAt(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`the server ended before it was ready, with code ${code}`)
}
