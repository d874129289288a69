import { type ChildProcess, spawn } from 'node:child_process'
import type { RunResult } from './run.ts'

/** A program that is started before it is needed and waits for its input: starting takes longer than what it then does. */
export interface Standby {
  /** Gives `input` to the program that waits, and its end; another one starts to wait. Throws when it cannot start. */
  run(input: string, timeoutMs?: number): Promise<RunResult>
  /** Ends the one that waits; runs under way come to their end. */
  close(): void
}

interface Waiting {
  child: ChildProcess
  ended: Promise<RunResult>
  hasEnded: boolean
}

/** For programs that read all of their standard input before they do anything. The first one starts with the first run. */
export function standby(program: string, args: readonly string[]): Standby {
  let next: Waiting | undefined
  let isClosed = false

  function start(): Waiting {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.setEncoding('utf8').on('data', (chunk: string) => {
        output[name] += chunk
      })
    const ended = new Promise<RunResult>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        waiting.hasEnded = true
        resolve({ code: code ?? -1, ...(signal && { signal }), ...output })
      })
    })
    ended.catch(() => {
      waiting.hasEnded = true // told to whoever runs it; until then nobody asked
    })
    child.stdin!.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') child.kill() // a program that ends without reading says so by its exit code
    })
    const waiting: Waiting = { child, ended, hasEnded: false }
    return waiting
  }

  return {
    async run(input, timeoutMs = 60_000) {
      const one = next && !next.hasEnded ? next : start()
      next = undefined
      hold(one.child, true)
      const timer = setTimeout(() => one.child.kill('SIGKILL'), timeoutMs)
      one.child.stdin!.end(input)
      try {
        return await one.ended
      } finally {
        clearTimeout(timer)
        if (!isClosed && !next) {
          next = start()
          hold(next.child, false)
        }
      }
    },
    close() {
      isClosed = true
      next?.child.kill()
      next = undefined
    },
  }
}

/** Whether the process of ours stays up for this one. */
function hold(child: ChildProcess, isHeld: boolean) {
  for (const one of [child, child.stdin, child.stdout, child.stderr] as ({ ref?(): void; unref?(): void } | null)[])
    isHeld ? one?.ref?.() : one?.unref?.()
}
