import { isBlank, isBlankOrEnd, isBreak, type Reader, type ReadScalar, restOfLine, YamlError } from './yaml-reader.ts'

/** Line breaks between the words of a scalar: one is a space, more are one fewer. */
function folded(first: string, more: string): string {
  if (first !== '\n') return first + more
  return more || ' '
}

/** Blanks and line breaks between words. `isNested` lets a caller refuse tabs. */
function gap(input: Reader, startsBroken: boolean, check?: (isBroken: boolean) => void) {
  let spaces = ''
  let first = ''
  let more = ''
  let isBroken = startsBroken
  while (isBlank(input.char) || isBreak(input.char)) {
    check?.(isBroken)
    if (isBlank(input.char)) {
      const blank = input.take()
      if (!isBroken) spaces += blank
    } else if (isBroken) more += input.readBreak()
    else {
      spaces = ''
      first = input.readBreak()
      isBroken = true
    }
  }
  return { isBroken, joined: isBroken ? (first ? folded(first, more) : more) : spaces }
}

/** Words of a plain scalar up to the line's end, a comment, `: ` or, in flow, what ends an item. */
const wordsOfLine = (stops: string) => {
  const blank = ' \\t\\n\\r\\x85\\u2028\\u2029'
  const word = `(?:[^${blank}:${stops}]+|:(?![${blank}]|$))+`
  return new RegExp(`${word}(?:[ \\t]+(?!#)${word})*`, 'y')
}
const blockWords = wordsOfLine('')
const flowWords = wordsOfLine(',?[\\]{}')
const quotedPart = /[^ \t\n\r\x85\u2028\u2029"'\\]+/y

/** An unquoted scalar. `endsLine`: it was followed by a line break. */
export function scanPlain(input: Reader, indent: number, isFlow: boolean): ReadScalar & { endsLine: boolean } {
  const { line } = input
  const least = indent + 1
  let value = ''
  let pending = ''
  let endsLine = false
  for (;;) {
    if (input.isMarker() || input.char === '#') break
    const word = input.takeAll(isFlow ? flowWords : blockWords)
    if (word) {
      value += pending + word
      pending = ''
      endsLine = false
    }
    if (!isBlank(input.char) && !isBreak(input.char)) break
    const between = gap(input, endsLine, (isBroken) => {
      if (isBroken && input.column < least && input.char === '\t')
        throw new YamlError(input.line, 'a tab is used for indentation: use spaces')
    })
    pending = between.joined
    endsLine = between.isBroken
    if (!isFlow && input.column < least) break
  }
  return { value, line, endsLine }
}

/** A scalar in single or double quotes. */
export function scanQuoted(input: Reader): ReadScalar {
  const { line } = input
  const quote = input.take()
  let value = ''
  for (;;) {
    if (input.isMarker()) throw new YamlError(input.line, 'a quoted text is not closed before the document ends')
    if (input.char === '') throw new YamlError(line, `a quoted text is not closed: add ${quote}`)
    let isBroken = false
    while (!isBlankOrEnd(input.char)) {
      value += input.takeAll(quotedPart)
      if (isBlankOrEnd(input.char)) break
      if (input.char === quote) {
        if (quote === '"' || input.peek(1) !== quote) break
        value += quote
        input.skip(2)
      } else if (quote === '"' && input.char === '\\') {
        if (isBreak(input.peek(1))) {
          input.skip()
          input.readBreak()
          isBroken = true
          break
        }
        value += escaped(input)
      } else value += input.take()
    }
    if (input.char === quote) break
    value += gap(input, isBroken).joined
  }
  input.skip()
  return { value, line }
}

const escapes: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}
const codeLengths: Record<string, number> = { x: 2, u: 4, U: 8 }

function escaped(input: Reader): string {
  const char = input.peek(1)
  if (Object.hasOwn(escapes, char)) {
    input.skip(2)
    return escapes[char]!
  }
  const length = codeLengths[char]
  if (!length)
    throw new YamlError(input.line, `\\${char} is no escape in double quotes: write \\\\${char}, or use single quotes`)
  input.skip(2)
  let digits = ''
  while (digits.length < length && /^[0-9a-fA-F]$/.test(input.char)) digits += input.take()
  const code = Number.parseInt(digits, 16)
  if (digits.length < length || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new YamlError(input.line, `\\${char}${digits} is no character`)
  return String.fromCodePoint(code)
}

/** A scalar after `|` or `>`. */
export function scanBlockScalar(input: Reader, parent: number): ReadScalar {
  const { line } = input
  const isLiteral = input.take() === '|'
  let chomping = ''
  let increment = 0
  const digit = () => {
    if (input.char === '0') throw new YamlError(line, 'the indentation after | or > is 1 to 9')
    increment = Number(input.take())
  }
  const isDigit = () => /^[0-9]$/.test(input.char)
  if (input.char === '+' || input.char === '-') {
    chomping = input.take()
    if (isDigit()) digit()
  } else if (isDigit()) {
    digit()
    if ((input.char as string) === '+' || (input.char as string) === '-') chomping = input.take()
  }
  while (isBlank(input.char)) input.skip()
  input.skipComment()
  if (input.char !== '') {
    if (!isBreak(input.char)) throw new YamlError(line, 'a text stands behind | or >: begin it on the next line')
    input.readBreak()
  }
  const block = { indent: increment > 0 ? Math.max(parent, 0) + increment : 0, parent, line }
  let value = ''
  let lastBreak = ''
  let breaks = readBreaks(input, block)
  let wasIndented = false
  while (input.column === block.indent && input.char !== '') {
    const isIndented = isBlank(input.char)
    if (!isLiteral && lastBreak === '\n' && !wasIndented && !isIndented) value += breaks ? '' : ' '
    else value += lastBreak
    value += breaks
    wasIndented = isIndented
    value += input.takeAll(restOfLine)
    lastBreak = input.char === '' ? '' : input.readBreak()
    breaks = readBreaks(input, block)
  }
  if (chomping !== '-') value += lastBreak
  if (chomping === '+') value += breaks
  return { value, line }
}

/** Empty lines of a block scalar; the first text after them sets its indentation unless that is given. */
function readBreaks(input: Reader, block: { indent: number; parent: number; line: number }): string {
  let breaks = ''
  let widest = 0
  for (;;) {
    while ((block.indent === 0 || input.column < block.indent) && input.char === ' ') input.skip()
    widest = Math.max(widest, input.column)
    if ((block.indent === 0 || input.column < block.indent) && input.char === '\t')
      throw new YamlError(input.line, 'a tab is used for indentation: use spaces')
    if (!isBreak(input.char)) break
    breaks += input.readBreak()
  }
  if (block.indent === 0) block.indent = Math.max(widest, block.parent + 1, 1)
  return breaks
}
