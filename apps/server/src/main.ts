import { optionsFrom } from './options.ts'
import { UserError } from './supervisor/preflight.ts'

const usage = `usage: main.ts COMMAND [flags]

  start      set up, bring up, deploy the sample, keep running (--detach: return when ready; --no-sample)
  up         bring up and keep running (--detach)
  down       stop the control plane; pods go on (--pods: stop them too)
  status     what runs (--json)
  uninstall  take this instance off the machine (--yes)
  engine     the Kubernetes API and node of an instance (started by up)
  platform   console, API, git, pipelines of an instance (started by up)
`

const needRoot = new Set(['start', 'up', 'down', 'status', 'uninstall', 'engine', 'platform'])

/** Each command in a file of its own, loaded only when it runs: engine and platform stay small. */
async function main([command = '', ...args]: string[]): Promise<number> {
  const options = optionsFrom(args)
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }
  if (needRoot.has(command) && process.getuid?.() !== 0) {
    throw new UserError('Sampan needs root: it starts containers and sets up their network. Run it again with sudo.')
  }
  switch (command) {
    case 'start':
      return (await import('./commands/start.ts')).start(options)
    case 'up':
      return (await import('./commands/up.ts')).up(options)
    case 'down':
      return (await import('./commands/down.ts')).downCommand(options)
    case 'status':
      return (await import('./commands/status.ts')).status(options)
    case 'uninstall':
      return (await import('./commands/uninstall.ts')).uninstallCommand(options)
    case 'engine':
      return (await import('./engine.ts')).runEngine(options.home)
    case 'platform':
      return (await import('./platform.ts')).runPlatform(options.home)
    default:
      process.stderr.write(usage)
      return 2
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
  if (!process.argv[2] || !['engine', 'platform'].includes(process.argv[2])) process.exit()
} catch (error) {
  if (!(error instanceof UserError)) throw error
  for (const line of error.message.split('\n')) process.stderr.write(`sampan: ${line}\n`)
  process.exit(1)
}
