/** A line of a log; `from` is the instance or step that wrote it. */
export interface LogLine {
  time: string
  from: string
  text: string
}

/** What is shown of a log: all kept lines, or those that match. Positions count from the first line ever, dropped ones included. */
export interface LogView {
  version: number
  count: number
  /** How many of the oldest were let go. */
  dropped: number
  /** Of all kept lines, without search. */
  total: number
  /** The line at a place of the view and its position in the log. */
  at(place: number): { line: LogLine; position: number }
  /** Where in the view a position is; the next one when it is not shown itself. */
  placeOf(position: number): number
}

export interface LogBuffer {
  add(lines: readonly LogLine[]): void
  search(wanted: string): void
  clear(): void
  view(): LogView
  text(): string
}

/**
 * Keeps the last `most` lines. Adding costs what is added, whatever is kept: the oldest go in large pieces, and a search
 * looks at each line once.
 */
export function logBuffer(most = 50_000): LogBuffer {
  const spare = Math.ceil(most / 4)
  let lines: LogLine[] = []
  let dropped = 0
  let wanted = ''
  let matches: number[] = []
  let version = 0

  const isMatch = ({ text }: LogLine) => text.toLowerCase().includes(wanted)

  function trim() {
    if (lines.length <= most + spare) return
    const over = lines.length - most
    lines = lines.slice(over)
    dropped += over
    matches = matches.filter((position) => position >= dropped)
  }

  return {
    add(more) {
      for (const line of more) {
        if (wanted !== '' && isMatch(line)) matches.push(dropped + lines.length)
        lines.push(line)
      }
      trim()
      version++
    },
    search(text) {
      wanted = text.toLowerCase()
      matches = wanted === '' ? [] : lines.flatMap((line, i) => (isMatch(line) ? [dropped + i] : []))
      version++
    },
    clear() {
      lines = []
      matches = []
      dropped = 0
      version++
    },
    view() {
      const [own, found, first, isSearching] = [lines, matches, dropped, wanted !== '']
      const count = isSearching ? found.length : own.length
      return {
        version,
        count,
        dropped: first,
        total: own.length,
        at(place) {
          const position = isSearching ? found[place]! : first + place
          return { line: own[position - first]!, position }
        },
        placeOf(position) {
          if (!isSearching) return Math.max(0, position - first)
          const place = found.findIndex((one) => one >= position)
          return place < 0 ? found.length : place
        },
      }
    },
    text: () => lines.map(({ time, from, text }) => `${[time, from].filter(Boolean).join(' ')} ${text}\n`).join(''),
  }
}
