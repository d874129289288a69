import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'

export interface RegistryClient {
  /** Digest of what a tag or digest names, or undefined. */
  digestOf(repository: string, reference: string): Promise<string | undefined>
  hasBlob(repository: string, digest: string): Promise<boolean>
  /** `open` may be called again: a refused upload is not resumed. */
  putBlob(repository: string, digest: string, size: number, open: () => Readable): Promise<void>
  putManifest(repository: string, reference: string, mediaType: string, bytes: Uint8Array): Promise<void>
  tags(repository: string): Promise<string[]>
}

export interface RegistryClientOptions {
  /** `http://127.0.0.1:5000` */
  url: string
  /** An access token for these actions on a repository. */
  token(repository: string, actions: string[]): string
}

/** Every type of manifest, so that none is hidden from us. */
export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

export class RegistryFailed extends Error {
  readonly status: number
  constructor(what: string, status: number, said: string) {
    super(`the registry answered ${status} to ${what}${said ? `: ${said.slice(0, 300)}` : ''}`)
    this.name = 'RegistryFailed'
    this.status = status
  }
}

/** The parts of the distribution protocol the platform needs. Throws `RegistryFailed`; network failures as they are. */
export function registryClient({ url, token }: RegistryClientOptions): RegistryClient {
  interface Call {
    method: string
    path: string
    repository: string
    actions: string[]
    headers?: Record<string, string | number>
    body?: Uint8Array | Readable
  }
  const call = ({ method, path, repository, actions, headers, body }: Call) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const sent = httpRequest(new URL(path, url), {
        method,
        headers: { ...headers, authorization: `Bearer ${token(repository, actions)}` },
        timeout: 60_000,
      })
      sent.on('response', resolve)
      sent.on('error', reject)
      sent.on('timeout', () => sent.destroy(new Error(`the registry at ${url} did not answer for 60 s`)))
      if (body && !(body instanceof Uint8Array)) body.on('error', reject).pipe(sent)
      else sent.end(body)
    })

  /** The answer, when its status is one of `fine`. */
  async function ask(given: Call, ...fine: number[]) {
    const response = await call(given)
    const status = response.statusCode ?? 0
    const said = await textOf(response)
    if (!fine.includes(status))
      throw new RegistryFailed(`${given.method} ${given.path.split('?')[0]}`, status, said.trim())
    return { status, headers: response.headers, text: said }
  }

  const pull = ['pull']
  const push = ['pull', 'push']
  return {
    async digestOf(repository, reference) {
      const path = `/v2/${repository}/manifests/${reference}`
      const headers = { accept: manifestTypes }
      const found = await ask({ method: 'HEAD', path, repository, actions: pull, headers }, 200, 404)
      return found.status === 200 ? String(found.headers['docker-content-digest']) : undefined
    },
    async hasBlob(repository, digest) {
      const path = `/v2/${repository}/blobs/${digest}`
      return (await ask({ method: 'HEAD', path, repository, actions: pull }, 200, 404)).status === 200
    },
    async putBlob(repository, digest, size, open) {
      const path = `/v2/${repository}/blobs/uploads/`
      const begun = await ask(
        { method: 'POST', path, repository, actions: push, headers: { 'content-length': 0 } },
        202,
      )
      const to = new URL(String(begun.headers.location), new URL(path, url))
      to.searchParams.set('digest', digest)
      const headers = { 'content-type': 'application/octet-stream', 'content-length': size }
      const body = open()
      await ask({ method: 'PUT', path: `${to.pathname}${to.search}`, repository, actions: push, headers, body }, 201)
    },
    async putManifest(repository, reference, mediaType, bytes) {
      const path = `/v2/${repository}/manifests/${reference}`
      const headers = { 'content-type': mediaType, 'content-length': bytes.length }
      await ask({ method: 'PUT', path, repository, actions: push, headers, body: bytes }, 201)
    },
    async tags(repository) {
      const path = `/v2/${repository}/tags/list`
      const found = await ask({ method: 'GET', path, repository, actions: pull }, 200, 404)
      if (found.status === 404) return []
      const { tags } = JSON.parse(found.text) as { tags: string[] | null }
      return (tags ?? []).toSorted()
    },
  }
}
