/**
 * Whole-string match of one condition pattern, as doublestar 1.1.1 does it: segments by `/`, `**` only as a segment,
 * `*`, `?`, `[a-z]`, `[^a]`, `{a,b}` and `\x` inside one. A bad pattern matches nothing. Never exponential.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  return matchSegments(split(pattern, '/'), split(name, '/'))
}

function matchSegments(patterns: string[], names: string[]): boolean {
  const seen = new Map<number, boolean>()
  const from = (p: number, n: number): boolean => {
    if (p === patterns.length || n === names.length) return p === patterns.length && n === names.length
    const key = p * (names.length + 1) + n
    const known = seen.get(key)
    if (known !== undefined) return known
    let answer = false
    if (patterns[p] === '**') {
      answer = p + 1 === patterns.length
      for (let at = n; !answer && at < names.length; at++) answer = from(p + 1, at)
    } else {
      answer = matchSegment(patterns[p]!, names[n]!) && from(p + 1, n + 1)
    }
    seen.set(key, answer)
    return answer
  }
  return from(0, 0)
}

/** Splits where the separator has no backslash before it; a separator at the end makes no empty last part. */
function split(text: string, separator: string): string[] {
  if (!text.includes(separator)) return [text]
  const parts: string[] = []
  let start = 0
  while (start < text.length) {
    const end = unescapedIndex(text, separator, start)
    parts.push(text.slice(start, end === -1 ? text.length : end))
    start = (end === -1 ? text.length : end) + 1
  }
  return parts
}

function unescapedIndex(text: string, char: string, from: number): number {
  let at = text.indexOf(char, from)
  while (at > from && text[at - 1] === '\\') at = text.indexOf(char, at + 1)
  return at
}

type Answer = boolean | 'bad'

function matchSegment(pattern: string, name: string): boolean {
  const chars = [...name]
  const seen = new Map<string, Answer>()
  const from = (rest: string, n: number): Answer => {
    const key = `${n} ${rest}`
    const known = seen.get(key)
    if (known !== undefined) return known
    const answer = walk(rest, n)
    seen.set(key, answer)
    return answer
  }
  const walk = (rest: string, start: number): Answer => {
    const left = chars.length - start
    if (rest === '') return left === 0
    if (left === 0 && rest !== '*') return false
    const runes = [...rest]
    let p = 0
    let n = start
    while (p < runes.length && n < chars.length) {
      const rune = runes[p]!
      if (rune === '\\') {
        p++
        if (p >= runes.length) return 'bad'
        if (runes[p] !== chars[n]) return false
        p++
        n++
      } else if (rune === '*') {
        const after = runes.slice(p + 1).join('')
        if (after === '') return true
        for (; n < chars.length; n++) if (from(after, n) === true) return true
        return false
      } else if (rune === '[') {
        const end = closing(runes, p + 1, ']')
        if (end === -1) return 'bad'
        const inside = inClass(runes.slice(p + 1, end), chars[n]!)
        if (inside !== true) return inside
        p = end + 1
        n++
      } else if (rune === '{') {
        const end = closing(runes, p + 1, '}')
        if (end === -1) return 'bad'
        const after = runes.slice(end + 1).join('')
        for (const option of split(runes.slice(p + 1, end).join(''), ',')) {
          const answer = from(option + after, n)
          if (answer) return answer
        }
        return false
      } else if (rune === '?' || rune === chars[n]) {
        p++
        n++
      } else return false
    }
    if (p >= runes.length && n >= chars.length) return true
    const tail = runes.slice(p).join('')
    return n >= chars.length && (tail === '*' || tail === '**')
  }
  return from(pattern, 0) === true
}

function closing(runes: string[], from: number, char: string): number {
  for (let at = from; at < runes.length; at++)
    if (runes[at] === char && !(at > from && runes[at - 1] === '\\')) return at
  return -1
}

function inClass(runes: string[], char: string): Answer {
  if (runes.length === 0) return 'bad'
  const isNegated = runes[0] === '^'
  let at = isNegated ? 1 : 0
  let isIn = false
  const next = (): string | undefined => {
    const rune = runes[at++]
    if (rune === undefined || rune === '-') return undefined
    return rune === '\\' ? runes[at++] : rune
  }
  while (at < runes.length) {
    const low = next()
    if (low === undefined) return 'bad'
    let high: string | undefined = low
    if (runes[at] === '-') {
      at++
      high = next()
      if (high === undefined) return 'bad'
    }
    const code = char.codePointAt(0)!
    if (low.codePointAt(0)! <= code && code <= high.codePointAt(0)!) isIn = true
  }
  return isIn !== isNegated
}
