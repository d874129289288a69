import { randomBytes } from 'node:crypto'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'

/**
 * Keeps every running nginx holding the same data: pushes what changed through its control socket, and writes the whole
 * down for one that starts later. Several run at the same time only while one takes over from another.
 */
export interface Feed {
  /** What nginx should hold from now on. Returns once every running nginx has it, or will be tried again. */
  set(entries: ReadonlyMap<string, string>): Promise<void>
  /** Whether an nginx runs and holds what was set last. */
  readonly isCurrent: boolean
  /** Called with `true` when the first nginx holds the current data, `false` when none does. */
  close(): Promise<void>
}

export interface FeedOptions {
  folder: string
  clock: Clock
  log: Log
}

const lookMs = 1000
const writeMs = 200

export function feed({ folder, clock, log }: FeedOptions): Feed {
  const boot = randomBytes(6).toString('hex')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  /** Per control socket: what it is known to hold. */
  const held = new Map<string, { version: string; entries: ReadonlyMap<string, string> }>()
  let wanted: { version: string; entries: ReadonlyMap<string, string> } | undefined
  let count = 0
  let written = ''
  let isClosed = false
  let pushing: Promise<void> = Promise.resolve()
  let stopLooking = clock.after(lookMs, look)
  let stopWriting: (() => void) | undefined
  let writing: Promise<void> = Promise.resolve()

  function look() {
    pushing = pushing.then(push)
    void pushing.then(() => {
      if (!isClosed) stopLooking = clock.after(lookMs, look)
    })
  }

  async function push(): Promise<void> {
    if (!wanted || isClosed) return
    const sockets = await socketsIn(join(folder, 'control'))
    for (const name of held.keys()) if (!sockets.includes(name)) held.delete(name)
    await Promise.all(sockets.map((name) => pushTo(name, wanted!)))
  }

  async function pushTo(name: string, next: NonNullable<typeof wanted>): Promise<void> {
    const path = join(folder, 'control', name)
    try {
      let before = held.get(name)
      if (before?.version === next.version) return
      if (!before) {
        // It may have read the file: then it needs nothing.
        const { body } = await ask(agent, path, 'GET')
        if (body === next.version) {
          held.set(name, next)
          return
        }
      }
      for (;;) {
        const { status, body } = await ask(agent, path, 'PUT', JSON.stringify(change(before, next)))
        if (status === 200) {
          held.set(name, next)
          return
        }
        held.delete(name)
        if (!before) throw new Error(`nginx refused its data: ${status} ${body}`)
        before = undefined
      }
    } catch (error) {
      held.delete(name)
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ECONNREFUSED')
        await rm(path, { force: true }) // nobody listens: left by one that was killed
      else if (code !== 'ENOENT') log.warn('ingress data could not be sent, trying again', { error })
    }
  }

  async function write(): Promise<void> {
    stopWriting = undefined
    if (!wanted || written === wanted.version) return
    const { version, entries } = wanted
    const text = JSON.stringify({ version, set: Object.fromEntries(entries) })
    const file = join(folder, 'state.json')
    await writeFile(`${file}.new`, text, { mode: 0o600 })
    await rename(`${file}.new`, file)
    written = version
  }

  const writeSoon = () => {
    stopWriting ??= clock.after(writeMs, () => {
      writing = writing.then(write).catch((error) => log.error('ingress data could not be written', { error }))
    })
  }

  return {
    async set(entries) {
      wanted = { version: `${boot}-${++count}`, entries }
      writeSoon()
      pushing = pushing.then(push)
      await pushing
    },
    get isCurrent() {
      return wanted !== undefined && [...held.values()].some(({ version }) => version === wanted!.version)
    },
    async close() {
      isClosed = true
      stopLooking()
      const hasToWrite = stopWriting !== undefined
      stopWriting?.()
      await pushing
      await writing
      if (hasToWrite) await write()
      agent.destroy()
    },
  }
}

interface Change {
  version: string
  base?: string
  set: Record<string, string>
  delete?: string[]
}

function change(
  before: { version: string; entries: ReadonlyMap<string, string> } | undefined,
  next: { version: string; entries: ReadonlyMap<string, string> },
): Change {
  if (!before) return { version: next.version, set: Object.fromEntries(next.entries) }
  const set: Record<string, string> = {}
  for (const [key, text] of next.entries) if (before.entries.get(key) !== text) set[key] = text
  const gone = [...before.entries.keys()].filter((key) => !next.entries.has(key))
  return { version: next.version, base: before.version, set, ...(gone.length > 0 && { delete: gone }) }
}

async function socketsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.sock'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function ask(
  agent: Agent,
  socketPath: string,
  method: 'GET' | 'PUT',
  text?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }
    const asked = request({ agent, socketPath, method, path: '/state', headers, timeout: 5000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.trim() }))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error('nginx does not answer on its control socket')))
    asked.on('error', reject)
    asked.end(text)
  })
}
