import type { Tree } from './scalar.ts'
import { scalarText } from './settings.ts'

/** A text in the making whose lines know which line of another file they come from. */
export class LinedWriter {
  readonly #lines: string[] = []
  readonly #from: number[] = []

  line(depth: number, text: string, from: number): void {
    this.#lines.push(`${'  '.repeat(depth)}${text}`)
    this.#from.push(from)
  }

  /** What Drone takes for "not given" (empty, false, 0) is left out. */
  entry(depth: number, key: string, value: Tree, from: number): void {
    if (isZero(value)) return
    const isList = Array.isArray(value)
    this.line(depth, isList ? `${encoded(key)}:` : `${encoded(key)}: ${flow(value)}`, from)
    if (isList) for (const item of value) this.line(depth, `- ${flow(item)}`, from)
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  /** For each line of `text` the line it comes from. */
  get from(): readonly number[] {
    return this.#from
  }
}

const isZero = (value: Tree): boolean =>
  value === false ||
  value === '' ||
  value === 0 ||
  value === 0n ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

function flow(value: Tree): string {
  if (value === null) return '~'
  if (typeof value === 'string') return encoded(value)
  if (Array.isArray(value)) return `[${value.map(inFlow).join(', ')}]`
  if (typeof value !== 'object') return scalarText(value)
  return `{${Object.entries(value)
    .map(([key, of]) => `${inFlow(key)}: ${inFlow(of)}`)
    .join(', ')}}`
}

const inFlow = (value: Tree): string =>
  typeof value === 'string' && value.includes(':') ? JSON.stringify(value) : flow(value)

/**
 * Quotes are written only where Drone writes them or YAML needs them to see one text, so that a quoted `"1.10"` among
 * settings reads as a number afterwards, as it does there.
 */
export const encoded = (text: string): string =>
  text === '' ||
  /[#,[\]{}&*!|>'"%@`]|[^\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd]|: |:$|^[-?:]( |$)|^ | $|^(---|\.\.\.)/.test(text)
    ? JSON.stringify(text)
    : text
