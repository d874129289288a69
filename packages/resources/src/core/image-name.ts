/**
 * The tag of an image reference: `latest` when it has neither tag nor digest, undefined when only a digest. A text that is
 * no reference has none either.
 */
export function tagOf(image: string): string | undefined {
  const [name = '', digest] = image.split('@')
  if (!name) return undefined
  const last = name.slice(name.lastIndexOf('/') + 1)
  const colon = last.indexOf(':')
  if (colon >= 0) return last.slice(colon + 1) || undefined
  return digest ? undefined : 'latest'
}

/** An image name with Docker's defaults filled in. */
export interface ImageName {
  registry: string
  /** Repository within the registry. */
  path: string
  tag?: string
  /** `sha256:…` */
  digest?: string
}

/** Undefined: not an image name. Source: the grammar of the distribution project's reference package. */
export function parseImage(image: string): ImageName | undefined {
  const match =
    /^(?:([a-zA-Z0-9.-]+(?::\d+)?)\/)?([a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image)
  if (!match) return undefined
  const [, host, rest = '', tag, digest] = match
  const isHost = host !== undefined && (host.includes('.') || host.includes(':') || host === 'localhost')
  const path = isHost || host === undefined ? rest : `${host}/${rest}`
  const parts = path.split('/')
  if (parts.some((part) => !/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/.test(part))) return undefined
  const registry = isHost ? host : 'docker.io'
  return {
    registry,
    path: registry === 'docker.io' && parts.length === 1 ? `library/${path}` : path,
    ...(tag && { tag }),
    ...(digest && { digest }),
  }
}
