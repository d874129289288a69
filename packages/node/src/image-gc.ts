import type { Image } from './cri/messages.ts'

/** When an image came and when it was last seen in use; ms since 1970, 0: long ago. */
export interface ImageAge {
  found: number
  used: number
}

export interface ImageUse {
  /** Ids of images that containers are made from, running or not, and of those that volumes show. */
  inUse: ReadonlySet<string>
  /** By image id. */
  ages: ReadonlyMap<string, ImageAge>
  /** Images that cannot be pulled again, by the start of their names. */
  kept: readonly string[]
  now: number
}

/** Who was just pulled is about to be used. */
const leastAgeMs = 2 * 60_000

/** Which images to remove to free so many bytes, longest unused first. */
export function removable(images: readonly Image[], bytes: number, { inUse, ages, kept, now }: ImageUse): Image[] {
  const isKept = ({ repoTags, repoDigests, pinned }: Image) =>
    pinned || [...repoTags, ...repoDigests].some((name) => kept.some((start) => name.startsWith(start)))
  const age = ({ id }: Image) => ages.get(id) ?? { found: now, used: now }
  const chosen: Image[] = []
  let freed = 0
  for (const image of images.toSorted((a, b) => age(a).used - age(b).used || age(a).found - age(b).found)) {
    if (freed >= bytes) break
    if (inUse.has(image.id) || isKept(image) || now - age(image).found < leastAgeMs) continue
    chosen.push(image)
    freed += image.size
  }
  return chosen
}

/** The ages after another look. What is there at the first look (`before` undefined) came long ago. */
export function agesAfter(
  before: ReadonlyMap<string, ImageAge> | undefined,
  ids: readonly string[],
  { inUse, now }: Pick<ImageUse, 'inUse' | 'now'>,
): Map<string, ImageAge> {
  return new Map(
    ids.map((id) => {
      const known = before?.get(id) ?? { found: before ? now : 0, used: 0 }
      return [id, inUse.has(id) ? { ...known, used: now } : known]
    }),
  )
}
