import { open } from 'node:fs/promises'
import { tarIndex } from '@sampan/kit/tar-index'
import type { RegistryClient } from './registry-client.ts'

/** Names people write for Debian's current stable release in `FROM debian:…`. */
export const debianTags = ['bookworm', 'bookworm-slim', '12', '12-slim', 'stable', 'stable-slim', 'latest'] as const

interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

export interface Seed {
  /** An OCI archive on disk: a tar file with `index.json` and `blobs/`. */
  archive: string
  repository: string
  tags: readonly string[]
}

/**
 * Pushes the one image of an OCI archive under several tags, and nothing that is there already: blobs are known by their
 * digest, a tag by what it names. Returns the digest of the image and whether anything had to be written.
 */
export async function seedImage(
  registry: RegistryClient,
  { archive, repository, tags }: Seed,
): Promise<{ digest: string; changed: boolean }> {
  await using file = await open(archive)
  const places = new Map((await tarIndex(file)).map((entry) => [entry.path, entry]))

  const placeOf = (path: string) => {
    const place = places.get(path)
    if (!place) throw new Error(`${archive} is no whole OCI archive: it has no ${path}`)
    return place
  }
  const read = async (path: string) => {
    const { offset, size } = placeOf(path)
    return (await file.read(Buffer.alloc(size), 0, size, offset)).buffer
  }
  const blobPath = (digest: string) => `blobs/${digest.replace(':', '/')}`

  const index = JSON.parse((await read('index.json')).toString()) as { manifests: Descriptor[] }
  const [image] = index.manifests
  if (!image) throw new Error(`${archive} holds no image`)
  const missing: string[] = []
  for (const tag of tags) if ((await registry.digestOf(repository, tag)) !== image.digest) missing.push(tag)
  if (missing.length === 0) return { digest: image.digest, changed: false }

  const bytes = await read(blobPath(image.digest))
  const manifest = JSON.parse(bytes.toString()) as { mediaType?: string; config: Descriptor; layers: Descriptor[] }
  for (const { digest } of [...manifest.layers, manifest.config]) {
    if (await registry.hasBlob(repository, digest)) continue
    const { offset, size } = placeOf(blobPath(digest))
    const stream = () => file.createReadStream({ start: offset, end: offset + size - 1, autoClose: false })
    await registry.putBlob(repository, digest, size, stream)
  }
  for (const tag of missing) await registry.putManifest(repository, tag, image.mediaType, bytes)
  return { digest: image.digest, changed: true }
}
