import type { StoredLine } from './store.ts'

/** Characters of one line that are kept: the rest, up to its end, is left out. */
const longest = 64 * 1024

/** Lines of a container's log as the API gives them with `timestamps`: RFC 3339 time, blank, text. */
export async function* containerLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StoredLine[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    // What does not end grows no further than what is kept of it.
    lines[0] = rest.length > longest ? rest : rest + lines[0]
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines.map(lineFrom)
  }
  rest += decoder.decode()
  if (rest) yield [lineFrom(rest)]
}

function lineFrom(text: string): StoredLine {
  const blank = text.indexOf(' ')
  const time = blank < 0 ? text : text.slice(0, blank)
  // A carriage return means "draw over this line": what was there last is what one would have seen.
  const said = blank < 0 ? '' : text.slice(blank + 1, longest).replace(/\r+$/, '')
  return { time: nanoseconds(time), text: said.slice(said.lastIndexOf('\r') + 1) }
}

/** The same instant with exactly nine digits after the point, in UTC, so that times compare as text. */
export function nanoseconds(time: string): string {
  const [, whole, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? []
  if (!whole || !zone) return time
  const utc = zone === 'Z' ? whole : new Date(`${whole}${zone}`).toISOString().slice(0, 19)
  return `${utc}.${fraction.slice(0, 9).padEnd(9, '0')}Z`
}
