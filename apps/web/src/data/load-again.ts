/**
 * Code that is loaded on demand, tried again when the network was away for a moment: a failed import must not stay failed
 * for as long as the page lives.
 */
export async function loadAgain<T>(
  load: () => Promise<T>,
  waitsMs: readonly number[] = [300, 1_000, 3_000],
): Promise<T> {
  for (const wait of waitsMs) {
    try {
      return await load()
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
  return load()
}
