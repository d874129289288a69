import { isTerminal } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { agesAfter, type ImageAge, removable } from './image-gc.ts'
import type { PodWorker } from './pod-worker.ts'

/** Removes images that nobody uses. */
export interface ImageCleaner {
  /** Notes what is there and what is used; to be called every few minutes, for images are judged by it. */
  look(): Promise<void>
  /** Frees so many bytes where it can, longest unused first. Gives what it freed. */
  free(bytes: number): Promise<number>
}

/** `kept`: images that are never removed, by the start of their names. */
export function imageCleaner(
  { cri, log, clock }: Pick<NodeContext, 'cri' | 'log' | 'clock'>,
  workers: ReadonlyMap<string, Pick<PodWorker, 'pod'>>,
  kept: readonly string[],
): ImageCleaner {
  let ages: Map<string, ImageAge> | undefined

  async function seen() {
    const [{ images }, { containers }, shown] = await Promise.all([
      cri.call('ListImages', {}),
      cri.call('ListContainers', {}),
      shownByVolumes(),
    ])
    const inUse = new Set([...containers.flatMap(({ image, imageRef }) => [image?.image ?? '', imageRef]), ...shown])
    const now = clock.now().getTime()
    ages = agesAfter(
      ages,
      images.map(({ id }) => id),
      { inUse, now },
    )
    return { images, use: { inUse, ages, kept, now } }
  }

  /** Ids of images whose files volumes show: no container says so. */
  async function shownByVolumes(): Promise<string[]> {
    const live = [...workers.values()].map(({ pod }) => pod).filter((pod) => !isTerminal(pod))
    const references = new Set(
      live.flatMap(({ spec }) => (spec.volumes ?? []).flatMap(({ image }) => image?.reference ?? [])),
    )
    const found = await Promise.all([...references].map((image) => cri.call('ImageStatus', { image: { image } })))
    return found.flatMap(({ image }) => image?.id ?? [])
  }

  return {
    async look() {
      await seen()
    },
    async free(bytes) {
      const { images, use } = await seen()
      let freed = 0
      for (const { id, repoTags, size } of removable(images, bytes, use)) {
        try {
          await cri.call('RemoveImage', { image: { image: id } })
        } catch (error) {
          log.warn('an unused image could not be removed', { image: repoTags[0] ?? id, error })
          continue
        }
        freed += size
        ages?.delete(id)
        log.info('removed an unused image', { image: repoTags[0] ?? id, bytes: size })
      }
      return freed
    },
  }
}
