import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import type { Log } from '@sampan/kit/log'

export interface Program {
  name: string
  command: string
  args: readonly string[]
  /** Output goes here, appended. */
  logFile: string
  env?: Record<string, string>
  /** Told the process id at every start. */
  onStart?: (pid: number) => void
}

/** A child that says `{ready: true}` over its IPC channel when it serves. */
export interface Kept {
  readonly pid: number | undefined
  readonly restarts: number
  /** Resolves at the first readiness; rejects when the program ended `giveUpAfter` times before it was ever ready. */
  ready: Promise<void>
  /** Ends it: SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

const firstDelayMs = 50
const longestDelayMs = 5_000
/** A program that ran this long was fine: its next end is restarted at once again. */
const fineAfterMs = 10_000
const giveUpAfter = 4

/** Starts a program and starts it again whenever it ends, at once at first and ever more slowly while it keeps failing. */
export function keepAlive(program: Program, log: Log): Kept {
  const output = openSync(program.logFile, 'a', 0o600)
  const firstReady = Promise.withResolvers<void>()
  firstReady.promise.catch(() => undefined) // whoever waits sees it; nobody has to
  let child: ChildProcess | undefined
  let restarts = 0
  let everReady = false
  let stopping = false
  let delay = firstDelayMs
  let timer: NodeJS.Timeout | undefined

  function start() {
    const began = Date.now()
    child = spawn(program.command, program.args, {
      stdio: ['ignore', output, output, 'ipc'],
      env: { ...process.env, ...program.env },
    })
    if (child.pid !== undefined) program.onStart?.(child.pid)
    child.on('message', (message) => {
      if ((message as { ready?: boolean }).ready !== true) return
      everReady = true
      firstReady.resolve()
    })
    child.on('error', (error) => log.error(`${program.name} could not be started`, { error }))
    child.on('close', (code, signal) => {
      child = undefined
      if (stopping) return
      if (!everReady && restarts + 1 >= giveUpAfter) {
        stopping = true
        firstReady.reject(
          new Error(
            `${program.name} ended ${giveUpAfter} times before it was ready (${signal ?? `exit ${code}`}); its output is in ${program.logFile}`,
          ),
        )
        return
      }
      if (Date.now() - began > fineAfterMs) delay = firstDelayMs
      log.warn(`${program.name} ended, starting it again`, { code, signal, afterMs: delay })
      restarts++
      timer = setTimeout(start, delay)
      delay = Math.min(delay * 2, longestDelayMs)
    })
  }

  start()
  return {
    get pid() {
      return child?.pid
    },
    get restarts() {
      return restarts
    },
    ready: firstReady.promise,
    async stop(graceMs = 10_000) {
      stopping = true
      clearTimeout(timer)
      const running = child
      if (!running || running.exitCode !== null) return
      const ended = new Promise<void>((resolve) => running.once('close', () => resolve()))
      running.kill('SIGTERM')
      const force = setTimeout(() => running.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(force)
    },
  }
}
