import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Command, type Invocation, Usage } from '../command.ts'
import { pairsOf } from '../pairs.ts'

interface Launched {
  app: unknown
  remote: { url: string; user: string; password: string }
}

/**
 * Makes the app for a source folder and adds the git remote "sampan", credentials included: they go into the repository's
 * own .git/config, readable for its owner only.
 */
export const launch: Command = {
  summary: 'make an app of this folder and add the git remote "sampan"',
  usage:
    '[--name NAME] [--project NAME] [--type TEMPLATE] [--port N] [--instances N] [--cpu Q] [--memory Q] [--env KEY=VALUE]… [--branch NAME]',
  flags: {
    name: { type: 'string', short: 'n' },
    project: { type: 'string', short: 'p' },
    type: { type: 'string', short: 't' },
    port: { type: 'string' },
    instances: { type: 'string', short: 'i' },
    cpu: { type: 'string' },
    memory: { type: 'string' },
    env: { type: 'string', multiple: true },
    branch: { type: 'string', short: 'b' },
  },
  async run(invocation) {
    const { flags, cwd, json, out, err } = invocation
    const name = text(flags.name) ?? nameFrom(basename(cwd))
    const project = text(flags.project) ?? 'demo'
    const top = repositoryAt(cwd, err)
    const branch = text(flags.branch) ?? branchOf(top)
    const { remote } = await (await invocation.api()).post<Launched>(
      `/api/projects/${encodeURIComponent(project)}/apps`,
      {
        name,
        branch,
        ...(text(flags.type) && { template: text(flags.type) }),
        parameters: parametersFrom(invocation),
      },
    )
    const url = withCredentials(remote)
    setRemote(top, url)
    const facts = { project, name, branch, remote: { name: 'sampan', url } }
    out(
      json
        ? `${JSON.stringify(facts)}\n`
        : `${project}/${name} is ready. Deploy it with:\n\n  git push sampan ${branch}\n`,
    )
    return 0
  },
}

/** A folder's name as an app name: what DNS and Kubernetes allow, at most 30 characters. */
export function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '')
  if (name === '') throw new Usage(`No app name can be made of the folder name "${folder}": give one with --name.`)
  return name
}

export function parametersFrom({ flags }: Pick<Invocation, 'flags'>): Record<string, unknown> {
  const env = pairsOf('env', flags.env)
  return {
    ...whole(flags.port, 'port', 'port'),
    ...whole(flags.instances, 'instances', 'replicas'),
    ...(text(flags.cpu) && { cpu: text(flags.cpu) }),
    ...(text(flags.memory) && { memory: text(flags.memory) }),
    ...(flags.env !== undefined && { env }),
  }
}

function whole(value: unknown, flag: string, field: string): Record<string, number> {
  if (value === undefined) return {}
  if (!/^\d+$/.test(String(value))) throw new Usage(`--${flag} ${value}: use a whole number`)
  return { [field]: Number(value) }
}

const git = (cwd: string, ...args: string[]) => {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd, encoding: 'utf8' })
  if (error) throw new Usage('git is not installed here: install it, for example with "apt-get install git".')
  return { ok: status === 0, out: stdout.trim(), said: stderr.trim() }
}

/** Top folder of the repository around `cwd`; a folder without one becomes one. */
function repositoryAt(cwd: string, err: Invocation['err']): string {
  const found = git(cwd, 'rev-parse', '--show-toplevel')
  if (found.ok) return found.out
  const made = git(cwd, 'init', '--initial-branch=main')
  if (!made.ok) throw new Usage(`git init failed: ${made.said}`)
  err('This folder is now a git repository; commit your files before you push.\n')
  return cwd
}

function branchOf(top: string): string {
  const head = git(top, 'symbolic-ref', '--short', 'HEAD')
  return head.ok ? head.out : 'main'
}

function setRemote(top: string, url: string) {
  const done = git(top, 'remote', 'set-url', 'sampan', url).ok || git(top, 'remote', 'add', 'sampan', url).ok
  if (!done) throw new Usage('git could not add the remote "sampan": is .git/config writable?')
  const config = git(top, 'rev-parse', '--git-path', 'config').out
  chmodSync(join(top, config), 0o600)
}

function withCredentials({ url, user, password }: Launched['remote']): string {
  const full = new URL(url)
  full.username = user
  full.password = password
  return full.href
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
