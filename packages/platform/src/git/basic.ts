/** Name and password of an `Authorization: Basic …` header, or undefined when there is none that can be read. */
export function basicFrom(header: string | undefined): { name: string; password: string } | undefined {
  const coded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (!coded) return undefined
  const text = Buffer.from(coded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}
