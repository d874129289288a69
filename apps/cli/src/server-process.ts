import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Command } from './command.ts'

const server = join(import.meta.dirname, '../../server/src/main.ts')

/** A command that is about this machine's own instance: the server program does it, with the same terminal. */
export function serverCommand(name: string, summary: string, usage: string): Command & { passesThrough: true } {
  return { summary, usage, passesThrough: true, run: ({ words }) => runServer(name, words) }
}

function runServer(name: string, args: readonly string[]): Promise<number> {
  // Ctrl-C reaches the server program too: it decides when all is put away.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [server, name, ...args], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
