/** One letter would hide half of every log. */
const shortest = 2

/** `text` with every secret in it replaced, longest first, so that one that contains another leaves nothing behind. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortest)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
}
