import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { type Invocation, Usage } from './command.ts'

/** What nobody may read in the list of processes: asked for on the terminal, else standard input. Throws `Usage` when empty. */
export async function secretInput(what: string, { err }: Pick<Invocation, 'err'>): Promise<string> {
  const value = process.stdin.isTTY ? await asked(what, err) : (await textOf(process.stdin)).replace(/\r?\n$/, '')
  if (value === '') throw new Usage(`${what} is empty: give it on standard input.`)
  return value
}

async function asked(what: string, err: (text: string) => void): Promise<string> {
  err(`${what}: `)
  // What is typed is not shown.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    err('\n')
  }
}
