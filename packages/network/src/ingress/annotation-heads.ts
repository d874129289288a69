import { isPattern, listOf, shown, textProblem } from './annotation-values.ts'
import type { Reading } from './annotations.ts'
import type { Replacement } from './route-options.ts'

/** What the answers of an app say, changed on their way: `proxy-redirect-*`, `proxy-cookie-*`. */

/** From and to come together; `default` and `off` leave things as they are, as they do without. */
export function redirects({ wishes, get, bad }: Reading) {
  const from = get('proxy-redirect-from')
  const to = get('proxy-redirect-to')
  if (from === undefined || from === 'default' || from === 'off' || to === 'off') return
  if (to === undefined) return bad('proxy-redirect-from', 'proxy-redirect-to is missing')
  const rule = replacement(from, to)
  if (typeof rule === 'string') return bad('proxy-redirect-from', rule)
  wishes.options.location = rule
}

/** `/from/ /to/`, as nginx has it for `proxy_cookie_path`. */
export const cookiePath = (value: string, reading: Reading, name: string) => cookies(value, reading, name, 'path')
export const cookieDomain = (value: string, reading: Reading, name: string) => cookies(value, reading, name, 'domain')

function cookies(value: string, { wishes, bad }: Reading, name: string, member: 'path' | 'domain') {
  if (value === 'off' || value === '') return
  const [from = '', to, ...more] = value.split(/\s+/)
  if (to === undefined || more.length > 0) return bad(name, `${shown(value)}: use two texts with a space between them`)
  const rule = replacement(from, to)
  if (typeof rule === 'string') return bad(name, rule)
  if (member === 'domain' && rule.from !== undefined) {
    rule.from = rule.from.replace(/^\./, '').toLowerCase()
    rule.whole = true
  }
  wishes.options.cookies = { ...wishes.options.cookies, [member]: rule }
}

/** As nginx reads them: `~` and `~*` begin a regular expression, everything else is a beginning. */
function replacement(from: string, to: string): Replacement | string {
  const problem = textProblem(to) ?? (to.includes(';') ? 'a semicolon would end the attribute' : undefined)
  if (problem) return problem
  if (!from.startsWith('~')) return textProblem(from) ?? { from, to }
  const ignoresCase = from.startsWith('~*')
  const pattern = from.slice(ignoresCase ? 2 : 1)
  if (!isPattern(pattern)) return `${shown(pattern)} is no regular expression that can be used`
  return { pattern, to, ...(ignoresCase && { ignores_case: true as const }) }
}

/** Kilobytes per second of one answer, from `limit-rate-after` kilobytes on. */
export function rate(value: string, { wishes, get, bad }: Reading, name: string) {
  if (!/^\d{1,7}$/.test(value)) return bad(name, 'use a whole number of kilobytes')
  if (Number(value) === 0) return
  wishes.options.rate = Number(value) * 1024
  const after = get('limit-rate-after')
  if (after === undefined) return
  if (/^\d{1,7}$/.test(after)) wishes.options.rate_after = Number(after) * 1024
  else bad('limit-rate-after', 'use a whole number of kilobytes')
}

/** Codes of answers that the default backend answers instead: `404,503`. */
export function errorCodes(value: string, { wishes, bad }: Reading, name: string) {
  const all = listOf(value)
  const wrong = all.filter((one) => !/^[45]\d\d$/.test(one))
  if (wrong.length > 0) bad(name, `${wrong.map(shown).join(', ')}: use numbers from 400 to 599`)
  const codes = [...new Set(all.filter((one) => !wrong.includes(one)).map(Number))].toSorted((a, b) => a - b)
  if (codes.length > 0) wishes.options.errors = codes
}
