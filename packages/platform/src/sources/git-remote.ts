import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunResult, run } from '@sampan/kit/run'
import { type AppName, type Repositories, zeroSha } from '../git/repositories.ts'
import { environmentFrom } from '../git/settings.ts'
import type { AddressRules } from './address-rules.ts'
import type { Credentials } from './credentials.ts'

/** A git repository elsewhere. */
export interface GitRemote {
  url: string
  credentials?: Credentials
}

/** The other side could not be asked; the message is for the user and holds no secret. */
export class Unreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Unreachable'
  }
}

export interface GitRemotes {
  /** Branches and tags by full name, with what they point at. Cheap: no objects are moved. Throws `Unreachable`, `AddressRefused`. */
  refs(remote: GitRemote, signal?: AbortSignal): Promise<Map<string, string>>
  /** Fetches `refspecs` into the app's repository; nothing else there is touched. */
  fetch(remote: GitRemote, into: AppName, refspecs: readonly string[], signal?: AbortSignal): Promise<void>
}

const askMs = 60_000
const fetchMs = 15 * 60_000

/**
 * Asks other git servers: HTTP and HTTPS only, to the address that was checked, without following redirects (they could
 * lead where the rules do not). Name and password reach git through a program it asks, never through arguments.
 */
export function gitRemotes({
  folder,
  repositories,
  rules,
}: {
  /** For the program that answers git's questions. */
  folder: string
  repositories: Repositories
  rules: AddressRules
}): GitRemotes {
  const asking = { path: join(folder, 'answer-git'), ready: undefined as Promise<void> | undefined }

  async function call(remote: GitRemote, args: readonly string[], timeoutMs: number, signal?: AbortSignal) {
    const url = remoteUrl(remote.url)
    const { address } = await rules.check(url)
    asking.ready ??= writeAnswer(asking.path)
    await asking.ready
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    const settings = environmentFrom({
      'safe.directory': '*',
      'protocol.allow': 'never',
      'protocol.http.allow': 'always',
      'protocol.https.allow': 'always',
      'http.followRedirects': 'false',
      'http.curloptResolve': `${url.hostname.replace(/^\[|\]$/g, '')}:${port}:${address.includes(':') ? `[${address}]` : address}`,
      'http.lowSpeedLimit': '1000',
      'http.lowSpeedTime': '30',
      'fetch.fsckObjects': 'false',
      'core.hooksPath': '/dev/null',
      'gc.autoDetach': 'false',
    })
    const result = await run('git', args, {
      env: {
        ...settings,
        GIT_TERMINAL_PROMPT: '0',
        GIT_ASKPASS: asking.path,
        SAMPAN_GIT_USERNAME: remote.credentials?.username ?? '',
        SAMPAN_GIT_PASSWORD: remote.credentials?.password ?? '',
      },
      timeoutMs,
      signal,
    })
    if (result.code !== 0) throw new Unreachable(sentenceFor(url, remote, result, timeoutMs))
    return result.stdout
  }

  return {
    async refs(remote, signal) {
      const args = ['ls-remote', '--heads', '--tags', '--', remoteUrl(remote.url).href]
      return refsFrom(await call(remote, args, askMs, signal))
    },
    async fetch(remote, into, refspecs, signal) {
      const folder = repositories.pathOf(into)
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--force']
      const args = ['--git-dir', folder, 'fetch', ...flags, '--', remoteUrl(remote.url).href, ...refspecs]
      await call(remote, args, fetchMs, signal)
    },
  }
}

/** Lines `<sha>\t<ref>`; what an annotated tag points at is left out. */
export function refsFrom(text: string): Map<string, string> {
  const refs = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [sha, ref] = line.split('\t')
    if (sha && ref && !ref.endsWith('^{}') && sha !== zeroSha) refs.set(ref, sha)
  }
  return refs
}

/** The address without what people put into it by mistake. Throws `Unreachable` for anything but http and https. */
export function remoteUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new Unreachable(`"${text.slice(0, 200)}" is not an address: write it as https://host/owner/repository.git`)
  }
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Unreachable(
      `Git is fetched over https:// and http:// only, not ${url.protocol}//: state the HTTP address.`,
    )
  }
  if (url.username || url.password) {
    throw new Unreachable(
      'The address has a name or password in it: put them into a Secret and name that in source.credentials.',
    )
  }
  return url
}

/** What went wrong in one sentence with its remedy; git's own words where we have none. */
export function sentenceFor(url: URL, { credentials }: GitRemote, result: RunResult, timeoutMs: number): string {
  const said = result.stderr.trim()
  const where = url.href
  const saw = (pattern: RegExp) => pattern.test(said)
  if (result.signal) return `${where} did not answer within ${timeoutMs / 1000} s.`
  if (saw(/could not read (Username|Password)|Authentication failed|HTTP 401|requested URL returned error: 40[13]/i)) {
    return credentials
      ? `${where} does not accept the name and password of the Secret: renew them.`
      : `${where} asks for a name and password: make a Secret with username and password and name it in source.credentials.`
  }
  if (saw(/not found|returned error: 404/i))
    return `There is no repository at ${where}, or these credentials may not see it.`
  if (saw(/unable to update url base from redirection|returned error: 30\d/i)) {
    return `${where} answers with a redirect, and redirects are not followed: state the address it leads to.`
  }
  if (saw(/Could not resolve host/i)) return `The name ${url.hostname} cannot be resolved.`
  if (saw(/Connection refused|Failed to connect|Couldn't connect/i)) return `Nothing answers at ${where}.`
  if (saw(/SSL|certificate/i)) return `${where} shows a certificate that is not trusted: ${lastLine(said)}`
  if (saw(/couldn't find remote ref|not our ref/i)) return `${where} does not have this branch or commit (any more).`
  return `${where} could not be read: ${lastLine(said) || 'git gave no reason'}`
}

const lastLine = (said: string) =>
  (said.split('\n').findLast((line) => /fatal|error/i.test(line)) ?? said.split('\n').at(-1) ?? '').slice(0, 300)

/** git runs it with its question as argument and reads the answer. */
async function writeAnswer(path: string) {
  const script = `#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$SAMPAN_GIT_USERNAME" ;;
  Password*) printf '%s\\n' "$SAMPAN_GIT_PASSWORD" ;;
esac
`
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.new`, script)
  await chmod(`${path}.new`, 0o700)
  await rename(`${path}.new`, path)
}
