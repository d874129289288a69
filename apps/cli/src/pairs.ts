import { Usage } from './command.ts'

/** `KEY=VALUE` words as an object. Throws `Usage` for one that is none. */
export function pairsOf(flag: string, given: unknown): Record<string, string> {
  return Object.fromEntries(
    ((given ?? []) as string[]).map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new Usage(`--${flag} ${pair}: say it as KEY=VALUE`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
