/** Replaces `$(NAME)` by its value; `$$` is a dollar sign; what has no value stays as it is written. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  let result = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0 || dollar === text.length - 1) return result + text.slice(at)
    result += text.slice(at, dollar)
    const next = text[dollar + 1]
    if (next === '$') {
      result += '$'
      at = dollar + 2
      continue
    }
    const close = next === '(' ? text.indexOf(')', dollar) : -1
    if (close < 0) {
      result += `$${next}`
      at = dollar + 2
      continue
    }
    const name = text.slice(dollar + 2, close)
    result += values.get(name) ?? `$(${name})`
    at = close + 1
  }
  return result
}
