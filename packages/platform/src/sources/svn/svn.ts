import { mkdir } from 'node:fs/promises'
import { type RunResult, run } from '@sampan/kit/run'
import type { AddressRules } from '../address-rules.ts'
import type { Credentials } from '../credentials.ts'
import { Unreachable } from '../git-remote.ts'
import { elementsIn } from './xml.ts'

/** A Subversion repository, ours (`file://`) or elsewhere. */
export interface SvnPlace {
  url: string
  credentials?: Credentials
}

export interface Revision {
  number: number
  author: string
  date: string
  message: string
}

export interface Svn {
  /** Folders directly in `path` with the revision each was last changed in; undefined where there is no such path. */
  folders(place: SvnPlace, path: string): Promise<Map<string, number> | undefined>
  /** What changed `path` after revision `after`, up to `last`, oldest first. */
  log(place: SvnPlace, path: string, after: number, last: number): Promise<Revision[]>
  /** Writes the files of `path` as they were in a revision into a new folder. */
  export(place: SvnPlace, path: string, revision: number, folder: string): Promise<void>
}

const askMs = 60_000
const exportMs = 10 * 60_000

/** Asks Subversion servers; passwords go through standard input. Throws `Unreachable`, `AddressRefused`. */
export function svnClient({
  rules,
  folder,
}: {
  rules: AddressRules /** For an empty configuration. */
  folder: string
}): Svn {
  async function call(place: SvnPlace, args: readonly string[], timeoutMs: number): Promise<RunResult> {
    const url = new URL(place.url)
    if (url.protocol !== 'file:') await rules.check(url)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { credentials } = place
    const signIn = credentials ? ['--username', credentials.username, '--password-from-stdin'] : []
    const fixed = ['--non-interactive', '--no-auth-cache', '--config-dir', folder, ...signIn]
    try {
      return await run('svn', [...fixed, ...args], {
        input: credentials ? `${credentials.password}\n` : undefined,
        env: { LC_ALL: 'C.UTF-8' },
        timeoutMs,
      })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      throw new Unreachable('Subversion is not installed on this machine: apt-get install subversion.')
    }
  }
  /** `@` at the end keeps an `@` inside from being taken for a revision. */
  const at = ({ url }: SvnPlace, path: string, revision?: number) => {
    const parts = path.split('/').filter(Boolean).map(encodeURIComponent)
    return `${[url.replace(/\/+$/, ''), ...parts].join('/')}@${revision ?? ''}`
  }
  const failed = (place: SvnPlace, result: RunResult) => new Unreachable(sentenceFor(place, result))

  return {
    async folders(place, path) {
      const result = await call(place, ['list', '--xml', '--', at(place, path)], askMs)
      if (result.code !== 0) {
        // E200009 comes with W160013: the path is not there (yet).
        if (/W160013|E160013/.test(result.stderr)) return undefined
        throw failed(place, result)
      }
      const found = new Map<string, number>()
      for (const entry of elementsIn(result.stdout, 'entry')) {
        const name = entry.text('name')
        const revision = Number(entry.first('commit')?.attribute('revision'))
        if (entry.attribute('kind') === 'dir' && name && revision > 0) found.set(name, revision)
      }
      return found
    },
    async log(place, path, after, last) {
      const args = ['log', '--xml', '-r', `${after + 1}:${last}`, '--', at(place, path, last)]
      const result = await call(place, args, askMs)
      if (result.code !== 0) throw failed(place, result)
      return elementsIn(result.stdout, 'logentry').map((entry) => ({
        number: Number(entry.attribute('revision')),
        author: entry.text('author') ?? 'unknown',
        date: entry.text('date') ?? '',
        message: (entry.text('msg') ?? '').trim(),
      }))
    },
    async export(place, path, revision, folder) {
      const args = [
        'export',
        '--quiet',
        '--force',
        '--ignore-externals',
        '-r',
        String(revision),
        '--',
        at(place, path, revision),
        folder,
      ]
      const result = await call(place, args, exportMs)
      if (result.code !== 0) throw failed(place, result)
    },
  }
}

function sentenceFor({ url, credentials }: SvnPlace, result: RunResult): string {
  const said = result.stderr.trim()
  if (result.signal) return `${url} did not answer in time.`
  if (/E170001|E215004|E000110.*authent|Authentication failed|authorization failed/i.test(said)) {
    return credentials
      ? `${url} does not accept the name and password of the Secret: renew them.`
      : `${url} asks for a name and password: make a Secret with username and password and name it in source.credentials.`
  }
  if (/E670002|E670003|E731001|Name or service not known|Unknown hostname/i.test(said))
    return `The name in ${url} cannot be resolved.`
  if (/E000111|E730061|Connection refused/i.test(said)) return `Nothing answers at ${url}.`
  if (/E230001|certificate/i.test(said)) return `${url} shows a certificate that is not trusted.`
  if (/E210005|E170000|E180001|E165000|no repository found/i.test(said))
    return `There is no Subversion repository at ${url}.`
  return `${url} could not be read: ${said.split('\n').at(-1)?.slice(0, 300) || 'svn gave no reason'}`
}
