import { createHash } from 'node:crypto'
import { type ImageName, parseImage } from '@sampan/resources/core/image-name'
import { exposedTcpPort } from '../pipelines/observe.ts'
import { AddressRefused, type AddressRules } from '../sources/address-rules.ts'
import { outwardCall } from '../sources/outward-call.ts'
import { manifestTypes } from './registry-client.ts'

export interface ImageFacts {
  /** The name with its digest: what a tag names today, for good. */
  image: string
  /** The lowest TCP port the image exposes. */
  exposedPort?: number
}

/** Why nothing could be learned about an image, as the end of a sentence. */
export class ImageUnknown extends Error {
  override name = 'ImageUnknown'
}

export interface ImageFactsOptions {
  /** Where the platform may be led by a name that a tenant states. */
  rules: AddressRules
  /** Origins an administrator allowed: a registry among them that is `http://` is asked without TLS. */
  allowed(): Promise<readonly string[]>
  /** The built-in registry: its name in images, its address, and a token for what a project may pull. */
  own?: { host: string; url: string; token(repository: string): string }
  timeoutMs?: number
}

interface Index {
  manifests?: { digest: string; platform?: { os?: string; architecture?: string } }[]
  config?: { digest: string }
}

/** Manifests and image configurations are some kilobytes. */
const mostBytes = 4 * 2 ** 20

/**
 * Asks the registry what an image's tag names, as anybody may: without credentials, so that a project learns nothing
 * through the platform that its own pods could not pull. Throws ImageUnknown.
 * Source: https://github.com/opencontainers/distribution-spec and Docker's token authentication.
 */
export function imageFacts({ rules, allowed, own, timeoutMs = 5000 }: ImageFactsOptions) {
  return async function factsOf(image: string, project: string): Promise<ImageFacts> {
    const name = parseImage(image)
    if (!name) throw new ImageUnknown('it is no image name')
    const isOwn = own !== undefined && name.registry === own.host
    if (isOwn && ![project, 'library', 'stacks'].includes(name.path.split('/')[0]!)) {
      throw new ImageUnknown(`project ${project} may not pull it`)
    }
    const plain = new Set(isOwn ? [] : await allowed())
    const isPlain = (host: string) => plain.has(`http://${host}`)
    const reader = repositoryReader({
      name,
      url: isOwn ? own.url : urlOf(name.registry, isPlain(name.registry)),
      token: isOwn ? own.token(name.path) : undefined,
      rules: isOwn ? { check: async () => ({ address: '127.0.0.1', family: 4 }) } : rules,
      isPlain,
      signal: AbortSignal.timeout(timeoutMs),
    })
    try {
      const { digest, body } = await reader.manifest(name.digest ?? name.tag ?? 'latest')
      const config = await configOf(reader, body)
      const exposedPort = exposedTcpPort(Object.keys(config?.config?.ExposedPorts ?? {}))
      return { image: name.digest ? image : `${image}@${digest}`, ...(exposedPort && { exposedPort }) }
    } catch (error) {
      throw error instanceof ImageUnknown ? error : new ImageUnknown(said(error, name.registry, timeoutMs))
    }
  }
}

const said = (error: unknown, registry: string, timeoutMs: number) => {
  if (error instanceof AddressRefused) return error.message
  if (error instanceof SyntaxError) return `${registry} did not answer with JSON`
  const isLate = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  return isLate ? `${registry} did not answer within ${timeoutMs / 1000} s` : `${registry} cannot be reached`
}

const urlOf = (host: string, isPlain: boolean) =>
  `${isPlain ? 'http' : 'https'}://${host === 'docker.io' ? 'registry-1.docker.io' : host}`

/** The configuration of the image for this machine's architecture. */
async function configOf(reader: RepositoryReader, body: Index) {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const wanted = body.manifests?.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  )
  const manifest = wanted ? (await reader.manifest(wanted.digest)).body : body
  return manifest.config && reader.config(manifest.config.digest)
}

interface RepositoryReader {
  manifest(reference: string): Promise<{ digest: string; body: Index }>
  config(digest: string): Promise<{ config?: { ExposedPorts?: Record<string, unknown> } }>
}

interface ReaderOptions {
  name: ImageName
  url: string
  token?: string
  rules: AddressRules
  isPlain(host: string): boolean
  signal: AbortSignal
}

function repositoryReader({ name, url, token, rules, isPlain, signal }: ReaderOptions): RepositoryReader {
  const { registry, path } = name
  let bearer = token

  /** Registries send readers on to where they store things; the token is for the registry alone. */
  async function call(to: URL, headers: Record<string, string>, hops = 5): ReturnType<typeof outwardCall> {
    const answer = await outwardCall(rules, { method: 'GET', url: to, headers, signal, mostBytes })
    if (![301, 302, 303, 307, 308].includes(answer.status)) return answer
    const next = URL.parse(answer.headers.location ?? '', to.href)
    if (!next || !isFine(next) || hops === 0) throw new ImageUnknown(`${registry} sends readers astray`)
    const { authorization: _, ...others } = headers
    return call(next, next.host === to.host ? headers : others, hops - 1)
  }
  const isFine = ({ protocol, host }: URL) => protocol === 'https:' || (protocol === 'http:' && isPlain(host))

  async function ask(what: string, accept: string): ReturnType<typeof outwardCall> {
    const answer = await call(new URL(`${url}/v2/${path}/${what}`), {
      accept,
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    })
    const { status } = answer
    if (status === 401 && bearer === undefined) {
      bearer = await anonymousToken(answer.headers['www-authenticate'] ?? '')
      return ask(what, accept)
    }
    if (status === 401 || status === 403) throw new ImageUnknown(`${registry} asks for credentials`)
    if (status === 404) throw new ImageUnknown(`${registry} does not have it`)
    if (status !== 200) throw new ImageUnknown(`${registry} answered ${status}`)
    return answer
  }

  async function anonymousToken(challenge: string): Promise<string> {
    const given = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))
    const realm = URL.parse(given.realm ?? '')
    if (!realm || !isFine(realm) || !/^bearer /i.test(challenge)) {
      throw new ImageUnknown(`${registry} asks for credentials`)
    }
    if (given.service) realm.searchParams.set('service', given.service)
    realm.searchParams.set('scope', `repository:${path}:pull`)
    const { status, text } = await call(realm, {})
    if (status !== 200) throw new ImageUnknown(`${registry} asks for credentials`)
    const { token, access_token } = JSON.parse(text) as { token?: string; access_token?: string }
    return token ?? access_token ?? ''
  }

  return {
    async manifest(reference) {
      const { headers, text } = await ask(`manifests/${reference}`, manifestTypes)
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
      const said = headers['docker-content-digest']
      if (said !== undefined && said !== digest)
        throw new ImageUnknown(`${registry} gave another digest than its bytes have`)
      return { digest, body: JSON.parse(text) as Index }
    },
    config: async (digest) => JSON.parse((await ask(`blobs/${digest}`, '*/*')).text),
  }
}
