// Runs on the machine's own Node (20 or newer): brings in what a fresh checkout lacks, then hands over to the pinned Node.
// Plain JavaScript on purpose: everything after this file is TypeScript that only the pinned Node can run.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { installPackages, missingPackages } from './debian.mjs'

const root = join(import.meta.dirname, '..')
const node = join(root, 'node_modules', `node-linux-${arch() === 'arm64' ? 'arm64' : 'x64'}`, 'bin', 'node')
const server = join(root, 'apps/server/src/main.ts')

const commands = {
  start: (args) => run(server, ['start', ...args]),
  stop: (args) => run(server, ['down', ...args]),
  check: () => run(join(root, 'scripts/test.ts'), ['--static']),
  test: (args) => run(join(root, 'scripts/test.ts'), args),
  bench: (args) => run(join(root, 'bench/main.ts'), args),
  /** Every kubectl of the machine, not only the oldest and the newest as in `test`. */
  conformance: (args) => run(join(root, 'scripts/test.ts'), ['--all-kubectls', 'test/conformance', ...args]),
}

const [command = '', ...args] = process.argv.slice(2)
if (!commands[command]) fail(`usage: node scripts/bootstrap.mjs ${Object.keys(commands).join('|')}`)
if (process.platform !== 'linux') fail('Sampan runs on Linux; on other systems use a Linux machine or a virtual one.')
if (process.getuid() !== 0 && command !== 'check') {
  fail(
    `Sampan needs root: it starts containers and sets up their network. Run it again as root, for example: sudo npm ${command === 'start' ? 'start' : `run ${command}`}`,
  )
}

await Promise.all([
  npmPackages(['check', 'test', 'bench', 'conformance'].includes(command)),
  command === 'check' || command === 'stop' ? undefined : debianPackages(command),
])
process.exit(await commands[command](args))

/**
 * `npm ci` when package-lock.json is not what was last installed. Only checks and tests need the tools of development:
 * without them it is half as much.
 */
async function npmPackages(withTools) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules', '.sampan-lock')
  const installed = existsSync(node) && existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
  if (installed === `${lock} all` || (installed === `${lock} run` && !withTools)) return
  say('installing npm packages (first time, or package-lock.json changed)')
  const code = await spawned('npm', [
    'ci',
    ...(withTools ? [] : ['--omit=dev']),
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  if (code !== 0) {
    fail(
      'npm could not install the packages: see its message above, check the network and the npm registry setting, then run this again.',
    )
  }
  if (!existsSync(node)) {
    fail(
      `the pinned Node is missing at ${node}: npm left out optional packages; run "npm ci --include=optional" and try again.`,
    )
  }
  writeFileSync(stamp, `${lock} ${withTools ? 'all' : 'run'}`)
}

async function debianPackages(forCommand) {
  const missing = missingPackages(forCommand)
  if (missing.length === 0) return
  for (const { name, why } of missing) say(`installing Debian package ${name}: ${why}`)
  const problem = await installPackages(missing.map((one) => one.name))
  if (problem) fail(problem)
}

/** Runs a program of ours on the pinned Node and gives its exit code; Ctrl-C is the program's to handle. */
function run(program, args) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
  return new Promise((resolve) => {
    const child = spawn(node, [program, ...args], { stdio: 'inherit', cwd: process.cwd() })
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

function spawned(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

function say(text) {
  console.error(`sampan: ${text}`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
