import type { Path } from './schema-field.ts'

/** Where a cursor stands in YAML that is being typed and need not be whole. */
export interface Place {
  /** Of the mapping the key under the cursor belongs to. */
  path: Path
  /** The key before the cursor on its line, when the cursor is in its value. */
  key?: string
  /** What has been typed of the word, and where it begins in the text. */
  word: string
  from: number
  /** Keys the mapping has already. */
  siblings: readonly string[]
  /** The column of the key, where what belongs beside it begins. */
  column: number
}

type Token = { kind: 'dash'; column: number } | { kind: 'key'; column: number; name: string }

const keyForm = /^("[^"]*"|'[^']*'|[^\s:#&*!|>'"%@`{}[\],][^:#]*?)\s*:(?:\s+(.*))?$/
const blockForm = /^[|>][-+0-9]*\s*(#.*)?$/

/** The place of an offset; undefined inside a block of text, a comment or a flow collection. */
export function placeAt(text: string, offset: number): Place | undefined {
  const { lines, start, at } = documentAround(text, offset)
  const tokens: Token[] = []
  let block = -1
  for (const line of lines.slice(0, at)) {
    const read = tokensOf(line)
    if (block >= 0 && (line.trim() === '' || indentOf(line) > block)) continue
    block = read.isBlock ? read.column : -1
    tokens.push(...read.tokens)
  }
  const line = lines[at]!
  const typed = line.slice(0, offset - start)
  if (block >= 0 && (line.trim() === '' ? typed.length > block : indentOf(line) > block)) return undefined
  if (/(^|\s)#/.test(typed) || /[[{]/.test(typed.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined
  const [, lead = '', dashes = '', rest = ''] = /^(\s*)((?:-\s+)*)(.*)$/.exec(typed) ?? []
  for (const [i, one] of [...dashes].entries()) if (one === '-') tokens.push({ kind: 'dash', column: lead.length + i })
  const column = lead.length + dashes.length
  const [, key, value] = keyForm.exec(rest) ?? []
  const isValue = key !== undefined && value !== undefined
  const word = isValue ? value : rest
  const { path, siblings } = pathFrom(tokens, column)
  const after = lines.slice(at + 1).flatMap((one) => tokensOf(one).tokens)
  return {
    path,
    ...(isValue && { key: plain(key) }),
    word,
    from: offset - word.length,
    siblings: [...siblings, ...following(after, column)],
    column,
  }
}

/** Up from the cursor to the top: which key or list item each mapping is in. */
function pathFrom(tokens: readonly Token[], column: number): { path: Path; siblings: string[] } {
  const path: (string | number)[] = []
  const siblings: string[] = []
  let at: { kind: 'mapping' | 'list'; column: number } = { kind: 'mapping', column }
  let index = 0
  for (const token of tokens.toReversed()) {
    if (at.kind === 'mapping') {
      if (token.kind === 'key' && token.column === at.column && path.length === 0) siblings.push(token.name)
      else if (token.kind === 'key' && token.column < at.column) {
        path.unshift(token.name)
        at = { kind: 'mapping', column: token.column }
      } else if (token.kind === 'dash' && token.column < at.column) {
        at = { kind: 'list', column: token.column }
        index = 0
      }
    } else if (token.kind === 'dash') {
      if (token.column === at.column) index++
      else if (token.column < at.column) {
        path.unshift(index)
        at = { kind: 'list', column: token.column }
        index = 0
      }
    } else if (token.column <= at.column) {
      path.unshift(token.name, index)
      at = { kind: 'mapping', column: token.column }
    }
  }
  if (at.kind === 'list') path.unshift(index)
  return { path, siblings }
}

function following(tokens: readonly Token[], column: number): string[] {
  const end = tokens.findIndex((token) => token.column < column)
  return tokens
    .slice(0, end < 0 ? undefined : end)
    .flatMap((token) => (token.kind === 'key' && token.column === column ? [token.name] : []))
}

function tokensOf(line: string): { tokens: Token[]; isBlock: boolean; column: number } {
  const [, lead = '', dashes = '', rest = ''] = /^(\s*)((?:-(?:\s+|$))*)(.*)$/.exec(line) ?? []
  const tokens: Token[] = [...dashes].flatMap((one, i) =>
    one === '-' ? [{ kind: 'dash' as const, column: lead.length + i }] : [],
  )
  const column = lead.length + dashes.length
  if (rest === '' || rest.startsWith('#')) return { tokens, isBlock: false, column }
  const [, key, value = ''] = keyForm.exec(rest) ?? []
  if (key !== undefined) tokens.push({ kind: 'key', column, name: plain(key) })
  return {
    tokens,
    isBlock: blockForm.test(key === undefined ? rest : value),
    column: key === undefined ? lead.length : column,
  }
}

const indentOf = (line: string) => line.length - line.trimStart().length
const plain = (key: string) => key.replace(/^(["'])(.*)\1$/, '$2')

/** The lines of the document an offset is in, the offset of its line and which one it is. */
function documentAround(text: string, offset: number) {
  const all = text.split('\n')
  let position = 0
  let at = 0
  while (at < all.length - 1 && position + all[at]!.length < offset) position += all[at++]!.length + 1
  const isBreak = (line: string) => /^---(\s|$)/.test(line)
  let first = at
  while (first > 0 && !isBreak(all[first]!)) first--
  if (isBreak(all[first]!) && first < at) first++
  const next = all.findIndex((line, i) => i > at && isBreak(line))
  return { lines: all.slice(first, next < 0 ? undefined : next), start: position, at: at - first }
}

/** Which kind the document around an offset says it is. */
export function kindAround(text: string, offset: number): { apiVersion?: string; kind?: string } {
  const { lines } = documentAround(text, offset)
  const read = (name: string) => {
    const line = lines.find((one) => one.startsWith(`${name}:`))
    return (
      line &&
      plain(
        line
          .slice(name.length + 1)
          .replace(/\s#.*$/, '')
          .trim(),
      )
    )
  }
  const [apiVersion, kind] = [read('apiVersion'), read('kind')]
  return { ...(apiVersion && { apiVersion }), ...(kind && { kind }) }
}
