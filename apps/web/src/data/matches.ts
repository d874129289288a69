/**
 * How well a text answers what is looked for: every word has to be in it; a beginning counts more than a middle. 0: not at all.
 */
export function matchOf(text: string, wanted: string): number {
  const lower = text.toLowerCase()
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  let score = 1
  for (const word of words) {
    const at = lower.indexOf(word)
    if (at < 0) return 0
    score += at === 0 ? 3 : /[\s/.:·-]/.test(lower[at - 1]!) ? 2 : 1
    if (lower.length === word.length) score += 3
  }
  return score
}

/** The best of `items`, best first; those that answer equally stay in order. */
export const bestOf = <T>(items: readonly T[], textOf: (item: T) => string, wanted: string, most = 50): T[] =>
  items
    .map((item, at) => ({ item, at, score: matchOf(textOf(item), wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, most)
    .map(({ item }) => item)
