import { CelError } from '../values.ts'
import { traversal } from './define.ts'

const made = new Map<string, RegExp>()

/** The first match; undefined when there is none. Throws CelError for a pattern that is none. */
export function find(text: string, pattern: string): string | undefined {
  return compiled(pattern).exec(text)?.[0]
}

/** All matches, at most `limit`. */
export function findAll(text: string, pattern: string, limit = Infinity): string[] {
  const all: string[] = []
  for (const [found] of text.matchAll(new RegExp(compiled(pattern), `${compiled(pattern).flags}g`))) {
    if (all.length >= limit) break
    all.push(found)
  }
  return all
}

export const regexCost = {
  cost: ([text = 0, pattern = 0]: readonly number[]) => traversal(text + 1) * Math.ceil(pattern * 0.25) || 1,
}

export function compiled(pattern: string): RegExp {
  const known = made.get(pattern)
  if (known) return known
  if (made.size > 500) made.clear()
  const expression = translated(pattern)
  made.set(pattern, expression)
  return expression
}

const posix: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

/** RE2's words in JavaScript's: flags in front, `\A`, `\z`, `\Q…\E`, `(?P<name>…)`, `[[:alpha:]]`. No look-around and no back-references. */
function translated(pattern: string): RegExp {
  let flags = 'u'
  let rest = pattern.replace(/^\(\?([ims]+)\)/, (_, found: string) => {
    flags += found
    return ''
  })
  if (/\(\?(?:[=!]|<[=!])/.test(rest) || /\\[1-9]|\\k</.test(rest))
    throw new CelError(`error parsing regexp: invalid or unsupported Perl syntax: \`${pattern}\``)
  rest = rest
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\^?)(\w+):\]/g, (all, not: string, name: string) => (not ? all : (posix[name] ?? all)))
    .replace(/\\(.)/g, (all, char: string) =>
      char === 'A'
        ? '(?<![\\s\\S])'
        : char === 'z'
          ? '(?![\\s\\S])'
          : char === 'a'
            ? '\\x07'
            : /[A-Za-z0-9]/.test(char) || '^$\\.*+?()[]{}|/'.includes(char)
              ? all
              : char === '-'
                ? '\\x2d'
                : char,
    )
  try {
    return new RegExp(rest, flags)
  } catch {
    try {
      return new RegExp(rest, flags.replace('u', ''))
    } catch (cause) {
      throw new CelError(`error parsing regexp: ${pattern}`, { cause })
    }
  }
}
