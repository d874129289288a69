import { parseImage } from '@sampan/resources/core/image-name'
import type { Secret } from '@sampan/resources/core/secret'

/** As CRI takes it. Never logged. */
export interface Credentials {
  username: string
  password: string
}

interface DockerConfig {
  auths?: Record<string, { username?: string; password?: string; auth?: string }>
}

/** What the pull secrets know for this image, longest match first; secrets of other types and broken ones give nothing. */
export function credentialsFor(image: string, secrets: readonly Secret[]): Credentials[] {
  const parsed = parseImage(image)
  if (!parsed) return []
  const target = `${parsed.registry}/${parsed.path}`
  return secrets
    .flatMap(entries)
    .filter(({ key }) => covers(key, target))
    .toSorted((a, b) => b.key.length - a.key.length)
    .map(({ credentials }) => credentials)
}

function entries({ data }: Secret): { key: string; credentials: Credentials }[] {
  const config = data?.['.dockerconfigjson'] ? parsedJson(data['.dockerconfigjson']) : undefined
  const auths = (config as DockerConfig | undefined)?.auths ?? oldFormat(data?.['.dockercfg'])
  return Object.entries(auths).flatMap(([key, entry]) => {
    const credentials = credentialsOf(entry)
    return credentials ? [{ key: normalised(key), credentials }] : []
  })
}

const oldFormat = (text: string | undefined) =>
  text ? ((parsedJson(text) ?? {}) as NonNullable<DockerConfig['auths']>) : {}

function parsedJson(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function credentialsOf({ username, password, auth }: { username?: string; password?: string; auth?: string }) {
  if (username !== undefined && password !== undefined) return { username, password }
  const text = auth ? Buffer.from(auth, 'base64').toString('utf8') : ''
  const colon = text.indexOf(':')
  return colon > 0 ? { username: text.slice(0, colon), password: text.slice(colon + 1) } : undefined
}

/** `https://index.docker.io/v1/` and `registry.example.com` become host and optional path. */
function normalised(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  const withoutVersion = bare.replace(/\/v[12]$/, '')
  return withoutVersion.replace(/^index\.docker\.io/, 'docker.io')
}

/** Hosts may hold `*` for one label; paths are prefixes. */
function covers(key: string, target: string): boolean {
  const [host = '', ...path] = key.split('/')
  const [targetHost = '', ...targetPath] = target.split('/')
  const pattern = host.split('.').map((part) => part.replace(/[\\^$+?()[\]{}|]/g, '\\$&').replaceAll('*', '[^.]*'))
  if (!new RegExp(`^${pattern.join('\\.')}$`).test(targetHost)) return false
  return path.every((part, index) => targetPath[index] === part)
}
