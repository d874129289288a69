/** A piece of a line in one look. `colour`: 0–7 as terminals count them. */
export interface Piece {
  text: string
  colour?: number
  isBold?: boolean
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const sequence = /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/g

/** A line of a terminal as pieces of text: colours and bold are kept, other sequences and control characters left out. */
export function piecesOf(line: string): Piece[] {
  // Programs that draw progress begin a line again: what was drawn last counts.
  const drawn = line.includes('\r') ? (line.replace(/\r+$/, '').split('\r').at(-1) ?? '') : line
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
    for (const code of (match[1] || '0').split(';').map(Number)) {
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
