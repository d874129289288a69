import { isBlank, isBlankOrEnd, isBreak, Reader, type ReadScalar, YamlError } from './yaml-reader.ts'
import { scanBlockScalar, scanPlain, scanQuoted } from './yaml-scalars.ts'

export type Token = { line: number } & (
  | { kind: 'scalar'; value: string; isPlain: boolean }
  | { kind: 'anchor' | 'alias'; value: string }
  | { kind: 'tag'; value: string }
  | { kind: Mark }
)
type Mark =
  | 'block-list'
  | 'block-map'
  | 'block-end'
  | 'flow-list'
  | 'flow-list-end'
  | 'flow-map'
  | 'flow-map-end'
  | 'comma'
  | 'entry'
  | 'key'
  | 'value'
  | 'document'
  | 'end'

/** A place where a `key:` may turn out to have begun. */
interface Candidate {
  isPossible: boolean
  /** Nothing but a key can stand here. */
  isRequired: boolean
  /** Number of the token it would start with. */
  token: number
  offset: number
  line: number
  column: number
}

const none = (): Candidate => ({ isPossible: false, isRequired: false, token: 0, offset: 0, line: 0, column: 0 })
const spaces = / */y
const blanks = /[ \t]*/y
/** A key without `?` is on one line and no longer than this. */
const longestKey = 1024
const deepest = 1000

/** YAML 1.1 tokens by the rules of libyaml, whose Go port Drone reads its files with. Throws `YamlError`. */
export class Tokens {
  #in: Reader
  #queue: Token[] = []
  #taken = 0
  #indent = -1
  #indents: number[] = []
  #flow = 0
  #keyAllowed = true
  #keys: Candidate[] = [none()]
  #ended = false

  constructor(text: string, line: number) {
    this.#in = new Reader(text, line)
  }

