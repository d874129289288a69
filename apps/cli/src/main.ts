import { apiAt, Refused } from './api.ts'
import { type Command, parsed, Usage } from './command.ts'
import { commands } from './commands.ts'
import { contextFrom } from './context.ts'
import { table } from './table.ts'

async function main([name = 'help', ...args]: string[]): Promise<number> {
  if (['help', '--help', '-h'].includes(name)) {
    process.stdout.write(usage())
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new Usage(`There is no command "${name}". See: sampan help`)
  const interrupted = new AbortController()
  if (command.passesThrough) return command.run(invocation({ words: args, flags: {} }, interrupted.signal))
  const typed = parsed(command, args)
  if (typed.flags.help) {
    process.stdout.write(usageOf(name, command))
    return 0
  }
  process.once('SIGINT', () => interrupted.abort())
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return command.run(invocation(typed, interrupted.signal))
}

const invocation = ({ words, flags }: ReturnType<typeof parsed>, signal: AbortSignal) => ({
  words,
  flags,
  json: flags.json === true,
  cwd: process.cwd(),
  env: process.env,
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  signal,
  api: async () => apiAt(contextFrom(flags, process.env)),
})

const usageOf = (name: string, { summary, usage: after = '' }: Command) =>
  `sampan ${name} ${after}\n\n${summary}. Every command takes --json, --server URL and --token TOKEN.\n`

const usage = () =>
  `sampan: the container cloud in one command\n\n${table(
    ['COMMAND', ''],
    Object.entries(commands).map(([name, { summary }]) => [name, summary]),
  )}\nsampan COMMAND --help tells the rest.\n`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Usage || error instanceof Refused)) throw error
  const isJson = process.argv.includes('--json')
  if (isJson) process.stdout.write(`${JSON.stringify({ error: error.message })}\n`)
  process.stderr.write(`sampan: ${error.message}\n`)
  process.exitCode = error instanceof Usage ? 2 : 1
}
