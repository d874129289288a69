/** Attributes of HTML that hold addresses. */
const attributes =
  /(\s(?:action|background|cite|data|formaction|href|longdesc|poster|src|srcset)\s*=\s*(["']))\/(?!\/)/gi

/** Makes links to the root of a proxied site lead through the proxy. */
export const rewrittenHtml = (html: string, prefix: string) => html.replace(attributes, `$1${prefix}/`)

/** A `Location` of a proxied site as its visitor must see it; addresses elsewhere stay. `origins`: the site's own. */
export function rewrittenLocation(location: string, prefix: string, origins: readonly string[]): string {
  const origin = origins.find((one) => location === one || location.startsWith(`${one}/`))
  const path = origin ? location.slice(origin.length) || '/' : location
  return path.startsWith('/') && !path.startsWith('//') ? prefix + path : location
}
