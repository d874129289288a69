import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppName } from '../git/repositories.ts'
import type { Hook } from './hook-event.ts'

/** One delivery, as people look at it. */
export interface Delivery {
  id: string
  time: string
  host: Hook['host']
  event: string
  delivery?: string
  state: 'waiting' | 'done' | 'ignored' | 'duplicate' | 'failed'
  /** What became of it, in one sentence. */
  message?: string
  pipeline?: string
}

export interface Waiting extends AppName {
  id: string
  time: string
  hook: Hook
  attempts: number
}

/**
 * What hosts delivered, on disk before they are answered: a host tells a thing once. A folder per app with a file for each
 * delivery that waits, the marks of those that were taken, and a short history.
 */
export interface Inbox {
  /** Keeps a delivery; undefined when the same one was kept before. */
  keep(app: AppName, hook: Hook, bytes: Uint8Array, now: Date): Promise<Waiting | undefined>
  /** It failed and is tried again later. */
  again(one: Waiting): Promise<void>
  /** It is over. One that failed may be delivered again. */
  settle(one: Waiting, outcome: Pick<Delivery, 'state' | 'message' | 'pipeline'>): Promise<void>
  note(app: AppName, delivery: Delivery): Promise<void>
  /** All that wait, oldest first. */
  waiting(): Promise<Waiting[]>
  /** Newest first. */
  history(app: AppName): Promise<Delivery[]>
  remove(app: AppName): Promise<void>
}

/** A delivery is recognised for so long, in milliseconds. */
const rememberMs = 7 * 24 * 3600_000
const mostMarks = 2000
const mostHistory = 50

export function inboxIn(folder: string): Inbox {
  const placeOf = ({ project, app }: AppName) => join(folder, project, app)
  const markOf = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex').slice(0, 40)

  /** Makes the mark of something; false when it was there. */
  async function mark(place: string, name: string): Promise<boolean> {
    try {
      await (await open(join(place, 'seen', name), 'wx', 0o600)).close()
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }

  async function sweep(place: string, now: Date) {
    const names = await readdir(join(place, 'seen'))
    if (names.length < 50 || Math.random() > 0.05) return
    const marks = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(place, 'seen', name))).mtimeMs })),
    )
    const old = marks
      .toSorted((a, b) => b.at - a.at)
      .filter(({ at }, i) => i >= mostMarks || now.getTime() - at > rememberMs)
    for (const { name } of old) await rm(join(place, 'seen', name), { force: true })
  }

  const marksOf = (hook: Hook, bytes: Uint8Array) => [
    ...(hook.delivery ? [markOf(`${hook.host}\0${hook.delivery}`)] : []),
    markOf(bytes),
  ]

  async function note(app: AppName, delivery: Delivery) {
    const file = join(placeOf(app), 'history.json')
    const before = await readJson<Delivery[]>(file, [])
    await mkdir(placeOf(app), { recursive: true, mode: 0o700 })
    await writeWhole(file, [delivery, ...before.filter(({ id }) => id !== delivery.id)].slice(0, mostHistory))
  }

  return {
    async keep(app, hook, bytes, now) {
      const place = placeOf(app)
      await mkdir(join(place, 'seen'), { recursive: true, mode: 0o700 })
      await mkdir(join(place, 'waiting'), { recursive: true, mode: 0o700 })
      await sweep(place, now)
      const marks = marksOf(hook, bytes)
      const made = await Promise.all(marks.map((each) => mark(place, each)))
      if (made.includes(false)) return undefined
      const one: Waiting & { marks: string[] } = {
        ...app,
        id: `${now.getTime()}-${randomBytes(4).toString('hex')}`,
        time: now.toISOString(),
        hook,
        attempts: 0,
        marks,
      }
      await writeWhole(join(place, 'waiting', `${one.id}.json`), one)
      return one
    },
    async again(one) {
      one.attempts++
      await writeWhole(join(placeOf(one), 'waiting', `${one.id}.json`), one)
    },
    async settle(one, outcome) {
      const { hook, id, time } = one
      if (outcome.state === 'failed') {
        const { marks = [] } = one as Waiting & { marks?: string[] }
        for (const each of marks) await rm(join(placeOf(one), 'seen', each), { force: true })
      }
      await note(one, { id, time, host: hook.host, event: hook.event.kind, delivery: hook.delivery, ...outcome })
      await rm(join(placeOf(one), 'waiting', `${id}.json`), { force: true })
    },
    note,
    async waiting() {
      const found: Waiting[] = []
      for (const project of await list(folder)) {
        for (const app of await list(join(folder, project))) {
          const place = join(folder, project, app, 'waiting')
          for (const name of await list(place)) {
            const one = name.endsWith('.json')
              ? await readJson<Waiting | undefined>(join(place, name), undefined)
              : undefined
            if (one) found.push(one)
          }
        }
      }
      return found.toSorted((a, b) => a.id.localeCompare(b.id))
    },
    history: (app) => readJson<Delivery[]>(join(placeOf(app), 'history.json'), []),
    remove: (app) => rm(placeOf(app), { recursive: true, force: true }),
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

async function readJson<T>(file: string, otherwise: T): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}

/** Appears under its name only when it is whole. */
async function writeWhole(file: string, value: unknown) {
  const unfinished = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(unfinished, JSON.stringify(value), { mode: 0o600, flush: true })
  await rename(unfinished, file)
}
