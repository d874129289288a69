import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '@sampan/kit/lock-file'
import { pathsOf } from '../config.ts'

export type ProcessName = 'engine' | 'platform'

const pidFile = (home: string, name: ProcessName) => join(pathsOf(home).run, `${name}.pid`)

export const writePid = (home: string, name: ProcessName, pid: number) =>
  writeFileSync(pidFile(home, name), String(pid), { mode: 0o600 })

/** The live process of this instance by that name. A recycled process id is not mistaken for it. */
export function pidOf(home: string, name: ProcessName): number | undefined {
  const pid = Number(textOf(pidFile(home, name)))
  if (!(pid > 0) || !isAlive(pid)) return undefined
  const words = textOf(`/proc/${pid}/cmdline`).split('\0')
  return words.includes(name) && words.includes(home) ? pid : undefined
}

/** SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone or the last signal is sent. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  process.kill(pid, 'SIGTERM')
  for (const until = Date.now() + graceMs; Date.now() < until && isAlive(pid); ) await sleep(25)
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}

/** Ends it: SIGTERM, and SIGKILL after ten seconds. */
export async function stopProcess(home: string, name: ProcessName): Promise<void> {
  const pid = pidOf(home, name)
  if (pid !== undefined) await endProcess(pid, 10_000)
  await rm(pidFile(home, name), { force: true })
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]
  return kib === undefined ? undefined : Number(kib) * 1024
}

/** A pid file or a file of /proc; empty when it, or its process, is gone. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return ''
    throw error
  }
}
