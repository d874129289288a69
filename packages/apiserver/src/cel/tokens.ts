import { CompileError, type Literal } from './ast.ts'

export interface Token {
  kind: 'ident' | 'literal' | 'punctuation' | 'end'
  text: string
  at: number
  literal?: Literal
}

const punctuation = /(?:&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}])/y
const ident = /[A-Za-z_][A-Za-z0-9_]*/y
const quotedIdent = /`([A-Za-z0-9_.\-/ ]+)`/y
const space = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y
const number = /(?:0x[0-9a-fA-F]+u?|(?:\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.\d+(?:[eE][-+]?\d+)?)|\d+u?)/iy
const text = /([rR]?[bB]|[bB]?[rR])?("""|'''|"|')/y

/** Throws CompileError. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (expression: RegExp) => {
    expression.lastIndex = at
    return expression.exec(source)
  }
  while (at < source.length) {
    const blank = match(space)
    if (blank) {
      at += blank[0].length
      continue
    }
    const quote = match(text)
    if (quote) {
      const { literal, end } = quoted(source, at, quote)
      tokens.push({ kind: 'literal', text: source.slice(at, end), at, literal })
      at = end
      continue
    }
    const digits = match(number)
    if (digits && !(digits[0].startsWith('.') && tokens.at(-1)?.kind === 'ident')) {
      tokens.push({ kind: 'literal', text: digits[0], at, literal: numberFrom(source, digits[0], at) })
      at += digits[0].length
      continue
    }
    const name = match(ident) ?? match(quotedIdent)
    if (name) {
      const word = name[1] ?? name[0]
      tokens.push({
        kind: 'ident',
        text: word,
        at,
        ...(!name[1] && word in constants && { literal: constants[word]! }),
      })
      at += name[0].length
      continue
    }
    const sign = match(punctuation)
    if (!sign)
      throw new CompileError(source, [
        { at, message: `Syntax error: token recognition error at: '${source.slice(at, at + 2)}'` },
      ])
    tokens.push({ kind: 'punctuation', text: sign[0], at })
    at += sign[0].length
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: source.length })
  return tokens
}

const constants: Record<string, Literal> = {
  __proto__: null as never,
  true: { type: 'bool', value: true },
  false: { type: 'bool', value: false },
  null: { type: 'null' },
}

function numberFrom(source: string, digits: string, at: number): Literal {
  if (/^0x/i.test(digits) || /^\d+u?$/i.test(digits)) {
    const isUint = /u$/i.test(digits)
    const value = BigInt(digits.replace(/u$/i, ''))
    // The smallest int is written with a minus in front of what is one too many.
    if (isUint ? value >= 1n << 64n : value > 1n << 63n)
      throw new CompileError(source, [{ at, message: `Syntax error: invalid ${isUint ? 'uint' : 'int'} literal` }])
    return { type: isUint ? 'uint' : 'int', value }
  }
  return { type: 'double', value: Number(digits) }
}

function quoted(source: string, at: number, [whole, prefix = '', quote]: RegExpExecArray) {
  const isRaw = /r/i.test(prefix)
  const isBytes = /b/i.test(prefix)
  const bad = (message: string): never => {
    throw new CompileError(source, [{ at, message: `Syntax error: ${message}` }])
  }
  let end = at + whole.length
  const pieces: (string | number)[] = []
  for (;;) {
    if (end >= source.length) bad(`token recognition error at: '${source.slice(at)}'`)
    if (source.startsWith(quote!, end)) break
    const char = source[end]!
    if (char === '\n' && quote!.length === 1) bad('unterminated string literal')
    if (char !== '\\' || isRaw) {
      if (char === '\\' && source[end + 1] !== undefined) {
        pieces.push(char, source[end + 1]!)
        end += 2
        continue
      }
      pieces.push(char)
      end++
      continue
    }
    const sequence = /\\(?:([abfnrtv\\?"'`])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y
    sequence.lastIndex = end
    const found = sequence.exec(source) ?? bad('unable to unescape string')
    const [all, simple, x, u, U, octal] = found
    if (simple) pieces.push(escapes[simple] ?? simple)
    else if (u || U) pieces.push(codePoint((u ?? U)!, bad))
    else {
      const code = x ? Number.parseInt(x, 16) : Number.parseInt(octal!, 8)
      pieces.push(isBytes ? code : String.fromCodePoint(code))
    }
    end += all.length
  }
  end += quote!.length
  if (!isBytes) return { literal: { type: 'string', value: pieces.join('') } as Literal, end }
  const value = Buffer.concat(
    pieces.map((piece) => (typeof piece === 'number' ? Buffer.from([piece]) : Buffer.from(piece))),
  )
  return { literal: { type: 'bytes', value: new Uint8Array(value) } as Literal, end }
}

function codePoint(hex: string, bad: (message: string) => never): string {
  const code = Number.parseInt(hex, 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) bad('invalid unicode code point')
  return String.fromCodePoint(code)
}

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
