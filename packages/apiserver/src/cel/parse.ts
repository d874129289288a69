import { CompileError, type Fold, type Local, type Node } from './ast.ts'
import { type Token, tokensOf } from './tokens.ts'

const maxDepth = 250
const maxLength = 100_000

/** The syntax tree of an expression, macros expanded. Throws CompileError. */
export function parse(source: string): Node {
  if (source.length > maxLength)
    throw new CompileError('', [
      { at: 0, message: `expression code point size exceeds limit: size: ${source.length}, limit ${maxLength}` },
    ])
  return new Parser(source).whole()
}

const binary: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]
const named: Record<string, string> = { in: '@in' }

/** Words that are no names of variables. */
const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

class Parser {
  readonly #source: string
  readonly #tokens: Token[]
  #next = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
    this.#tokens = tokensOf(source)
  }

  whole(): Node {
    const node = this.#expression()
    if (this.#peek().kind !== 'end') this.#unexpected(['<EOF>'])
    return node
  }

  #peek(): Token {
    return this.#tokens[this.#next]!
  }

  #is(text: string): boolean {
    const token = this.#peek()
    return token.text === text && (token.kind === 'punctuation' || (text === 'in' && token.kind === 'ident'))
  }

  #take(text: string): Token | undefined {
    if (!this.#is(text)) return undefined
    return this.#tokens[this.#next++]
  }

  #need(text: string): Token {
    return this.#take(text) ?? this.#unexpected([text])
  }

  #unexpected(expected: readonly string[]): never {
    const token = this.#peek()
    const wanted = expected.length > 0 ? ` expecting ${expected.map((one) => `'${one}'`).join(', ')}` : ''
    this.#fail(
      token.at,
      token.kind === 'end'
        ? `Syntax error: mismatched input '<EOF>'${wanted}`
        : `Syntax error: ${wanted ? 'mismatched' : 'extraneous'} input '${token.text}'${wanted}`,
    )
  }

  #fail(at: number, message: string): never {
    throw new CompileError(this.#source, [{ at, message }])
  }

  #expression(): Node {
    if (++this.#depth > maxDepth) this.#fail(this.#peek().at, `expression recursion limit exceeded: ${maxDepth}`)
    const condition = this.#binary(0)
    const question = this.#take('?')
    let node = condition
    if (question) {
      const yes = this.#binary(0)
      this.#need(':')
      const no = this.#expression()
      node = { kind: 'call', at: question.at, name: '_?_:_', args: [condition, yes, no] }
    }
    this.#depth--
    return node
  }

  #binary(level: number): Node {
    const operators = binary[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const token = operators.map((one) => this.#take(one)).find(Boolean)
      if (!token) return left
      const right = this.#binary(level + 1)
      left = { kind: 'call', at: token.at, name: named[token.text] ?? `_${token.text}_`, args: [left, right] }
    }
  }

  #unary(): Node {
    const token = this.#take('!') ?? this.#take('-')
    if (!token) return this.#member()
    if (++this.#depth > maxDepth) this.#fail(token.at, `expression recursion limit exceeded: ${maxDepth}`)
    const operand = this.#unary()
    this.#depth--
    if (token.text === '-' && operand.kind === 'literal' && this.#tokens[this.#next - 1]!.literal === operand.value) {
      if (operand.value.type === 'int')
        return { kind: 'literal', at: token.at, value: { type: 'int', value: -operand.value.value } }
      if (operand.value.type === 'double')
        return { kind: 'literal', at: token.at, value: { type: 'double', value: -operand.value.value } }
    }
    if (operand.kind === 'literal' && operand.value.type === 'int' && operand.value.value === 1n << 63n)
      this.#fail(operand.at, 'Syntax error: invalid int literal')
    return { kind: 'call', at: token.at, name: token.text === '!' ? '!_' : '-_', args: [operand] }
  }

  #member(): Node {
    let node = this.#primary()
    for (;;) {
      const dot = this.#take('.')
      if (dot) {
        const optional = this.#take('?') !== undefined
        const name = this.#peek()
        if (name.kind !== 'ident' || name.literal || name.text === 'in') this.#unexpected(['IDENTIFIER'])
        this.#next++
        const open = optional ? undefined : this.#take('(')
        if (open) node = this.#macro(name.text, node, this.#arguments(')'), open.at)
        else node = { kind: 'select', at: dot.at, operand: node, field: name.text, optional, test: false }
        continue
      }
      const bracket = this.#take('[')
      if (bracket) {
        const name = this.#take('?') ? '_[?_]' : '_[_]'
        const index = this.#expression()
        this.#need(']')
        node = { kind: 'call', at: bracket.at, name, args: [node, index] }
        continue
      }
      const brace = this.#is('{') && typeName(node) !== undefined ? this.#take('{') : undefined
      if (!brace) return node
      node = this.#struct(typeName(node)!, brace.at)
    }
  }

  #arguments(close: string): Node[] {
    const all: Node[] = []
    while (!this.#take(close)) {
      if (all.length > 0) this.#need(',')
      all.push(this.#expression())
    }
    return all
  }

  #primary(): Node {
    const token = this.#peek()
    if (token.literal) {
      this.#next++
      if (
        token.literal.type === 'int' &&
        token.literal.value === 1n << 63n &&
        this.#tokens[this.#next - 2]?.text !== '-'
      )
        this.#fail(token.at, 'Syntax error: invalid int literal')
      return { kind: 'literal', at: token.at, value: token.literal }
    }
    if (this.#take('(')) {
      const inner = this.#expression()
      this.#need(')')
      return inner
    }
    const list = this.#take('[')
    if (list) return this.#list(list.at)
    const map = this.#take('{')
    if (map) return this.#map(map.at)
    const leading = this.#take('.')
    const name = this.#peek()
    if (name.kind !== 'ident' || name.text === 'in') this.#unexpected([])
    this.#next++
    const open = this.#take('(')
    if (open) return this.#macro(name.text, undefined, this.#arguments(')'), open.at)
    if (reserved.has(name.text) && !leading) this.#fail(name.at, `Syntax error: reserved identifier: ${name.text}`)
    return { kind: 'ident', at: name.at, name: name.text }
  }

  #list(at: number): Node {
    const items: { value: Node; optional: boolean }[] = []
    while (!this.#take(']')) {
      if (items.length > 0) {
        this.#need(',')
        if (this.#take(']')) break
      }
      const optional = this.#take('?') !== undefined
      items.push({ optional, value: this.#expression() })
    }
    return { kind: 'list', at, items }
  }

  #map(at: number): Node {
    const entries: { key: Node; value: Node; optional: boolean; at: number }[] = []
    while (!this.#take('}')) {
      if (entries.length > 0) {
        this.#need(',')
        if (this.#take('}')) break
      }
      const optional = this.#take('?') !== undefined
      const key = this.#expression()
      const colon = this.#need(':')
      entries.push({ key, optional, at: colon.at, value: this.#expression() })
    }
    return { kind: 'map', at, entries }
  }

  #struct(name: string, at: number): Node {
    const fields: { name: string; value: Node; optional: boolean; at: number }[] = []
    while (!this.#take('}')) {
      if (fields.length > 0) {
        this.#need(',')
        if (this.#take('}')) break
      }
      const optional = this.#take('?') !== undefined
      const field = this.#peek()
      if (field.kind !== 'ident') this.#unexpected(['IDENTIFIER'])
      this.#next++
      const colon = this.#need(':')
      fields.push({ name: field.text, optional, at: colon.at, value: this.#expression() })
    }
    return { kind: 'struct', at, name, fields }
  }

  /** A call, unless it is one of the macros. */
  #macro(name: string, target: Node | undefined, args: Node[], at: number): Node {
    const count = args.length
    const local = (node: Node): Local => {
      if (node.kind !== 'ident') this.#fail(node.at, 'argument must be a simple name')
      return { name: node.name, slot: -1 }
    }
    if (!target) {
      if (name !== 'has' || count !== 1) return { kind: 'call', at, name, args }
      const [field] = args
      if (field!.kind !== 'select') this.#fail(field!.at, 'invalid argument to has() macro')
      return { ...field, test: true } as Node
    }
    if (target.kind === 'ident' && target.name === 'cel' && name === 'bind' && count === 3)
      return { kind: 'bind', at, local: local(args[0]!), value: args[1]!, body: args[2]! }
    if ((name === 'optMap' || name === 'optFlatMap') && count === 2)
      return {
        kind: 'optMap',
        at,
        local: local(args[0]!),
        operand: target,
        body: args[1]!,
        flat: name === 'optFlatMap',
      }
    const form = folds[name]
    const fold = (vars: number, filter?: Node): Node => ({
      kind: 'fold',
      at,
      form: form!,
      range: target,
      vars: args.slice(0, vars).map(local),
      ...(filter && { filter }),
      body: args.at(-1)!,
    })
    if (form === 'map' && (count === 2 || count === 3)) return fold(1, count === 3 ? args[1] : undefined)
    if (form?.startsWith('transform') && (count === 3 || count === 4)) return fold(2, count === 4 ? args[2] : undefined)
    if (form && !form.startsWith('transform') && form !== 'map') {
      if (count === 2) return fold(1)
      if (count === 3 && form !== 'filter') return fold(2)
    }
    return { kind: 'call', at, name, target, args }
  }
}

const folds: Record<string, Fold> = {
  __proto__: null as never,
  all: 'all',
  exists: 'exists',
  exists_one: 'existsOne',
  existsOne: 'existsOne',
  map: 'map',
  filter: 'filter',
  transformList: 'transformList',
  transformMap: 'transformMap',
  transformMapEntry: 'transformMapEntry',
}

/** `a.b.C`, when the node is nothing but names. */
export function typeName(node: Node): string | undefined {
  if (node.kind === 'ident') return node.name
  if (node.kind !== 'select' || node.test || node.optional) return undefined
  const before = typeName(node.operand)
  return before && `${before}.${node.field}`
}
