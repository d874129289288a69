/** Texts beyond this many characters are cut and need no wider column. */
const most = 36
const least = 6
/** Of one character of a heading, and of what stands beside it. */
const pixels = { character: 7.6, beside: 22 }
/** Between columns, as the style has it. */
const gap = 12

export interface Width {
  /** Narrower it says nothing, in pixels. */
  least: number
  /** Its share of the room that is left. */
  weight: number
}

/**
 * How wide columns have to be by what is in them: wide enough for the heading and for most texts (within reason), the rest of
 * the room shared by the longest text of each. `cells` are those of some rows, column by column.
 */
export const widthsFor = (headings: readonly string[], cells: readonly (readonly string[])[]): Width[] =>
  headings.map((heading, i) => {
    const lengths = (cells[i] ?? []).map(widthOf).sort((a, b) => a - b)
    const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0
    const longest = Math.max(heading.length, lengths.at(-1) ?? 0)
    const wanted = Math.max(
      Math.min(150, widthOf(heading) * pixels.character + pixels.beside),
      Math.min(150, usual * pixels.character + 4),
    )
    return { least: Math.max(60, Math.round(wanted)), weight: Math.round(Math.min(most, Math.max(least, longest))) }
  })

/** A track of a CSS grid. */
export const trackOf = ({ least, weight }: Width): string => `minmax(${least}px, ${weight}fr)`

/** How wide a pill with the longest of some words is, in pixels. */
export const pillWidth = (words: readonly string[]): number =>
  Math.round(Math.min(200, Math.max(84, ...words.map((word) => widthOf(word) * 6.1 + 36))))

export interface Candidate {
  key: string
  least: number
  /** 0 is always there; the higher, the earlier it gives way. */
  rank: number
}

/** The columns there is room for, in pixels: those of a low rank first, of one rank the earlier ones. */
export function fitting(columns: readonly Candidate[], room: number): ReadonlySet<string> {
  const shown = new Set<string>()
  let left = room + gap
  for (const { key, least, rank } of columns.toSorted((a, b) => a.rank - b.rank)) {
    if (rank > 0 && least + gap > left) continue
    shown.add(key)
    left -= least + gap
  }
  return shown
}

/** Chinese characters are twice as wide. */
const widthOf = (text: string) => [...text].reduce((sum, one) => sum + (one > '\u2e80' ? 1.8 : 1), 0)
