import { changeOver, here } from './new-version.ts'

/**
 * Code that is loaded on demand, tried again when the network was away for a moment: a failed import must not stay failed
 * for as long as the page lives. When it is gone because the console was replaced, the new one is loaded instead, and what
 * is returned never settles.
 */
export async function loadAgain<T>(
  load: () => Promise<T>,
  waitsMs: readonly number[] = [300, 1_000, 3_000],
  isReplaced: () => Promise<boolean> = () => changeOver(here()),
): Promise<T> {
  for (const wait of waitsMs) {
    try {
      return await load()
    } catch (error) {
      if (!isMissing(error)) throw error
      if (await isReplaced()) return new Promise(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
  return load()
}

/** How browsers and Vite say that a script or its styles could not be had. */
const isMissing = (error: unknown) =>
  error instanceof TypeError || (error instanceof Error && error.message.startsWith('Unable to preload CSS'))
