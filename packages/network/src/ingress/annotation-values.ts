/** What the text of an annotation may be, checked before any of it comes near nginx. */

export const isTrue = (value: string | undefined) => value === 'true'

/** An http(s) address without anything that means something to nginx. */
export const isAddress = (text: string) => /^https?:\/\/[^\s\p{C}"'\\;{}]+$/u.test(text)

/** A regular expression both JavaScript and PCRE read; what only one of them knows is refused. */
export function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return !/\(\*|\(\?[^:=!<i]|\\[QEKGXRC]/.test(text) && !text.includes('\n') && text.length <= 512
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

export const isHost = (text: string) =>
  /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text) && text.length <= 253

/** `8m` in bytes; undefined for anything else than a number and k, m or g. */
export function sizeOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,12})([kmg]?)b?$/i.exec(text) ?? []
  if (number === undefined) return undefined
  return Number(number) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g']
}

export const listOf = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

export const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** Variables that texts of annotations may name: what the request itself says. */
const variable =
  /^(\d.*|remote_addr|request_uri|escaped_request_uri|uri|host|http_host|best_http_host|scheme|pass_access_scheme|server_port|pass_port|request_method|args|query_string|is_args|request_id|http_\w+|cookie_\w+|arg_\w+)$/

/** Why a text with `$variables` cannot be used; undefined when it can. */
export function textProblem(text: string): string | undefined {
  if (text === '' || text.length > 2048 || /[\s\p{C}]/u.test(text))
    return `${shown(text)} is empty, too long or has spaces`
  const unknown = [...text.matchAll(/\$(\w*)/g)].map(([, name]) => name!).find((name) => !variable.test(name))
  return unknown === undefined ? undefined : `there is no variable $${unknown} here`
}
