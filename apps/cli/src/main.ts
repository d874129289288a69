import type { AppRow } from '@sampan/resources/sampan/rows'
import { apiAt, Refused } from './api.ts'
import { parsed, Usage } from './command.ts'
import { commands } from './commands.ts'
import { contextFrom } from './context.ts'
import { nearest } from './nearest.ts'
import { table } from './table.ts'

async function main([name = 'help', ...args]: string[]): Promise<number> {
  if (['help', '--help', '-h'].includes(name)) {
    process.stdout.write(usage())
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const near = nearest(name, Object.keys(commands))
    throw new Usage(`There is no command "${name}".${near ? ` Did you mean "${near}"?` : ''} See: sampan help`)
  }
  if (command.passesThrough && args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(usageOf(name, command))
    return 0
  }
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
  api: async () => apiAt(contextFrom(flags, process.env), signal),
})

function usageOf(name: string, { summary, usage: after = '', details, passesThrough }: (typeof commands)[string]) {
  const everywhere = passesThrough ? '' : ' Every command takes --json, --server URL and --token TOKEN.'
  const sentence = `${summary[0]!.toUpperCase()}${summary.slice(1)}.${everywhere}`
  return `sampan ${name} ${after}\n\n${sentence}\n${details ? `\n${details}\n` : ''}`
}

const usage = () =>
  `sampan: the container cloud in one command\n\n${table(
    ['COMMAND', ''],
    Object.entries(commands).map(([name, { summary }]) => [name, summary]),
  )}\nsampan COMMAND --help tells the rest.\n`

const interrupted = new AbortController()
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  // Ctrl-C ends the watching, not what is watched. 130 is what shells say for it.
  if (interrupted.signal.aborted) {
    process.stderr.write('sampan: interrupted; what was begun on the platform goes on.\n')
    process.exitCode = 130
  } else if (error instanceof Usage || error instanceof Refused) {
    const message = `${error.message}${await nearApp(error)}`
    const isJson = process.argv.includes('--json')
    if (isJson) process.stdout.write(`${JSON.stringify({ error: message })}\n`)
    process.stderr.write(`sampan: ${message}\n`)
    process.exitCode = error instanceof Usage ? 2 : 1
  } else throw error
}

/** The app that was meant, of those the caller may see, when one of that name is not there. */
async function nearApp(error: Error): Promise<string> {
  const [, app, project] = /^There is no app "([^"]+)" in project "([^"]+)"/.exec(error.message) ?? []
  if (!app || !(error instanceof Refused)) return ''
  const rows = await apiAt(
    contextFrom(parsed(commands[process.argv[2] ?? '']!, process.argv.slice(3)).flags, process.env),
  ).get<AppRow[]>('/api/apps')
  const names = [...new Set(rows.map((row) => `${row.project}/${row.name}`))]
  const sameName = names.filter((name) => name.endsWith(`/${app}`))
  const near = sameName.length === 1 ? sameName[0] : nearest(`${project}/${app}`, names)
  return near ? ` Did you mean ${near}?` : ''
}
