/** The `${…}` at this offset of the text cannot be read. */
export class BadSubstitution extends Error {
  readonly offset: number
  constructor(offset: number) {
    super('bad substitution')
    this.name = 'BadSubstitution'
    this.offset = offset
  }
}

/**
 * Puts values in for `${NAME}` and its operators; `$$` becomes `$`, `$NAME` stays for the shell. Unknown names are empty,
 * a value with a line break goes in Go-quoted. Throws `BadSubstitution`.
 */
export function substitute(text: string, variables: Readonly<Record<string, string>>): string {
  const value = (name: string) => {
    const found = Object.hasOwn(variables, name) ? variables[name]! : ''
    return found.includes('\n') ? goQuoted(found) : found
  }
  let at = 0
  let depth = 0

  const fail = (): never => {
    throw new BadSubstitution(at)
  }
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) return fail()
    at += match[0].length
    return match[0]
  }
  const close = () => {
    if (text[at] !== '}') fail()
    at++
  }
  /** One argument: a nested `${…}`, or text up to a stop character or the next `${`. */
  const argument = (stops: string, escapes: boolean): string => {
    if (text.startsWith('${', at)) return reference()
    let out = ''
    const start = at
    while (at < text.length && !text.startsWith('${', at)) {
      const pair = text.slice(at, at + 2)
      if (escapes && (pair === '\\/' || pair === '\\\\' || pair === '$$')) {
        out += pair[1]
        at += 2
        continue
      }
      if (stops.includes(text[at]!)) break
      out += text[at++]
    }
    return at === start ? fail() : out
  }

  const reference = (): string => {
    if (++depth > 100) fail()
    at += 2
    const made = text[at] === '#' ? lengthOf() : operated()
    depth--
    return made
  }
  const lengthOf = (): string => {
    at++
    const name = take(/[\p{L}\p{Nd}_]+/uy)
    close()
    return String(Buffer.byteLength(value(name)))
  }
  const operated = (): string => {
    const name = take(/[\p{L}\p{Nd}_]+/uy)
    const operator = text[at]
    if (operator === '}') {
      at++
      return value(name)
    }
    if (operator === ',' || operator === '^') {
      const how = take(/[,^]{1,2}/y)
      close()
      return cased(value(name), how)
    }
    if (operator === '#' || operator === '%') {
      const how = take(operator === '#' ? /##?/y : /%%?/y)
      const pattern = argument('}', false)
      close()
      return trimmed(value(name), how, pattern)
    }
    if (operator === '/') return replaced(name)
    if (operator === '=') {
      at++
      return defaulted(name)
    }
    if (operator !== ':') return fail()
    if ('=-?+'.includes(text[at + 1] ?? ' ')) {
      at += 2
      return defaulted(name)
    }
    at++
    const position = argument(':}', false)
    if (text[at] === '}') {
      at++
      return sliced(value(name), position)
    }
    take(/:+/y)
    const length = argument('}', false)
    close()
    return sliced(value(name), position, length)
  }
  const defaulted = (name: string): string => {
    let fallback = ''
    while (text[at] !== '}') {
      if (at >= text.length) fail()
      fallback += argument('}', false)
    }
    at++
    return value(name) || fallback
  }
  const replaced = (name: string): string => {
    const how = take(/\/[/#%]?/y)
    const pattern = argument('/', true)
    take(/\/+/y)
    const replacement = text[at] === '}' ? undefined : argument('}', true)
    close()
    return exchanged(value(name), how, pattern, replacement)
  }

  let out = ''
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar === -1) return out + text.slice(at)
    out += text.slice(at, dollar)
    at = dollar
    if (text[at + 1] === '$') {
      out += '$'
      at += 2
    } else if (text[at + 1] === '{') {
      const start = at
      try {
        out += reference()
      } catch (error) {
        if (error instanceof BadSubstitution) throw new BadSubstitution(start)
        throw error
      }
    } else {
      out += '$'
      at++
    }
  }
  return out
}

function cased(value: string, how: string): string {
  const [first = ''] = value
  if (how === ',') return first.toLowerCase() + value.slice(first.length)
  if (how === '^') return first.toUpperCase() + value.slice(first.length)
  if (how === ',,') return value.toLowerCase()
  return how === '^^' ? value.toUpperCase() : value
}

