import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run, runOrThrow } from '@sampan/kit/run'
import { environmentFrom, type GitSettings, serverSettings } from './settings.ts'

/** An app, by the two names that make up the path of its repository. */
export interface AppName {
  project: string
  app: string
}

export interface Commit {
  sha: string
  message: string
  author: string
  email: string
  time: string
}

/** The bare repositories of all apps: `<folder>/<project>/<app>.git`. */
export interface Repositories {
  /** Environment for every git process that works on them. */
  environment: Record<string, string>
  /** The same for those who may see the platform's own refs too: its pipelines. */
  wholeEnvironment: Record<string, string>
  pathOf(name: AppName): string
  /** Makes the repository when it is not there yet; its HEAD names `branch`. Gives its folder. */
  ensure(name: AppName, branch: string): Promise<string>
  exists(name: AppName): Promise<boolean>
  /** The commit a ref points at, or undefined. */
  resolve(name: AppName, ref: string): Promise<string | undefined>
  commit(name: AppName, sha: string): Promise<Commit>
  /** The same for whatever a ref or object leads to; undefined when that is no commit. */
  commitAt(name: AppName, ref: string): Promise<Commit | undefined>
  /** Packs what has become many small files, when there is enough of it. */
  tidy(name: AppName): Promise<void>
  /** Paths of all files of a commit. */
  files(name: AppName, sha: string): Promise<string[]>
  /** The first `limit` bytes of a file of a commit as text, or undefined where there is none. */
  read(name: AppName, sha: string, path: string, limit?: number): Promise<string | undefined>
  /** Whether a file is there in a commit. */
  has(name: AppName, sha: string, path: string): Promise<boolean>
  /** Every ref under `prefix` (as `refs/heads/`) with the object it points at, by full name. */
  refs(name: AppName, prefix: string): Promise<Map<string, string>>
  /** Points a ref at an object; undefined takes the ref away. */
  setRef(name: AppName, ref: string, sha: string | undefined): Promise<void>
  /** The same for many, all or none. */
  setRefs(name: AppName, refs: Iterable<readonly [ref: string, sha: string | undefined]>): Promise<void>
  /** Whether everything of `earlier` is in `later` too. */
  isAncestor(name: AppName, earlier: string, later: string): Promise<boolean>
  /**
   * When all files of a commit are in one folder that has a file like `top` in it, `ref` gets a commit of that folder
   * instead: archives of a project often have its name around everything. Gives the commit the ref is at.
   */
  unwrap(name: AppName, ref: string, sha: string, top: RegExp): Promise<string>
  /** HEAD names a branch that exists, so that a clone checks something out. */
  settleHead(name: AppName, preferred: string): Promise<void>
  remove(name: AppName): Promise<void>
}

/** What git writes where there is no object. */
export const zeroSha = '0'.repeat(40)

/** Refs of the platform's own: neither shown to clones nor taken from pushes. */
export const ownRefs = 'refs/sampan/'

/** Throws when a name could not be one of ours: what ends up in a path is checked where the path is made. */
const checked = (name: string) => {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) throw new Error(`"${name}" is no name of a project or app`)
  return name
}

const showing = (ref: string) => ['show', '--no-patch', '--format=%H%x00%an%x00%ae%x00%cI%x00%B', `${ref}^{commit}`]

function commitFrom(shown: string, asked: string): Commit {
  const [full = asked, author = '', email = '', time = '', ...message] = shown.split('\0')
  return { sha: full, author, email, time, message: message.join('\0').trim() }
}

/** Whether HEAD names a branch that has a file of its own, as it has after a push. False says nothing: it may be packed. */
async function isSettled(path: string): Promise<boolean> {
  const head = await readFile(join(path, 'HEAD'), 'utf8').catch(() => '') // asked properly then
  const [, branch] = /^ref: (refs\/heads\/\S+)\n$/.exec(head) ?? []
  if (!branch || branch.includes('..')) return false
  return access(join(path, branch)).then(
    () => true,
    () => false,
  )
}

