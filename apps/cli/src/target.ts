import { spawnSync } from 'node:child_process'
import { type Flags, type Invocation, Usage } from './command.ts'

export interface Target {
  project: string
  app: string
}

/** For commands about one app. */
export const appFlags: Flags = {
  project: { type: 'string', short: 'p' },
  app: { type: 'string', short: 'a' },
  environment: { type: 'string', short: 'e' },
}

/**
 * Which app is meant: `--app`, a word (`APP` or `PROJECT/APP`), or the app of the folder, told by its git remote "sampan".
 * `word` is undefined for commands whose words are something else. Throws `Usage` when it stays open.
 */
export function targetOf({ flags, cwd }: Pick<Invocation, 'flags' | 'cwd'>, word?: string): Target {
  const here = targetOfRemote(remoteUrl(cwd))
  const named = word ?? (typeof flags.app === 'string' ? flags.app : undefined)
  if (named === undefined) {
    if (!here)
      throw new Usage('Which app? Name it (PROJECT/APP), or run this in a folder where "sampan launch" was run.')
    return here
  }
  const [first, second] = named.split('/')
  if (second) return { project: first!, app: second }
  const project = typeof flags.project === 'string' ? flags.project : here?.project
  if (!project) throw new Usage(`Which project is ${named} in? Say PROJECT/${named}, or --project.`)
  return { project, app: first! }
}

/** `http://…/git/demo/hello.git` → demo, hello. */
export function targetOfRemote(url: string | undefined): Target | undefined {
  const found = /\/git\/([^/]+)\/([^/]+?)\.git\/?$/.exec(url ?? '')
  return found ? { project: found[1]!, app: found[2]! } : undefined
}

export function remoteUrl(cwd: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['remote', 'get-url', 'sampan'], { cwd, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

export const pathOf = ({ project, app }: Target) =>
  `/api/projects/${encodeURIComponent(project)}/apps/${encodeURIComponent(app)}`
