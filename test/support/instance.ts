import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunOptions, type RunResult, run } from '@sampan/kit/run'

const root = join(import.meta.dirname, '../..')

/** A whole Sampan of its own: nothing of it touches another instance on the machine. */
export interface Instance {
  name: string
  home: string
  ports: { api: number; platform: number; registry: number; http: number; https: number }
  /** Runs `./sampan` for this instance. */
  sampan(args: string[], options?: RunOptions): Promise<RunResult>
  /** Like `sampan`, with `--json`; throws unless the exit code is 0. */
  json<T>(args: string[], options?: RunOptions): Promise<T>
  kubectl(args: string[], options?: RunOptions): Promise<RunResult>
  up(): Promise<void>
  uninstall(): Promise<void>
}

/** `slot` (0–9) keeps ports and address ranges of instances apart. */
export function instanceFor(name: string, slot: number): Instance {
  const home = join(tmpdir(), `sampan-${name}`)
  const base = 20_000 + slot * 100
  const ports = { api: base + 1, platform: base + 2, registry: base + 3, http: base + 4, https: base + 5 }
  const env = { SAMPAN_HOME: home, SAMPAN_INSTANCE: name }
  const flags = [
    ['--instance', name],
    ['--home', home],
    ['--subnet', String(20 + slot)],
    ['--api-port', String(ports.api)],
    ['--port', String(ports.platform)],
    ['--registry-port', String(ports.registry)],
    ['--http-port', String(ports.http)],
    ['--https-port', String(ports.https)],
  ].flat()
  const sampan = (args: string[], options: RunOptions = {}) =>
    run(join(root, 'sampan'), args, { ...options, env: { ...env, ...options.env } })
  return {
    name,
    home,
    ports,
    sampan,
    async json(args, options) {
      const result = await sampan([...args, '--json'], options)
      if (result.code !== 0)
        throw new Error(`sampan ${args.join(' ')}: exit ${result.code}: ${result.stderr}${result.stdout}`)
      return JSON.parse(result.stdout)
    },
    kubectl: (args, options = {}) =>
      run(kubectlProgram(), ['--kubeconfig', join(home, 'kubeconfig'), ...args], options),
    async up() {
      const done = await sampan(['up', '--detach', ...flags], { onOutput: (text) => process.stderr.write(text) })
      if (done.code !== 0) throw new Error(`sampan up: exit ${done.code}: ${done.stderr}`)
    },
    async uninstall() {
      const done = await sampan(['uninstall', '--yes', '--keep-images', '--home', home])
      if (done.code !== 0) throw new Error(`sampan uninstall: exit ${done.code}: ${done.stderr}`)
    },
  }
}

/** The newest kubectl of the machine that the suite knows; tests that need one skip where there is none. */
export function kubectlProgram(): string {
  const found = kubectls()[0]
  if (!found) throw new Error('no kubectl on this machine')
  return found.path
}

/** Every kubectl the machine has, newest first. */
export function kubectls(): { version: string; path: string }[] {
  const sdk = ['1.33', '1.32', '1.31', '1.30', '1.29', '1.28', '1.27'].map((version) => ({
    version,
    path: `/usr/lib/google-cloud-sdk/bin/kubectl.${version}`,
  }))
  return [...sdk, { version: 'system', path: '/usr/bin/kubectl' }].filter(({ path }) => existsSync(path))
}

/** A git repository in a temporary folder with these files committed. */
export async function repository(files: Record<string, string>): Promise<{
  folder: string
  commit(files: Record<string, string>, message: string): Promise<void>
  git(...args: string[]): Promise<RunResult>
  remove(): void
}> {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-repo-'))
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], {
      cwd: folder,
      env: { GIT_TERMINAL_PROMPT: '0' },
    })
  const { mkdir, writeFile } = await import('node:fs/promises')
  const commit = async (changed: Record<string, string>, message: string) => {
    for (const [path, text] of Object.entries(changed)) {
      await mkdir(join(folder, path, '..'), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '--message', message)
  }
  await git('init', '--quiet', '--initial-branch=main')
  await commit(files, 'first')
  return { folder, commit, git, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Constant requests by a process of its own; `stop` gives how many went well, what did not, and the 99th percentile in ms. */
export function load(url: string, host: string): { stop(): Promise<{ ok: number; failures: string[]; p99: number }> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load.ts'), url, host], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    async stop() {
      child.kill('SIGTERM')
      await ended
      return JSON.parse(output) as { ok: number; failures: string[]; p99: number }
    },
  }
}
