/** Texts beyond this many characters are cut and need no wider column. */
const most = 36
const least = 6
/** Of one character of a heading, and of what stands beside it. */
const pixels = { character: 7.6, beside: 22 }

/**
 * Tracks of a CSS grid for columns by what is in them: each at least as wide as its heading (within reason), the rest of the
 * room shared by the longest text of each. `cells` are those of some rows, column by column.
 */
export const tracksFor = (headings: readonly string[], cells: readonly (readonly string[])[]): string[] =>
  headings.map((heading, i) => {
    const longest = Math.max(heading.length, ...(cells[i] ?? []).map((text) => text.length))
    const weight = Math.min(most, Math.max(least, longest))
    const floor = Math.min(150, Math.max(60, Math.round(widthOf(heading) * pixels.character + pixels.beside)))
    return `minmax(${floor}px, ${weight}fr)`
  })

/** Chinese characters are twice as wide. */
const widthOf = (text: string) => [...text].reduce((sum, one) => sum + (one > '\u2e80' ? 1.8 : 1), 0)
