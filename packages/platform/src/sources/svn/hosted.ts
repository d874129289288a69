import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { waitAfter } from '@sampan/kit/backoff'
import { oneAtATime } from '@sampan/kit/one-at-a-time'
import { runOrThrow } from '@sampan/kit/run'
import { type Claims, openTicket, sealTicket } from '@sampan/kit/ticket'
import { secret } from '@sampan/resources/core/secret'
import { type App, app } from '@sampan/resources/sampan/app'
import type { Identity } from '../../access/access.ts'
import { systemNamespace } from '../../config.ts'
import type { AppName } from '../../git/repositories.ts'
import { appLabel, projectLabel } from '../../labels.ts'
import type { PartOptions } from '../../part.ts'
import { Unreachable } from '../git-remote.ts'

interface CommitTicket extends Claims, AppName {
  use: 'svn'
}

export interface HostedOptions extends PartOptions {
  key: Uint8Array
  /** A commit was made. */
  committed(name: AppName): void
  groupsOf(user: string): Promise<readonly string[]>
}

export interface HostedSvn {
  /** `file://` address of an app's repository, made when it is not there; the server runs from then on. */
  ensure(app: App): Promise<string>
  /** Name and password for somebody, with the rights they have now. The password replaces the one before. */
  signIn(app: App, who: Identity): Promise<{ user: string; password: string; port: number; path: string }>
  /** Rights of everybody as they are now. */
  refresh(app: App): Promise<void>
  forget(name: AppName): Promise<void>
  start(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/**
 * Subversion repositories of our own, one per app, behind one `svnserve` that runs only while there are any. Subversion's
 * protocol wants passwords it can read, so each user has one made for this alone.
 */
export function hostedSvn(options: HostedOptions): HostedSvn {
  const { client, config, log, access, key, committed } = options
  const root = join(config.home, 'svn')
  const socket = join(config.home, 'run', 'svn.sock')
  const folderOf = ({ project, app: name }: AppName) => join(root, project, name)
  const nameOf = ({ metadata }: App): AppName => ({ project: metadata.namespace ?? '', app: metadata.name })
  const keyOf = (name: AppName) => `${name.project}/${name.app}`
  let hooks: Server | undefined
  let child: ChildProcess | undefined
  let running: Promise<number> | undefined
  let ended = new AbortController().signal

  async function serve(): Promise<number> {
    const port = await portIn(root, config.name === 'default' ? 3690 : 0)
    const loop = async () => {
      for (let failures = 0; !ended.aborted; ) {
        const began = Date.now()
        const args = ['--daemon', '--foreground', '--root', root, '--listen-port', String(port)]
        // Whatever becomes of us, it ends with us: a second one could not have the port.
        child = spawn('setpriv', ['--pdeathsig', 'TERM', 'svnserve', ...args], {
          stdio: 'ignore',
          env: { PATH: process.env.PATH },
        })
        await new Promise<void>((resolve) => {
          child?.on('error', () => resolve())
          child?.on('exit', () => resolve())
        })
        if (ended.aborted) return
        failures = Date.now() - began > 10_000 ? 1 : failures + 1
        log.warn('svnserve ended; starting it again', { port, failures })
        await wait(waitAfter(failures, { first: 500, most: 30_000 }), undefined, { signal: ended }).catch(
          () => undefined,
        ) // the loop's condition sees the end
      }
    }
    loop().catch((error: Error) => log.error('keeping svnserve running failed', { error }))
    return port
  }
  const served = () => {
    running ??= serve()
    return running
  }

  const making = oneAtATime()
  const ensure = (one: App) => making(keyOf(nameOf(one)), () => makeSure(one))

  async function makeSure(one: App): Promise<string> {
    const name = nameOf(one)
    const folder = folderOf(name)
    if (!existsSync(join(folder, 'format'))) {
      const aside = `${folder}.${process.pid}`
      await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
      await rm(aside, { recursive: true, force: true })
      try {
        await runOrThrow('svnadmin', ['create', aside])
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        throw new Unreachable('Subversion is not installed on this machine: apt-get install subversion.')
      }
      const layout = ['trunk', 'branches', 'tags'].map((each) => `${pathToFileURL(aside).href}/${each}`)
      await runOrThrow('svn', [
        'mkdir',
        '--quiet',
        '--non-interactive',
        '-m',
        'trunk, branches and tags',
        '--username',
        'sampan',
        ...layout,
      ])
      await rename(aside, folder)
    }
    await writeFiles(name, folder)
    await refresh(one)
    await served()
    return pathToFileURL(folder).href
  }

  async function writeFiles(name: AppName, folder: string) {
    const ticket: CommitTicket = { use: 'svn', ...name }
    await writeWhole(join(folder, 'conf', 'sampan.json'), JSON.stringify({ socket, ticket: sealTicket(key, ticket) }))
    const script = fileURLToPath(new URL('./commit-hook.ts', import.meta.url))
    // Subversion gives hooks no environment at all, and waits for what they leave open.
    const lines = `#!/bin/sh\n${quoted(process.execPath)} ${quoted(script)} "$1" "$2" </dev/null >/dev/null 2>&1 &\n`
    await writeWhole(join(folder, 'hooks', 'post-commit'), lines)
    await chmod(join(folder, 'hooks', 'post-commit'), 0o700)
    const general = [
      'anon-access = none',
      'auth-access = write',
      'password-db = passwd',
      'authz-db = authz',
      `realm = Sampan ${name.project}/${name.app}`,
    ]
    await writeWhole(
      join(folder, 'conf', 'svnserve.conf'),
      `[general]\n${general.join('\n')}\n[sasl]\nuse-sasl = false\n`,
    )
  }

  const secretAt = ({ project, app: name }: AppName) => ({ namespace: systemNamespace, name: `svn-${project}.${name}` })
  async function passwordsOf(name: AppName): Promise<Map<string, string>> {
    const found = await client.find(secret, secretAt(name))
    return new Map(
      Object.entries(found?.data ?? {}).map(([user, value]) => [user, Buffer.from(value, 'base64').toString()]),
    )
  }

  async function refresh(one: App): Promise<void> {
    const name = nameOf(one)
    const folder = folderOf(name)
    if (!existsSync(folder)) return
    const passwords = await passwordsOf(name)
    const rights: string[] = []
    for (const user of passwords.keys()) {
      const who = { name: user, groups: await options.groupsOf(user) }
      const on = { group: app.group, resource: app.plural, namespace: name.project, name: name.app }
      const mayWrite = await access.may(who, { ...on, verb: 'update' })
      if (mayWrite || (await access.may(who, { ...on, verb: 'get' }))) rights.push(`${user} = ${mayWrite ? 'rw' : 'r'}`)
    }
    const users = [...passwords].map(([user, password]) => `${user} = ${password}`)
    await writeWhole(join(folder, 'conf', 'passwd'), `[users]\n${users.join('\n')}\n`)
    await writeWhole(join(folder, 'conf', 'authz'), `[/]\n${rights.join('\n')}\n* =\n`)
  }

  return {
    ensure,
    refresh,
    async signIn(one, who) {
      const name = nameOf(one)
      await ensure(one)
      const password = randomBytes(18).toString('base64url')
      await client.apply(
        secret,
        {
          metadata: { ...secretAt(name), labels: { [projectLabel]: name.project, [appLabel]: name.app } },
          type: 'sampan.dev/svn-passwords',
          data: Object.fromEntries(
            [...(await passwordsOf(name)), [who.name, password] as const].map(([user, value]) => [
              user,
              Buffer.from(value).toString('base64'),
            ]),
          ),
        },
        { fieldManager: 'sampan-svn', force: true },
      )
      await refresh(one)
      return { user: who.name, password, port: await served(), path: `${name.project}/${name.app}` }
    },
    async forget(name) {
      await rm(folderOf(name), { recursive: true, force: true })
      const found = await client.find(secret, secretAt(name))
      if (found) await client.remove(secret, secretAt(name))
    },
    async start(signal) {
      ended = signal
      hooks = await listen(socket, key, options.now, committed)
    },
    async close() {
      child?.kill()
      hooks?.closeAllConnections()
      await new Promise<void>((resolve) => (hooks ? hooks.close(() => resolve()) : resolve()))
    },
  }
}

/** Where our hooks tell of commits. */
async function listen(
  path: string,
  key: Uint8Array,
  now: () => Date,
  committed: HostedOptions['committed'],
): Promise<Server> {
  const server = createServer((request, response) => {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const ticket = openTicket<CommitTicket>(key, bearer, { use: 'svn', now: now() })
    void text(request).then(() => {
      if (ticket) committed({ project: ticket.project, app: ticket.app })
      response.writeHead(ticket ? 202 : 403).end()
    })
  })
  await mkdir(dirname(path), { recursive: true })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return server
}

/** The port svnserve listens on: chosen once, so that addresses stay good. */
async function portIn(root: string, wanted: number): Promise<number> {
  const file = join(root, 'port')
  if (existsSync(file)) return Number(await readFile(file, 'utf8'))
  const port = (await freePort(wanted)) ?? (await freePort(0)) ?? 3690
  await mkdir(root, { recursive: true, mode: 0o700 })
  await writeWhole(file, String(port))
  return port
}

const freePort = (wanted: number) =>
  new Promise<number | undefined>((resolve) => {
    const probe = createSocket()
    probe.once('error', () => resolve(undefined))
    probe.listen(wanted, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

/** Readers see the old file or the new one. */
async function writeWhole(file: string, content: string) {
  await writeFile(`${file}.new`, content, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`
