import { spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { type Api, Refused } from '../api.ts'
import { type Command, type Invocation, Usage } from '../command.ts'
import { followRun, type Run } from '../run-follow.ts'
import { appFlags, pathOf, type Target, targetOf } from '../target.ts'
import { nameFrom } from './launch.ts'

/** Runs the working folder's `.drone.yml` on the platform, without a push and without a release. */
export const execPipeline: Command = {
  summary: "run this folder's .drone.yml on the platform, without pushing or deploying",
  usage: '[APP] [--event push|pull_request|tag|promote|cron|custom] [--branch NAME] [--detach]',
  flags: {
    ...appFlags,
    event: { type: 'string' },
    branch: { type: 'string', short: 'b' },
    detach: { type: 'boolean', short: 'd' },
  },
  async run(invocation) {
    const { words, flags, cwd, json, out, err } = invocation
    const api = await invocation.api()
    const target = await appFor(invocation, api, words[0])
    const files = filesOf(cwd)
    if (files.length === 0) throw new Usage('There are no files here.')
    const query = new URLSearchParams()
    for (const name of ['event', 'branch'] as const) {
      const value = flags[name]
      if (typeof value === 'string') query.set(name, value)
    }
    if (!query.has('branch')) {
      const branch = branchOf(cwd)
      if (branch) query.set('branch', branch)
    }
    const made = await api.upload<{ pipeline: Run }>(
      `${pathOf(target)}/trials?${query}`,
      packed(cwd, files),
      'application/gzip',
    )
    const { name } = made.pipeline.metadata
    if (flags.detach) {
      out(
        json
          ? `${JSON.stringify(made.pipeline)}\n`
          : `Pipeline ${made.pipeline.spec.number} of ${target.app} begins.\n`,
      )
      return 0
    }
    if (!json) err(`Pipeline ${made.pipeline.spec.number} of ${target.project}/${target.app}, ${files.length} files\n`)
    return followRun(api, target.project, name, invocation)
  },
}

/** The app of the folder; one is made when the folder has none yet, so that the run has a place. */
async function appFor(invocation: Invocation, api: Api, word: string | undefined): Promise<Target> {
  const { flags, cwd } = invocation
  let target: Target
  try {
    target = targetOf(invocation, word)
  } catch (error) {
    if (!(error instanceof Usage) || word || flags.app) throw error
    target = { project: typeof flags.project === 'string' ? flags.project : 'demo', app: nameFrom(basename(cwd)) }
  }
  try {
    await api.get(pathOf(target))
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error
    await api.post(`/api/projects/${encodeURIComponent(target.project)}/apps`, { name: target.app })
  }
  return target
}

function branchOf(cwd: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['symbolic-ref', '--short', 'HEAD'], { cwd, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** What git would track here, ignored files left out; in a folder that is no repository everything below it. */
export function filesOf(cwd: string): string[] {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (listed.status !== 0) return ['.']
  const isThere = (path: string) => {
    const full = join(cwd, path)
    // A link that leads nowhere is a file of its own; submodules are folders that git lists by name.
    return existsSync(full) ? !lstatSync(full).isDirectory() : lstatSync(full, { throwIfNoEntry: false }) !== undefined
  }
  return [...new Set(listed.stdout.split('\0'))].filter((path) => path !== '' && isThere(path))
}

/** A tar.gz of the files, as it is made. */
export function packed(cwd: string, files: readonly string[]): ReadableStream<Uint8Array> {
  const args = ['-czf', '-', '--owner=0', '--group=0', '--exclude=./.git', '--null', '--no-recursion', '-T', '-']
  const given = files[0] === '.' ? ['-czf', '-', '--owner=0', '--group=0', '--exclude=./.git', '.'] : args
  const program = spawn('tar', given, { cwd, stdio: ['pipe', 'pipe', 'inherit'] })
  program.stdin.on('error', () => program.kill()) // it ended early and has said why
  program.stdin.end(files[0] === '.' ? '' : files.map((path) => `${path}\0`).join(''))
  return Readable.toWeb(program.stdout) as ReadableStream<Uint8Array>
}
