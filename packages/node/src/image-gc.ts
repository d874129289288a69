import type { Image } from './cri/messages.ts'

export interface ImageUse {
  /** Ids of images that containers are made from, running or not. */
  inUse: ReadonlySet<string>
  /** When an image was last seen in use, or first seen; ms since 1970. */
  lastUsed: ReadonlyMap<string, number>
  /** Images that cannot be pulled again, by the start of their names. */
  kept: readonly string[]
  now: number
}

/** Who was just pulled is about to be used. */
const leastAgeMs = 2 * 60_000

/** Which images to remove to free so many bytes, longest unused first. */
export function removable(images: readonly Image[], bytes: number, { inUse, lastUsed, kept, now }: ImageUse): Image[] {
  const isKept = ({ repoTags, repoDigests }: Image) =>
    [...repoTags, ...repoDigests].some((name) => kept.some((start) => name.startsWith(start)))
  const at = ({ id }: Image) => lastUsed.get(id) ?? now
  const chosen: Image[] = []
  let freed = 0
  for (const image of images.toSorted((a, b) => at(a) - at(b))) {
    if (freed >= bytes) break
    if (inUse.has(image.id) || isKept(image) || now - at(image) < leastAgeMs) continue
    chosen.push(image)
    freed += image.size
  }
  return chosen
}