  /** The next token, left in place. */
  peek(): Token {
    while (!this.#ended && (this.#queue.length === 0 || this.#awaitsKey())) this.#fetch()
    return this.#queue[0]!
  }

  take(): Token {
    const token = this.peek()
    if (token.kind !== 'end') {
      this.#queue.shift()
      this.#taken++
    }
    return token
  }

  #awaitsKey(): boolean {
    for (const key of this.#keys) if (key.isPossible && key.token === this.#taken && this.#isValid(key)) return true
    return false
  }

  #isValid(key: Candidate): boolean {
    if (!key.isPossible) return false
    if (key.line === this.#in.line && key.offset + longestKey >= this.#in.at) return true
    if (key.isRequired) throw new YamlError(this.#in.line, 'a ":" is missing after the key')
    key.isPossible = false
    return false
  }

  #push(kind: Mark, width = 1): void {
    this.#queue.push({ kind, line: this.#in.line })
    this.#in.skip(width)
  }

  #fetch(): void {
    const input = this.#in
    this.#skipSpace()
    this.#unroll(input.column)
    const { char } = input
    const isApart = isBlankOrEnd(input.peek(1))
    if (char === '') this.#finish()
    else if (input.column === 0 && char === '%') this.#directive()
    else if (input.isMarker()) this.#document()
    else if (char === '[' || char === '{') this.#open(char === '[' ? 'flow-list' : 'flow-map')
    else if (char === ']' || char === '}') this.#close(char === ']' ? 'flow-list-end' : 'flow-map-end')
    else if (char === ',') this.#comma()
    else if (char === '-' && isApart) this.#entry()
    else if (char === '?' && (this.#flow > 0 || isApart)) this.#key()
    else if (char === ':' && (this.#flow > 0 || isApart)) this.#value()
    else if (char === '*' || char === '&') this.#anchor(char === '&' ? 'anchor' : 'alias')
    else if (char === '!') this.#tag()
    else if ((char === '|' || char === '>') && this.#flow === 0) this.#block()
    else if (char === "'" || char === '"') {
      this.#saveKey()
      this.#keyAllowed = false
      this.#scalar(scanQuoted(input), false)
    } else this.#plain(char)
  }

  #comma(): void {
    this.#dropKey()
    this.#keyAllowed = true
    this.#push('comma')
  }

  #block(): void {
    this.#dropKey()
    this.#keyAllowed = true
    this.#scalar(scanBlockScalar(this.#in, this.#indent), false)
  }

  #plain(char: string): void {
    if (!this.#startsPlain(char)) {
      if (char === '\t') throw new YamlError(this.#in.line, 'a tab is used for indentation: use spaces')
      throw new YamlError(this.#in.line, `"${char}" cannot begin a value: put it in quotes`)
    }
    this.#saveKey()
    this.#keyAllowed = false
    const made = scanPlain(this.#in, this.#indent, this.#flow > 0)
    this.#scalar(made, true)
    if (made.endsLine) this.#keyAllowed = true
  }

  #startsPlain(char: string): boolean {
    const next = this.#in.peek(1)
    if (!isBlankOrEnd(char) && !'-?:,[]{}#&*!|>\'"%@`'.includes(char)) return true
    if (char === '-' && !isBlank(next)) return true
    return this.#flow === 0 && (char === '?' || char === ':') && !isBlankOrEnd(next)
  }

  #scalar({ value, line }: ReadScalar, isPlain: boolean): void {
    this.#queue.push({ kind: 'scalar', value, isPlain, line })
  }

  #skipSpace(): void {
    const input = this.#in
    for (;;) {
      if (input.column === 0 && input.char === '\uFEFF') input.skip()
      input.takeAll(this.#flow > 0 || !this.#keyAllowed ? blanks : spaces)
      input.skipComment()
      if (!isBreak(input.char)) return
      input.readBreak()
      if (this.#flow === 0) this.#keyAllowed = true
    }
  }

  #finish(): void {
    this.#unroll(-1)
    this.#dropKey()
    this.#queue.push({ kind: 'end', line: this.#in.line })
    this.#ended = true
  }

  #directive(): void {
    this.#unroll(-1)
    this.#dropKey()
    const { line } = this.#in
    let text = ''
    while (this.#in.char !== '' && !isBreak(this.#in.char)) text += this.#in.take()
    if (!/^%YAML[ \t]+1\.[0-9]+[ \t]*(#.*)?$|^%TAG[ \t]+![\w-]*!?[ \t]+\S+[ \t]*(#.*)?$/.test(text))
      throw new YamlError(line, 'a line that begins with % is a directive of YAML: put the value in quotes')
  }

  #document(): void {
    this.#unroll(-1)
    this.#dropKey()
    this.#keyAllowed = false
    this.#push(this.#in.char === '-' ? 'document' : 'end', 3)
    if (this.#queue.at(-1)!.kind === 'end') this.#ended = true
  }

  #open(kind: 'flow-list' | 'flow-map'): void {
    this.#saveKey()
    if (++this.#flow > deepest)
      throw new YamlError(this.#in.line, `nested deeper than ${deepest} levels: write it flatter`)
    this.#keys.push(none())
    this.#keyAllowed = true
    this.#push(kind)
  }

  #close(kind: 'flow-list-end' | 'flow-map-end'): void {
    this.#dropKey()
    if (this.#flow > 0) {
      this.#flow--
      this.#keys.pop()
    }
    this.#keyAllowed = false
    this.#push(kind)
  }

  #entry(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed)
        throw new YamlError(this.#in.line, 'a list cannot begin here: put "- " on a line of its own')
      this.#roll(this.#in.column, 'block-list')
    }
    this.#dropKey()
    this.#keyAllowed = true
    this.#push('entry')
  }

  #key(): void {
    if (this.#flow === 0) {
      if (!this.#keyAllowed) throw new YamlError(this.#in.line, 'a key cannot stand here')
      this.#roll(this.#in.column, 'block-map')
    }
    this.#dropKey()
    this.#keyAllowed = this.#flow === 0
    this.#push('key')
  }

  #value(): void {
    const key = this.#keys.at(-1)!
    if (this.#isValid(key)) {
      const at = key.token - this.#taken
      this.#queue.splice(at, 0, { kind: 'key', line: key.line })
      this.#roll(key.column, 'block-map', at, key.line)
      key.isPossible = false
      this.#keyAllowed = false
    } else {
      if (this.#flow === 0) {
        if (!this.#keyAllowed)
          throw new YamlError(this.#in.line, 'a second ":" in one line: put the value in quotes, or begin a new line')
        this.#roll(this.#in.column, 'block-map')
      }
      this.#keyAllowed = this.#flow === 0
    }
    this.#push('value')
  }

  #anchor(kind: 'anchor' | 'alias'): void {
    this.#saveKey()
    this.#keyAllowed = false
    const { line } = this.#in
    this.#in.skip()
    let value = ''
    while (/^[0-9A-Za-z_-]$/.test(this.#in.char)) value += this.#in.take()
    if (!value || !(isBlankOrEnd(this.#in.char) || '?:,]}%@`'.includes(this.#in.char)))
      throw new YamlError(
        line,
        `the name of an ${kind} has letters, digits, - and _ only; put a text with * or & in quotes`,
      )
    this.#queue.push({ kind, value, line })
  }

  #tag(): void {
    this.#saveKey()
    this.#keyAllowed = false
    const { line } = this.#in
    let written = ''
    while (!isBlankOrEnd(this.#in.char)) written += this.#in.take()
    const standard = 'tag:yaml.org,2002:'
    const wrong = () => new YamlError(line, `the tag ${written} is not understood: put the value in quotes`)
    if (!/^[!<>;/?:@&=+$.,~*'()[\]%\w-]+$/.test(written)) throw wrong()
    const [, verbatim] = /^!<(.+)>$/.exec(written) ?? []
    if (!verbatim && /[<>]|^!!$|^![\w-]+!/.test(written)) throw wrong()
    const value = verbatim ?? (written.startsWith('!!') ? standard + written.slice(2) : written)
    this.#queue.push({ kind: 'tag', value, line })
  }

  #roll(column: number, kind: 'block-list' | 'block-map', at = this.#queue.length, line = this.#in.line): void {
    if (this.#flow > 0 || this.#indent >= column) return
    if (this.#indents.push(this.#indent) > deepest)
      throw new YamlError(line, `nested deeper than ${deepest} levels: write it flatter`)
    this.#indent = column
    this.#queue.splice(at, 0, { kind, line })
  }

  #unroll(column: number): void {
    if (this.#flow > 0) return
    while (this.#indent > column) {
      this.#queue.push({ kind: 'block-end', line: this.#in.line })
      this.#indent = this.#indents.pop()!
    }
  }

  #saveKey(): void {
    const { column, at, line } = this.#in
    if (!this.#keyAllowed) return
    this.#dropKey()
    const isRequired = this.#flow === 0 && this.#indent === column
    const token = this.#taken + this.#queue.length
    this.#keys[this.#keys.length - 1] = { isPossible: true, isRequired, token, offset: at, line, column }
  }

  #dropKey(): void {
    const key = this.#keys.at(-1)!
    if (key.isPossible && key.isRequired) throw new YamlError(key.line, 'a ":" is missing after the key')
    key.isPossible = false
  }
}
