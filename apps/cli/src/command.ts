import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Api } from './api.ts'
import { nearest } from './nearest.ts'

export type Flags = NonNullable<ParseArgsConfig['options']>

/** What a person typed, with everything a command needs to answer. */
export interface Invocation {
  /** Words after the command that are no flags. */
  words: string[]
  flags: Record<string, string | boolean | undefined>
  json: boolean
  cwd: string
  env: NodeJS.ProcessEnv
  out: (text: string) => void
  err: (text: string) => void
  signal: AbortSignal
  /** Connects on first use; throws `Usage` when nobody is signed in. */
  api(): Promise<Api>
}

/** One word people type. `--json`, `--server`, `--token` and `--help` are everywhere and not repeated here. */
export interface Command {
  /** One line for the list of commands. */
  summary: string
  /** What comes after the command's name, as `[APP] [-f]`. */
  usage?: string
  flags?: Flags
  /** What else `--help` says, in whole lines. */
  details?: string
  /** Gives the exit code: 0 done, 1 it did not work out, 2 asked wrongly. */
  run(invocation: Invocation): Promise<number> | number
}

/** The person asked for something that cannot be; the message says how to ask. */
export class Usage extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Usage'
  }
}

const everywhere: Flags = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  server: { type: 'string' },
  token: { type: 'string' },
}

/** Splits the arguments of one command. Throws `Usage` for flags it does not have. */
export function parsed(command: Command, args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...everywhere, ...command.flags },
      allowPositionals: true,
    })
    return { words: positionals, flags: values as Invocation['flags'] }
  } catch (error) {
    const said = (error as Error).message.replace(/\. To specify a positional argument.*$/s, '')
    const unknown = /^Unknown option '--?([^']+)'/.exec(said)?.[1]
    const near = unknown && nearest(unknown, Object.keys({ ...everywhere, ...command.flags }))
    throw new Usage(`${said}.${near ? ` Did you mean --${near}?` : ''}`)
  }
}
