import type { TextDocument } from './documents.ts'
import { YamlError } from './yaml-reader.ts'
import { type Token, Tokens } from './yaml-tokens.ts'

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
  items: Node[]
}
export interface MapNode {
  kind: 'map'
  line: number
  entries: [key: Node, value: Node][]
}
export interface AliasNode {
  kind: 'alias'
  line: number
  name: string
  target: Node
}

/** Reads one document. Undefined when it holds nothing. Throws `YamlError` with the line in the file. */
export function nodeOf(document: TextDocument): Node | undefined {
  const control = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(document.text)
  if (control) {
    const line = document.line + document.text.slice(0, control.index).split('\n').length - 1
    throw new YamlError(
      line,
      'control characters are not allowed: take them out or write them as \\x… in double quotes',
    )
  }
  const tokens = new Tokens(document.text, document.line)
  if (tokens.peek().kind === 'document') tokens.take()
  if (tokens.peek().kind === 'end') return undefined
  const root = new Composer(tokens).node(true, false)
  tokens.peek()
  return root
}

const nothing = (line: number): ScalarNode => ({ kind: 'scalar', line, tag: '', value: '', isPlain: true })

/** Builds nodes of tokens; what Drone's parser takes and refuses decides the order of the questions here. */
class Composer {
  #tokens: Tokens
  #anchors = new Map<string, Node>()

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  #is(...kinds: Token['kind'][]): boolean {
    return kinds.includes(this.#tokens.peek().kind)
  }

  /** `isBlock`: indented lists and maps may stand here. `isValue`: a list may stand at its key's own indentation. */
  node(isBlock: boolean, isValue: boolean): Node {
    const tokens = this.#tokens
    const first = tokens.peek()
    if (first.kind === 'alias') return this.#alias()
    let anchor = ''
    let tag = ''
    for (const kind of first.kind === 'anchor' ? ['anchor', 'tag'] : ['tag', 'anchor']) {
      const token = tokens.peek()
      if (token.kind !== kind) continue
      if (token.kind === 'anchor') anchor = token.value
      else if (token.kind === 'tag') tag = token.value
      tokens.take()
    }
    const keep = <T extends Node>(made: T): T => {
      if (anchor) this.#anchors.set(anchor, made)
      return made
    }
    const token = tokens.peek()
    const { line } = first
    if (token.kind === 'scalar') {
      tokens.take()
      return keep({ kind: 'scalar', line, tag, value: token.value, isPlain: token.isPlain && !tag })
    }
    if (isValue && token.kind === 'entry') return this.#indentless(keep({ kind: 'list', line, items: [] }))
    if (token.kind === 'flow-list') return this.#flowList(keep({ kind: 'list', line, items: [] }))
    if (token.kind === 'flow-map') return this.#flowMap(keep({ kind: 'map', line, entries: [] }))
    if (isBlock && token.kind === 'block-list') return this.#blockList(keep({ kind: 'list', line, items: [] }))
    if (isBlock && token.kind === 'block-map') return this.#blockMap(keep({ kind: 'map', line, entries: [] }))
    if (anchor || tag) return keep({ kind: 'scalar', line, tag, value: '', isPlain: !tag })
    throw new YamlError(token.line, 'a value is missing, or the line is indented wrongly')
  }

  #alias(): AliasNode {
    const token = this.#tokens.take() as Extract<Token, { kind: 'anchor' | 'alias' }>
    const target = this.#anchors.get(token.value)
    if (!target)
      throw new YamlError(
        token.line,
        `unknown anchor "${token.value}": define it with &${token.value} above, in the same document`,
      )
    return { kind: 'alias', line: token.line, name: token.value, target }
  }

  #blockList(list: ListNode): ListNode {
    const tokens = this.#tokens
    tokens.take()
    while (this.#is('entry')) {
      const { line } = tokens.take()
      list.items.push(this.#is('entry', 'block-end') ? nothing(line) : this.node(true, false))
    }
    if (!this.#is('block-end'))
      throw new YamlError(tokens.peek().line, 'an item of the list is missing its "- ", or is indented wrongly')
    tokens.take()
    return list
  }

  #indentless(list: ListNode): ListNode {
    while (this.#is('entry')) {
      const { line } = this.#tokens.take()
      list.items.push(this.#is('entry', 'key', 'value', 'block-end') ? nothing(line) : this.node(true, false))
    }
    return list
  }

  #blockMap(map: MapNode): MapNode {
    const tokens = this.#tokens
    tokens.take()
    while (this.#is('key')) {
      const { line } = tokens.take()
      const key = this.#is('key', 'value', 'block-end') ? nothing(line) : this.node(true, true)
      map.entries.push([key, this.#blockValue()])
    }
    if (this.#is('value')) throw new YamlError(tokens.peek().line, 'a ":" without a key before it')
    if (!this.#is('block-end'))
      throw new YamlError(tokens.peek().line, 'a key is missing, or the line is indented wrongly')
    tokens.take()
    return map
  }

  #blockValue(): Node {
    const tokens = this.#tokens
    if (!this.#is('value')) return nothing(tokens.peek().line)
    const { line } = tokens.take()
    return this.#is('key', 'value', 'block-end') ? nothing(line) : this.node(true, true)
  }

  #flowList(list: ListNode): ListNode {
    const tokens = this.#tokens
    const { line } = tokens.take()
    for (let isFirst = true; !this.#is('flow-list-end'); isFirst = false) {
      if (!isFirst) this.#comma(line, ']')
      if (this.#is('flow-list-end')) break
      if (this.#is('key')) list.items.push(this.#pair())
      else list.items.push(this.node(false, false))
    }
    tokens.take()
    return list
  }

  #comma(line: number, close: string): void {
    if (!this.#is('comma')) throw new YamlError(line, `what begins here is not closed: a "," or "${close}" is missing`)
    this.#tokens.take()
  }

  /** `a: b` as an item of `[…]`. */
  #pair(): MapNode {
    const { line } = this.#tokens.take()
    let key: Node = nothing(line)
    // A bare "?" takes the token after it with it, as libyaml does.
    if (this.#is('value', 'comma', 'flow-list-end')) this.#tokens.take()
    else key = this.node(false, false)
    return { kind: 'map', line, entries: [[key, this.#flowValue('flow-list-end')]] }
  }

  #flowValue(end: 'flow-list-end' | 'flow-map-end'): Node {
    const { line } = this.#tokens.peek()
    if (!this.#is('value')) return nothing(line)
    this.#tokens.take()
    return this.#is('comma', end) ? nothing(line) : this.node(false, false)
  }

  #flowMap(map: MapNode): MapNode {
    const tokens = this.#tokens
    const { line } = tokens.take()
    for (let isFirst = true; !this.#is('flow-map-end'); isFirst = false) {
      if (!isFirst) this.#comma(line, '}')
      if (this.#is('flow-map-end')) break
      if (this.#is('key')) {
        tokens.take()
        const key = this.#is('value', 'comma', 'flow-map-end') ? nothing(line) : this.node(false, false)
        map.entries.push([key, this.#flowValue('flow-map-end')])
      } else {
        const key = this.node(false, false)
        map.entries.push([key, nothing(key.line)])
      }
    }
    tokens.take()
    return map
  }
}
