import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Another live process holds the lock. */
export class Locked extends Error {
  readonly pid: number
  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}`)
    this.name = 'Locked'
    this.pid = pid
  }
}

/**
 * Takes a lock that is a file with our process id in it; a lock whose process is gone is taken over. Throws `Locked` when
 * a live process has it. Gives the function that lets go.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true })
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(process.pid))
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const pid = await holderOf(path)
    if (pid !== undefined) throw new Locked(path, pid)
    await rm(path, { force: true })
  }
}

/** Like `takeLock`, but waits for the holder to let go. */
export async function waitForLock(path: string, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await takeLock(path)
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      await sleep(200, undefined, { signal })
    }
  }
}

/** The live process that holds the lock, if any. */
export async function holderOf(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(path, 'utf8').catch(absent))
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined
}

/** Whether a process with this id exists (a zombie counts as gone). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true
    return false
  }
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}
