import type { BuildEvent } from './build-context.ts'

const marks = ['[ci skip]', '[skip ci]', '***no_ci***']

/** Says whether a push or pull request asks, in its message or title, not to be built. */
export function asksToSkip(event: BuildEvent, message: string, title = ''): boolean {
  if (event !== 'push' && event !== 'pull_request') return false
  const text = `${message}\n${title}`.toLowerCase()
  return marks.some((mark) => text.includes(mark))
}
