/** A foreign message as part of our sentence: one line, no full stop, not endless. */
export function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
