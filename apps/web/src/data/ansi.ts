/** A piece of a line in one look. `colour`: 0–7 as terminals count them. */
export interface Piece {
  text: string
  colour?: number
  isBold?: boolean
}

/** Escape sequences: colours and places, titles and links, character sets, single letters; and what else is no text. */
const sequence = new RegExp(
  [
    '\\x1b\\[([0-9;:?]*)([A-Za-z])',
    '\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)',
    '\\x1b[()][0-9A-Za-z]',
    '\\x1b[=>78cMDEH]',
    '[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]',
  ].join('|'),
  'g',
)

/** Characters that turn the direction of what follows: shown by name, so that what is read is what was printed. */
const turns = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g
const named = (text: string) =>
  text.replace(turns, (one) => `⟨U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`)

/** So much of a line is drawn, in characters; the download has all of it. */
const mostDrawn = 20_000

/**
 * A line of a terminal as pieces of text: colours and bold are kept, other sequences and control characters left out.
 * A line of any length costs no more than a long one.
 */
export function piecesOf(line: string): Piece[] {
  if (line.length > mostDrawn) {
    const rest = (line.length - mostDrawn).toLocaleString('en')
    return [...piecesOf(line.slice(0, mostDrawn)), { text: `… +${rest}` }]
  }
  // Programs that draw progress begin a line again: what was drawn last counts.
  const drawn = named(line.includes('\r') ? (line.replace(/\r+$/, '').split('\r').at(-1) ?? '') : line)
  const pieces: Piece[] = []
  let colour: number | undefined
  let isBold = false
  let at = 0
  const push = (text: string) => {
    if (text !== '') pieces.push({ text, ...(colour !== undefined && { colour }), ...(isBold && { isBold }) })
  }
  for (const match of drawn.matchAll(sequence)) {
    push(drawn.slice(at, match.index))
    at = match.index + match[0].length
    if (match[2] !== 'm') continue
    const codes = (match[1] || '0').split(/[;:]/).map(Number)
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!
      // One of 256 colours, or of all: its numbers are no codes of their own.
      if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : codes[i + 1] === 2 ? 4 : 0
      if (code === 0) [colour, isBold] = [undefined, false]
      else if (code === 1) isBold = true
      else if (code === 22) isBold = false
      else if (code === 39) colour = undefined
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour = code % 10
    }
  }
  push(drawn.slice(at))
  return pieces
}

/** Pieces cut where `wanted` is, so that it can be marked. */
export function marked(pieces: readonly Piece[], wanted: string): (Piece & { isFound?: boolean })[] {
  if (wanted === '') return [...pieces]
  const lower = wanted.toLowerCase()
  return pieces.flatMap((piece) => {
    const parts: (Piece & { isFound?: boolean })[] = []
    let at = 0
    for (let found = piece.text.toLowerCase().indexOf(lower); found >= 0; ) {
      if (found > at) parts.push({ ...piece, text: piece.text.slice(at, found) })
      at = found + wanted.length
      parts.push({ ...piece, text: piece.text.slice(found, at), isFound: true })
      found = piece.text.toLowerCase().indexOf(lower, at)
    }
    if (at < piece.text.length) parts.push({ ...piece, text: piece.text.slice(at) })
    return parts
  })
}