function sliced(value: string, position: string, length?: string): string {
  const bytes = Buffer.from(value)
  if (!/^[-+]?\d+$/.test(position) || (length !== undefined && !/^[-+]?\d+$/.test(length))) return value
  let start = Number(position)
  if (start < 0) start = Math.max(0, bytes.length + start)
  if (length === undefined || start + Number(length) >= bytes.length) return bytes.subarray(start).toString()
  return bytes.subarray(start, Math.max(start, start + Number(length))).toString()
}

function exchanged(value: string, how: string, pattern: string, replacement?: string): string {
  const into = replacement ?? ''
  if (how === '//') return value.replaceAll(pattern, () => into)
  if (how === '/') return value.replace(pattern, () => into)
  if (replacement === undefined) return value
  if (how === '/#') return value.startsWith(pattern) ? into + value.slice(pattern.length) : value
  return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + into : value
}

function trimmed(value: string, how: string, pattern: string): string {
  const isPrefix = how.startsWith('#')
  const chars = isPrefix ? [...value] : [...value].reverse()
  const glob = isPrefix ? pattern : [...pattern].reverse().join('')
  const matches = prefixMatcher(glob)
  if (!matches) return value
  const lengths = matches(chars).filter((length) => length > 0)
  if (lengths.length === 0) return value
  const rest = chars.slice(how.length === 2 ? Math.max(...lengths) : Math.min(...lengths))
  return (isPrefix ? rest : rest.reverse()).join('')
}

type Step = { star: true } | { star: false; takes(char: string): boolean }

/** Gives the lengths of all prefixes a glob matches (`*` takes anything), by one pass over the text. */
function prefixMatcher(glob: string): ((chars: string[]) => number[]) | undefined {
  const steps: Step[] = []
  const runes = [...glob]
  for (let at = 0; at < runes.length; at++) {
    const rune = runes[at]!
    if (rune === '*') steps.push({ star: true })
    else if (rune === '?') steps.push({ star: false, takes: () => true })
    else if (rune === '[') {
      const end = runes.indexOf(']', at + 2)
      if (end === -1) return undefined
      const inside = runes.slice(at + 1, end).join('')
      steps.push({ star: false, takes: classOf(inside) })
      at = end
    } else {
      const literal = rune === '\\' ? runes[++at] : rune
      if (literal === undefined) return undefined
      steps.push({ star: false, takes: (char) => char === literal })
    }
  }
  return (chars) => {
    let states = new Set<number>()
    const add = (to: Set<number>, state: number) => {
      to.add(state)
      if (steps[state]?.star) add(to, state + 1)
    }
    add(states, 0)
    const lengths = states.has(steps.length) ? [0] : []
    for (let n = 0; n < chars.length && states.size > 0; n++) {
      const next = new Set<number>()
      for (const state of states) {
        const step = steps[state]
        if (step?.star) add(next, state)
        else if (step?.takes(chars[n]!)) add(next, state + 1)
      }
      states = next
      if (states.has(steps.length)) lengths.push(n + 1)
    }
    return lengths
  }
}

function classOf(inside: string): (char: string) => boolean {
  const isNegated = inside.startsWith('^')
  const runes = [...(isNegated ? inside.slice(1) : inside)]
  return (char) => {
    let isIn = false
    for (let at = 0; at < runes.length; at++) {
      const isRange = runes[at + 1] === '-' && at + 2 < runes.length
      const high = isRange ? runes[at + 2]! : runes[at]!
      if (runes[at]! <= char && char <= high) isIn = true
      if (isRange) at += 2
    }
    return isIn !== isNegated
  }
}

/** As Go's `%q` writes a text. */
export function goQuoted(text: string): string {
  const named: Record<string, string> = {
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '"': '\\"',
    '\\': '\\\\',
  }
  let out = '"'
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (named[char]) out += named[char]
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`
    else if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char)) out += char
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, '0')}`
    else out += `\\U${code.toString(16).padStart(8, '0')}`
  }
  return `${out}"`
}
