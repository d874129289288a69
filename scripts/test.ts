import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/**
 * The whole of `npm test`: static checks, then unit tests side by side, then the tests that own the machine (real
 * containerd, nftables, browsers) one after another. `--static` stops after the checks; a word keeps only test files
 * whose path has it. `--all-kubectls`: the suites of kubectl commands run with every one the machine has. The longest
 * suites run when they are named, or all with `--long`: without them the whole stays below 20 minutes on two processors.
 */
const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

/** Tests that need the machine to themselves live in these places or carry the suffix `.machine.test.ts`. */
const ownsMachine = (file: string) => file.startsWith('test/') || file.endsWith('.machine.test.ts')

/** Suites of minutes, each on an instance of its own. */
const long = ['test/e2e/classic-pod.test.ts', 'test/e2e/pipelines.test.ts']

async function main(args: string[]): Promise<number> {
  const only = args.filter((arg) => !arg.startsWith('--'))
  if (only.length === 0) {
    const checks = await Promise.all([
      command('types', bin('tsc'), ['-p', root]),
      command('types (console)', bin('tsc'), ['-p', join(root, 'apps/web')]),
      command('style', bin('biome'), ['check', '--reporter=summary', root]),
      command('imports', process.execPath, [join(root, 'scripts/check-imports.ts')]),
    ])
    if (checks.some((code) => code !== 0)) return 1
    if (args.includes('--static')) return 0
  }
  const takesLong = args.includes('--long')
  if (only.length === 0 && !takesLong) console.log(`── left out, run them with npm test -- --long: ${long.join(' ')}`)
  const files = globSync(
    ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts', 'test/**/*.test.ts'],
    {
      cwd: root,
      exclude: (name) => name.includes('node_modules'),
    },
  )
    .filter((file) =>
      only.length === 0 ? takesLong || !long.includes(file) : only.some((word) => file.includes(word)),
    )
    .sort()
  if (files.length === 0) {
    console.error(`no test file has "${only.join('" or "')}" in its path`)
    return 1
  }
  const together = files.filter((file) => !ownsMachine(file))
  const alone = files.filter(ownsMachine)
  const first = together.length === 0 ? 0 : await tests('unit', together, Math.max(2, cpus().length))
  const second = alone.length === 0 ? 0 : await tests('machine', alone, 1)
  return first || second
}

const tests = (name: string, files: string[], concurrency: number) =>
  command(`tests (${name}: ${files.length} files)`, process.execPath, [
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    '--test-timeout=600000',
    ...files,
  ])

function command(name: string, program: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    console.log(`── ${name}`)
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        NODE_NO_WARNINGS: '1',
        ...(process.argv.includes('--all-kubectls') && { ALL_KUBECTLS: '1' }),
      },
    })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

process.exit(await main(process.argv.slice(2)))
