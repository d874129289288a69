import { type Invocation, Usage } from './command.ts'

/** Throws `Usage` unless `--yes` was said: what follows cannot be taken back. */
export function confirmed({ flags }: Pick<Invocation, 'flags'>, what: string): void {
  if (flags.yes !== true) throw new Usage(`${what} Say it again with --yes if you mean it.`)
}
