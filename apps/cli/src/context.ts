import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Usage } from './command.ts'

/** Where the platform is and who asks. */
export interface Context {
  server: string
  token: string
}

export const contextFile = (env: NodeJS.ProcessEnv) =>
  join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'sampan', 'context.json')

/**
 * Flags, then environment (`SAMPAN_SERVER`, `SAMPAN_TOKEN`), then this machine's own instance (`SAMPAN_HOME` or
 * `SAMPAN_INSTANCE` when given), then what `sampan login` kept, then the default instance. Throws `Usage` where there is none.
 */
export function contextFrom(flags: { server?: unknown; token?: unknown }, env: NodeJS.ProcessEnv): Context {
  const server = text(flags.server) ?? env.SAMPAN_SERVER
  const token = text(flags.token) ?? env.SAMPAN_TOKEN
  if (server && token) return { server: withoutSlash(server), token }
  const isLocalAsked = env.SAMPAN_HOME !== undefined || env.SAMPAN_INSTANCE !== undefined
  const found = (isLocalAsked && local(homeOf(env))) || loggedIn(env) || local(homeOf(env))
  if (!found) {
    throw new Usage(
      'Nobody is signed in and no Sampan of this machine can be read: run "sampan login URL", or start one with "npm start" as root.',
    )
  }
  return { server: withoutSlash(server ?? found.server), token: token ?? found.token }
}

export function saveContext(context: Context, env: NodeJS.ProcessEnv): string {
  const file = contextFile(env)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(context)}\n`, { mode: 0o600 })
  return file
}

/** Home of this machine's instance, as the server program finds it. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  const name = env.SAMPAN_INSTANCE ?? 'default'
  return env.SAMPAN_HOME ?? (name === 'default' ? '/var/lib/sampan' : `/var/lib/sampan-${name}`)
}

function loggedIn(env: NodeJS.ProcessEnv): Context | undefined {
  const saved = readable(contextFile(env))
  return saved === undefined ? undefined : (JSON.parse(saved) as Context)
}

/** The administrator's token of an instance is readable for root only. */
function local(home: string): Context | undefined {
  const config = readable(join(home, 'config.json'))
  const token = readable(join(home, 'admin-token'))
  if (config === undefined || token === undefined) return undefined
  const { ports } = JSON.parse(config) as { ports: { platform: number } }
  return { server: `http://127.0.0.1:${ports.platform}`, token: token.trim() }
}

function readable(file: string): string | undefined {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined
    throw error
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const withoutSlash = (url: string) => url.replace(/\/+$/, '')
