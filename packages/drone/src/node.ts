import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Node as YamlNode } from 'yaml'
import type { TextDocument } from './documents.ts'

/** A YAML node as Go's yaml v2 keeps it: no types yet, the scalar's own text, lines counting from 1. */
export type Node = ScalarNode | ListNode | MapNode | AliasNode
export interface ScalarNode {
  kind: 'scalar'
  line: number
  /** Long form (`tag:yaml.org,2002:str`), local (`!x`) or empty. */
  tag: string
  value: string
  /** Written without quotes and without a tag, so that its text decides its type. */
  isPlain: boolean
}
export interface ListNode {
  kind: 'list'
  line: number
  tag: string
  items: Node[]
}
export interface MapNode {
  kind: 'map'
  line: number
  tag: string
  entries: [key: Node, value: Node][]
}
export interface AliasNode {
  kind: 'alias'
  line: number
  tag: ''
  name: string
  target: Node
}

/** The text is no YAML. */
export class YamlError extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.name = 'YamlError'
    this.line = line
  }
}

/** What npm `yaml` complains about and Go's parser takes without a word. */
const tolerated = new Set([
  'DUPLICATE_KEY',
  'TAG_RESOLVE_FAILED',
  'BAD_INDENT',
  'MISSING_CHAR',
  'BAD_DIRECTIVE',
  'NON_STRING_KEY',
])
/** Tolerated codes are fatal all the same when the message says so. */
const fatal =
  /Missing closing|must be at the same|All mapping items|All sequence items|must end with|not enclosed|seq-item-ind|Expected .* to (start|end)|sequence item without|start with -|Nested mappings|need to be followed by/i

const maximumDepth = 200

/** Reads one document. Undefined when it holds nothing. Throws `YamlError` with the line in the file. */
export function nodeOf(document: TextDocument): Node | undefined {
  const text = document.text.replace(/^\uFEFF/, '')
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const lineAt = (offset: number) => document.line + lowerBound(starts, offset)
  tooDeep(text, document.line)
  let parsed: ReturnType<typeof parseDocument>
  try {
    parsed = parseDocument(text, {
      version: '1.1',
      schema: 'failsafe',
      merge: false,
      uniqueKeys: false,
      strict: false,
      prettyErrors: false,
      logLevel: 'silent',
    })
  } catch (error) {
    throw new YamlError(document.line, `cannot be read as YAML: ${(error as Error).message}`)
  }
  for (const error of parsed.errors)
    if (!tolerated.has(error.code) || fatal.test(error.message))
      throw new YamlError(lineAt(error.pos[0]), sentence(error.code, error.message))
  const anchors = new Map<string, Node>()
  let lastLine = document.line
  const convert = (from: unknown): Node => {
    const node = from as YamlNode | null
    const line = node?.range ? lineAt(node.range[0]) : lastLine
    lastLine = line
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (!target) throw new YamlError(line, `unknown anchor "${node.source}": define it with &${node.source} above`)
      return { kind: 'alias', line, tag: '', name: node.source, target }
    }
    const anchor = (node as { anchor?: string } | null)?.anchor
    const keep = <T extends Node>(made: T): T => {
      if (anchor) anchors.set(anchor, made)
      return made
    }
    const tag = (node as { tag?: string } | null)?.tag ?? ''
    if (isMap(node)) {
      const map = keep<MapNode>({ kind: 'map', line, tag, entries: [] })
      for (const pair of node.items) map.entries.push([convert(pair.key), convert(pair.value)])
      return map
    }
    if (isSeq(node)) {
      const list = keep<ListNode>({ kind: 'list', line, tag, items: [] })
      for (const item of node.items)
        list.items.push(
          isPair(item)
            ? { kind: 'map', line, tag: '', entries: [[convert(item.key), convert(item.value)]] }
            : convert(item),
        )
      return list
    }
    if (!isScalar(node)) return { kind: 'scalar', line, tag: '', value: '', isPlain: true }
    const isPlain = (node.type === 'PLAIN' || node.type === undefined) && !tag
    return keep<ScalarNode>({ kind: 'scalar', line, tag: tag === '!' ? '' : tag, value: textOf(node), isPlain })
  }
  return parsed.contents ? convert(parsed.contents) : undefined
}

function textOf(node: { value: unknown; source?: string }): string {
  if (typeof node.value === 'string') return node.value
  return node.source ?? (node.value === null || node.value === undefined ? '' : String(node.value))
}

/** Index of the last start at or before the offset. */
function lowerBound(starts: number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Refuses nesting that would exhaust a recursive reader's stack. */
function tooDeep(text: string, line: number): void {
  let depth = 0
  let inLine = line
  for (const char of text) {
    if (char === '\n') inLine++
    else if (char === '[' || char === '{') depth++
    else if ((char === ']' || char === '}') && depth > 0) depth--
    if (depth > 10_000) throw new YamlError(inLine, `nested deeper than ${maximumDepth} levels: write it flatter`)
  }
  const chain = /(?:^|\n)[ \t]*(?:[-?:][ \t]+){200}/.exec(text)
  if (chain) throw new YamlError(line, `nested deeper than ${maximumDepth} levels: write it flatter`)
}

function sentence(code: string, message: string): string {
  const said = message.replace(/\s+/g, ' ').trim()
  if (code === 'TAB_AS_INDENT' || /\btab/i.test(said)) return 'a tab is used for indentation: use spaces'
  if (code === 'BAD_ALIAS') return `${said}: an alias is * and a name of letters, digits, - and _`
  return `not valid YAML: ${said.charAt(0).toLowerCase()}${said.slice(1)}`
}
