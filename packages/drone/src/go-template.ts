import { functions, isTrue, printed, type Value } from './template-functions.ts'

/** The template is wrong, or does too much. */
export class TemplateError extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.name = 'TemplateError'
    this.line = line
  }
}

interface Command {
  words: Word[]
}
interface Pipe {
  line: number
  names: string[]
  assigns: boolean
  commands: Command[]
}
type Word =
  | { kind: 'literal'; value: Value }
  | { kind: 'field'; path: string[] }
  | { kind: 'variable'; name: string; path: string[] }
  | { kind: 'function'; name: string }
  | { kind: 'group'; pipe: Pipe; path: string[] }
type Part =
  | { kind: 'text'; text: string }
  | { kind: 'action'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; then: Part[]; otherwise: Part[] }
  | { kind: 'template'; name: string; pipe?: Pipe; line: number }
  | { kind: 'leave'; how: 'break' | 'continue' }

const maximumOutput = 2_000_000
const maximumSteps = 500_000
const maximumDepth = 50

/** Executes a Go text/template. Throws `TemplateError` with the template's line. */
export function executed(source: string, data: Value): string {
  const { root, defined } = parse(source)
  return new Execution(defined).run(root, data)
}

interface Action {
  text: string
  line: number
}

/** Cuts the source into texts and actions; `{{-` and `-}}` trim the text beside them. */
function cut(source: string): (string | Action)[] {
  const pieces: (string | Action)[] = []
  const pattern = /\{\{(-(?=\s))?((?:"(?:\\.|[^"\\\n])*"|`[^`]*`|\/\*[\s\S]*?\*\/|(?!\s-\}\}|\}\})[\s\S])*?)(\s-)?\}\}/g
  let at = 0
  let trims = false
  const push = (text: string) => pieces.push(trims ? text.replace(/^[ \t\r\n]+/, '') : text)
  for (const match of source.matchAll(pattern)) {
    const before = source.slice(at, match.index)
    push(match[1] ? before.replace(/[ \t\r\n]+$/, '') : before)
    trims = Boolean(match[3])
    pieces.push({ text: match[2]!.trim(), line: source.slice(0, match.index).split('\n').length })
    at = match.index + match[0].length
  }
  const rest = source.slice(at)
  const open = rest.indexOf('{{')
  if (open >= 0)
    throw new TemplateError(source.slice(0, at + open).split('\n').length, 'an action is not closed: add }}')
  push(rest)
  return pieces
}

function parse(source: string) {
  const defined = new Map<string, Part[]>()
  const pieces = cut(source)
  let at = 0
  let depth = 0
  const block = (ends: string[], line: number): { parts: Part[]; end: Action } => {
    if (++depth > maximumDepth) throw new TemplateError(line, `nested deeper than ${maximumDepth} levels`)
    const parts: Part[] = []
    while (at < pieces.length) {
      const piece = pieces[at++]!
      if (typeof piece === 'string') {
        if (piece) parts.push({ kind: 'text', text: piece })
        continue
      }
      const [word = ''] = /^\w+/.exec(piece.text) ?? []
      if (ends.includes(word)) {
        depth--
        return { parts, end: piece }
      }
      const part = partOf(piece, word)
      if (part) parts.push(part)
    }
    if (ends.length > 0) throw new TemplateError(line, 'a block is not closed: add {{ end }}')
    return { parts, end: { text: '', line } }
  }
  const partOf = (action: Action, word: string): Part | undefined => {
    const { text, line } = action
    const rest = text.slice(word.length).trim()
    if (text.startsWith('/*')) return undefined
    if (word === 'break' || word === 'continue') return { kind: 'leave', how: word }
    if (word === 'if' || word === 'with' || word === 'range') return branch(word, rest, line)
    if (word === 'define' || word === 'block') {
      const { name, after } = named(rest, line)
      defined.set(name, block(['end'], line).parts)
      return word === 'block' ? { kind: 'template', name, pipe: pipeOf(after || '.', line), line } : undefined
    }
    if (word === 'template') {
      const { name, after } = named(rest, line)
      return { kind: 'template', name, ...(after && { pipe: pipeOf(after, line) }), line }
    }
    if (word === 'end' || word === 'else') throw new TemplateError(line, `{{ ${word} }} without a block before it`)
    return { kind: 'action', pipe: pipeOf(text, line) }
  }
  const branch = (kind: 'if' | 'with' | 'range', head: string, line: number): Part => {
    const pipe = pipeOf(head, line)
    const { parts: then, end } = block(['end', 'else'], line)
    if (end.text === 'end') return { kind, pipe, then, otherwise: [] }
    const chained = /^else\s+(if|with)\s+([\s\S]+)$/.exec(end.text)
    if (chained) return { kind, pipe, then, otherwise: [branch(chained[1] as 'if' | 'with', chained[2]!, end.line)] }
    return { kind, pipe, then, otherwise: block(['end'], line).parts }
  }
  return { root: block([], 1).parts, defined }
}

function named(rest: string, line: number): { name: string; after: string } {
  const match = /^("(?:\\.|[^"\\])*"|`[^`]*`)\s*([\s\S]*)$/.exec(rest)
  if (!match) throw new TemplateError(line, 'a template name is missing: write it in quotes')
  return { name: unquoted(match[1]!), after: match[2]! }
}

const unquoted = (text: string): string => (text.startsWith('`') ? text.slice(1, -1) : (JSON.parse(text) as string))

const tokenPattern =
  /\s*("(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])+'|[-+]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])|\$?[\w]*(?:\.[\w]+)+|\$\w*|\.|[A-Za-z_]\w*|:=|=|\||\(|\)|,)/y

function pipeOf(text: string, line: number): Pipe {
  const tokens: { text: string; spaced: boolean }[] = []
  tokenPattern.lastIndex = 0
  let end = 0
  while (end < text.trimEnd().length) {
    tokenPattern.lastIndex = end
    const match = tokenPattern.exec(text)
    if (!match) throw new TemplateError(line, `"${text.slice(end).trim().slice(0, 20)}" is not understood`)
    tokens.push({ text: match[1]!, spaced: match[0] !== match[1] })
    end = tokenPattern.lastIndex
  }
  let at = 0
  const pipe = (isTop: boolean): Pipe => {
    const made: Pipe = { line, names: [], assigns: false, commands: [] }
    const ahead = tokens.slice(at).findIndex((token) => token.text === ':=' || token.text === '=')
    if (isTop && at === 0 && ahead > 0) {
      made.names = tokens
        .slice(0, ahead)
        .map((token) => token.text)
        .filter((name) => name !== ',')
      made.assigns = tokens[ahead]!.text === '='
      if (!made.names.every((name) => /^\$\w+$/.test(name)))
        throw new TemplateError(line, 'only $variables take a value')
      at = ahead + 1
    }
    for (;;) {
      const words: Word[] = []
      while (at < tokens.length && tokens[at]!.text !== '|' && tokens[at]!.text !== ')') words.push(word())
      if (words.length === 0) throw new TemplateError(line, 'a value is missing')
      made.commands.push({ words })
      if (tokens[at]?.text !== '|') return made
      at++
    }
  }
  const word = (): Word => {
    const token = tokens[at++]!.text
    if (token === '(') {
      const inner = pipe(false)
      if (tokens[at++]?.text !== ')') throw new TemplateError(line, 'a ( is not closed')
      const next = tokens[at]
      if (next && !next.spaced && next.text.startsWith('.') && next.text.length > 1) {
        at++
        return { kind: 'group', pipe: inner, path: next.text.slice(1).split('.') }
      }
      return { kind: 'group', pipe: inner, path: [] }
    }
    return wordOf(token, line)
  }
  const made = pipe(true)
  if (at < tokens.length) throw new TemplateError(line, `"${tokens[at]!.text}" does not belong here`)
  return made
}

function wordOf(token: string, line: number): Word {
  if (/^["`]/.test(token)) return { kind: 'literal', value: unquoted(token) }
  if (token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1).codePointAt(0)! }
  if (/^[-+]?\d/.test(token)) return { kind: 'literal', value: Number(token) }
  if (token === '.') return { kind: 'field', path: [] }
  if (token.startsWith('.')) return { kind: 'field', path: token.slice(1).split('.') }
  if (token.startsWith('$')) {
    const [name = '', ...path] = token.split('.')
    return { kind: 'variable', name, path }
  }
  if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' }
  if (token === 'nil') return { kind: 'literal', value: null }
  if (!Object.hasOwn(functions, token) && token !== 'and' && token !== 'or')
    throw new TemplateError(line, `function "${token}" is not defined`)
  return { kind: 'function', name: token }
}

type Scope = Map<string, Value>
type Leave = 'break' | 'continue' | undefined

/** One run, with its budget of steps and output. */
class Execution {
  #out: string[] = []
  #size = 0
  #steps = 0
  #defined: Map<string, Part[]>

  constructor(defined: Map<string, Part[]>) {
    this.#defined = defined
  }

  run(root: Part[], data: Value): string {
    this.#parts(root, data, [new Map([['$', data]])], 0)
    return this.#out.join('')
  }

  #write(text: string): void {
    this.#size += text.length
    if (this.#size > maximumOutput)
      throw new TemplateError(0, `the template writes more than ${maximumOutput} characters`)
    this.#out.push(text)
  }

  #parts(parts: Part[], dot: Value, scopes: Scope[], depth: number): Leave {
    for (const part of parts) {
      if (++this.#steps > maximumSteps) throw new TemplateError(0, 'the template does not come to an end')
      const leave = this.#part(part, dot, scopes, depth)
      if (leave) return leave
    }
    return undefined
  }

  #part(part: Part, dot: Value, scopes: Scope[], depth: number): Leave {
    if (part.kind === 'text') this.#write(part.text)
    else if (part.kind === 'leave') return part.how
    else if (part.kind === 'action') {
      const value = this.#pipe(part.pipe, dot, scopes)
      if (part.pipe.names.length === 0) this.#write(printed(value))
    } else if (part.kind === 'template') {
      const body = this.#defined.get(part.name)
      if (!body) throw new TemplateError(part.line, `template "${part.name}" is not defined`)
      if (depth > maximumDepth) throw new TemplateError(part.line, 'templates call each other too deeply')
      const data = part.pipe ? this.#pipe(part.pipe, dot, scopes) : null
      this.#parts(body, data, [new Map([['$', data]])], depth + 1)
    } else if (part.kind === 'range') this.#range(part, dot, scopes, depth)
    else {
      const inner = [...scopes, new Map()]
      const value = this.#pipe(part.pipe, dot, inner)
      const isMet = isTrue(value)
      return this.#parts(isMet ? part.then : part.otherwise, part.kind === 'with' && isMet ? value : dot, inner, depth)
    }
    return undefined
  }

  #range(part: Extract<Part, { then: Part[] }>, dot: Value, scopes: Scope[], depth: number): void {
    const { names } = part.pipe
    const value = this.#pipe({ ...part.pipe, names: [] }, dot, scopes)
    const items = itemsOf(value, part.pipe.line)
    if (items.length === 0) {
      this.#parts(part.otherwise, dot, [...scopes, new Map()], depth)
      return
    }
    for (const [key, item] of items) {
      const scope: Scope = new Map()
      if (names.length === 1) scope.set(names[0]!, item)
      else if (names.length === 2) scope.set(names[0]!, key).set(names[1]!, item)
      if (this.#parts(part.then, item, [...scopes, scope], depth) === 'break') return
    }
  }

  #pipe(pipe: Pipe, dot: Value, scopes: Scope[]): Value {
    let value: Value | undefined
    for (const { words } of pipe.commands) value = this.#command(words, value, dot, scopes, pipe.line)
    const [name] = pipe.names
    if (name !== undefined) {
      const scope = pipe.assigns ? scopes.findLast((one) => one.has(name)) : scopes.at(-1)
      if (!scope) throw new TemplateError(pipe.line, `variable ${name} is not defined`)
      scope.set(name, value ?? null)
    }
    return value ?? null
  }

  #command([first, ...rest]: Word[], piped: Value | undefined, dot: Value, scopes: Scope[], line: number): Value {
    if (++this.#steps > maximumSteps) throw new TemplateError(line, 'the template does not come to an end')
    if (first!.kind !== 'function') {
      if (rest.length > 0 || piped !== undefined) throw new TemplateError(line, 'only functions take arguments')
      return this.#word(first!, dot, scopes, line)
    }
    const { name } = first as Extract<Word, { kind: 'function' }>
    const lazily = rest.map((word) => () => this.#word(word, dot, scopes, line))
    if (piped !== undefined) lazily.push(() => piped)
    if (name === 'and' || name === 'or') {
      let value: Value = null
      for (const next of lazily) {
        value = next()
        if (isTrue(value) === (name === 'or')) return value
      }
      return value
    }
    return this.#call(
      name,
      lazily.map((next) => next()),
      line,
    )
  }

  #call(name: string, args: Value[], line: number): Value {
    try {
      return functions[name]!(...args)
    } catch (error) {
      throw new TemplateError(line, `${name}: ${(error as Error).message}`)
    }
  }

  #word(word: Word, dot: Value, scopes: Scope[], line: number): Value {
    switch (word.kind) {
      case 'literal':
        return word.value
      case 'field':
        return fieldOf(dot, word.path, line)
      case 'function':
        return this.#command([word], undefined, dot, scopes, line)
      case 'group':
        return fieldOf(this.#pipe(word.pipe, dot, scopes), word.path, line)
      case 'variable': {
        const scope = scopes.findLast((one) => one.has(word.name))
        if (!scope) throw new TemplateError(line, `variable ${word.name} is not defined`)
        return fieldOf(scope.get(word.name)!, word.path, line)
      }
    }
  }
}

function fieldOf(from: Value, path: string[], line: number): Value {
  let value: Value = from
  for (const name of path) {
    if (value === undefined || value === null) return value
    if (typeof value !== 'object' || Array.isArray(value))
      throw new TemplateError(line, `there is no field ${name} here`)
    value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}

function itemsOf(value: Value, line: number): [Value, Value][] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.map((item, index) => [index, item])
  if (typeof value === 'object')
    return Object.keys(value)
      .sort()
      .map((key) => [key, value[key]])
  if (typeof value === 'number' && value <= maximumSteps)
    return Array.from({ length: Math.max(0, value) }, (_, index) => [index, index])
  throw new TemplateError(line, 'range needs a list or a map')
}