export function repositoriesIn(folder: string, settings: GitSettings): Repositories {
  const all = serverSettings(settings)
  const environment = environmentFrom(all)
  const { 'transfer.hideRefs': _, ...whole } = all
  const pathOf = ({ project, app }: AppName) => join(folder, checked(project), `${checked(app)}.git`)
  const git = (name: AppName, ...args: string[]) =>
    runOrThrow('git', ['--git-dir', pathOf(name), ...args], { env: environment })
  const resolve = async (name: AppName, ref: string) => {
    const found = await run('git', ['--git-dir', pathOf(name), 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`], {
      env: environment,
    })
    return found.code === 0 ? found.stdout.trim() : undefined
  }
  const exists = (name: AppName) =>
    access(join(pathOf(name), 'HEAD'), constants.R_OK).then(
      () => true,
      () => false,
    )
  return {
    environment,
    wholeEnvironment: environmentFrom(whole),
    pathOf,
    exists,
    resolve,
    async ensure(name, branch) {
      const path = pathOf(name)
      if (await exists(name)) return path
      // Made aside and moved: a half-made repository is never seen, and of two that come first one wins.
      const aside = `${path}.${process.pid}.${Date.now()}`
      await mkdir(join(folder, name.project), { recursive: true, mode: 0o700 })
      await runOrThrow('git', ['init', '--quiet', '--bare', `--initial-branch=${branch}`, aside], { env: environment })
      try {
        await rename(aside, path)
      } catch (error) {
        await rm(aside, { recursive: true, force: true })
        if (!(await exists(name))) throw error
      }
      return path
    },
    commit: async (name, sha) => commitFrom(await git(name, ...showing(sha)), sha),
    async commitAt(name, ref) {
      const shown = await run('git', ['--git-dir', pathOf(name), ...showing(ref)], { env: environment })
      return shown.code === 0 ? commitFrom(shown.stdout, ref) : undefined
    },
    async tidy(name) {
      await git(name, 'gc', '--auto', '--quiet')
    },
    async files(name, sha) {
      return (await git(name, 'ls-tree', '-r', '-z', '--name-only', sha)).split('\0').filter(Boolean)
    },
    async read(name, sha, path, limit = 64 * 1024) {
      const found = await run('git', ['--git-dir', pathOf(name), 'cat-file', 'blob', `${sha}:${path}`], {
        env: environment,
      })
      return found.code === 0 ? found.stdout.slice(0, limit) : undefined
    },
    async has(name, sha, path) {
      const spec = `${sha}:${path}`
      return (await run('git', ['--git-dir', pathOf(name), 'cat-file', '-e', spec], { env: environment })).code === 0
    },
    async refs(name, prefix) {
      if (!(await exists(name))) return new Map()
      const shown = await git(name, 'for-each-ref', '--format=%(refname)%00%(objectname)', prefix)
      return new Map(
        shown
          .split('\n')
          .filter(Boolean)
          .map((line) => line.split('\0') as [string, string]),
      )
    },
    async setRef(name, ref, sha) {
      await git(name, 'update-ref', ...(sha === undefined ? ['-d', ref] : [ref, sha]))
    },
    async setRefs(name, refs) {
      const lines = [...refs].map(([ref, sha]) => (sha === undefined ? `delete ${ref}\n` : `update ${ref} ${sha}\n`))
      if (lines.length === 0) return
      const args = ['--git-dir', pathOf(name), 'update-ref', '--stdin']
      await runOrThrow('git', args, { env: environment, input: lines.join('') })
    },
    async isAncestor(name, earlier, later) {
      const args = ['--git-dir', pathOf(name), 'merge-base', '--is-ancestor', earlier, later]
      return (await run('git', args, { env: environment })).code === 0
    },
    async unwrap(name, ref, sha, top) {
      const [only, ...others] = (await git(name, 'ls-tree', '-z', sha)).split('\0').filter(Boolean)
      const [, tree] = /^040000 tree ([0-9a-f]+)\t/.exec(only ?? '') ?? []
      if (!tree || others.length > 0) return sha
      const inside = (await git(name, 'ls-tree', '-z', '--name-only', tree)).split('\0')
      if (!inside.some((file) => top.test(file))) return sha
      const object = await git(name, 'cat-file', 'commit', sha)
      const made = await runOrThrow(
        'git',
        ['--git-dir', pathOf(name), 'hash-object', '-t', 'commit', '-w', '--stdin'],
        {
          env: environment,
          input: object.replace(/^tree [0-9a-f]+/, `tree ${tree}`),
        },
      )
      await git(name, 'update-ref', ref, made.trim())
      return made.trim()
    },
    async settleHead(name, preferred) {
      if (await isSettled(pathOf(name))) return
      if (await resolve(name, 'HEAD')) return
      if (await resolve(name, `refs/heads/${preferred}`))
        await git(name, 'symbolic-ref', 'HEAD', `refs/heads/${preferred}`)
    },
    remove: (name) => rm(pathOf(name), { recursive: true, force: true }),
  }
}
