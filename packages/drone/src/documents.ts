/** One document of a file, with the line its text starts on (counting from 1). */
export interface TextDocument {
  text: string
  line: number
  /** Set when the text was made of another: for each of its lines the line of the file. `line` is 1 then. */
  from?: readonly number[]
}

/** The line of the file that a line of the document (counted from `document.line`) comes from. */
export const lineOf = ({ from }: TextDocument, line: number): number =>
  from ? (from[Math.min(line, from.length) - 1] ?? line) : line

/**
 * Splits a file as Drone does, by line and before any YAML is read: a line that starts with `---` begins a new document
 * (even inside a block scalar), one that starts with `...` ends the file. Line ends become `\n`. Documents without content
 * are among them, as the signature covers their comments.
 */
export function allDocumentsOf(text: string): TextDocument[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const documents: TextDocument[] = []
  let start = 0
  let end = lines.length
  const close = (to: number) => {
    if (to > start) documents.push({ text: `${lines.slice(start, to).join('\n')}\n`, line: start + 1 })
  }
  for (let at = 0; at < lines.length; at++) {
    if (lines[at]!.startsWith('---')) {
      close(at)
      start = at + 1
    } else if (lines[at]!.startsWith('...')) {
      end = at
      break
    }
  }
  close(end)
  return documents
}

/** The documents that hold more than comments. A byte order mark goes. */
export const documentsOf = (text: string): TextDocument[] =>
  allDocumentsOf(text.replace(/^\uFEFF/, '')).filter((document) => /^[^\S\n]*[^\s#]/m.test(document.text))
