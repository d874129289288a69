import type { BuildContext } from './build-context.ts'
import type { Problem } from './plan.ts'

export const isTemplate = (text: string): boolean => /^kind:\s+template\s*$/m.test(text)

export function rendered(
  _text: string,
  _build: BuildContext,
  _template?: (name: string) => string | undefined,
): { text: string } | { problem: Problem } {
  return { problem: { line: 0, message: 'templates cannot be used here yet' } }
}
