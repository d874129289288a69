import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunOptions, run, runOrThrow } from '@sampan/kit/run'
import type { Config } from '../config.ts'
import type { Progress } from '../setup/progress.ts'
import { source } from '../supervisor/supervise.ts'

const project = 'demo'
const name = 'hello'

export interface Sample {
  name: string
  url: string
  verified: boolean
  reason?: string
}

/**
 * Deploys `examples/hello` as a developer would: `sampan launch` in its folder, `git push`. When it is there already,
 * only looks at it.
 */
export async function deploySample(config: Config, progress: Progress): Promise<Sample> {
  const found = await look(config)
  if (found?.url && found.state !== 'none') return sampleFrom(found)
  const folder = join(config.home, 'sample', name)
  await copyOfSample(folder)
  const inFolder = { cwd: folder, env: { SAMPAN_HOME: config.home, GIT_TERMINAL_PROMPT: '0' } }
  const launched = progress.begin(`sampan launch --project ${project} --name ${name}`)
  await cli(['launch', '--project', project, '--name', name, '--json'], inFolder)
  launched()
  const pushed = progress.begin('git push sampan main')
  const push = await run('git', ['push', '--force', 'sampan', 'main'], {
    ...inFolder,
    onOutput: (text) => process.stderr.write(text),
  })
  pushed(push.code === 0 ? 'done' : `failed (exit ${push.code})`)
  const now = await look(config)
  if (!now) return { name, url: '', verified: false, reason: 'the app is not there; the push above says why' }
  return sampleFrom(now)
}

interface AppLine {
  project: string
  name: string
  state: string
  reason?: string
  url?: string
}

const sampleFrom = (app: AppLine): Sample => ({
  name,
  url: app.url ?? '',
  verified: app.state === 'verified',
  ...(app.reason && { reason: app.reason }),
})

async function look(config: Config): Promise<AppLine | undefined> {
  const apps = JSON.parse(await cli(['apps', '--json'], { env: { SAMPAN_HOME: config.home } })) as AppLine[]
  return apps.find((app) => app.project === project && app.name === name)
}

const cli = (args: string[], options: RunOptions) => runOrThrow(join(source, 'sampan'), args, options)

/** A repository of its own, so that the checkout is left as it is. */
async function copyOfSample(folder: string) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await cp(join(source, 'examples', name), folder, { recursive: true })
  const git = (...args: string[]) => runOrThrow('git', args, { cwd: folder })
  if (!existsSync(join(folder, '.git'))) await git('init', '--quiet', '--initial-branch=main')
  await git('add', '--all')
  await git('-c', 'user.name=Sampan', '-c', 'user.email=sampan@localhost', 'commit', '--quiet', '--message=First light')
}
