/**
 * The tag of an image reference: `latest` when it has neither tag nor digest, undefined when only a digest. A text that is
 * no reference has none either.
 */
export function tagOf(image: string): string | undefined {
  const [name = '', digest] = image.split('@')
  if (!name) return undefined
  const last = name.slice(name.lastIndexOf('/') + 1)
  const colon = last.indexOf(':')
  if (colon >= 0) return last.slice(colon + 1) || undefined
  return digest ? undefined : 'latest'
}
