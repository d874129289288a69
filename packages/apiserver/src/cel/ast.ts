import type { Type } from './types.ts'

/** A parsed expression. `at` is the offset in the source that messages point to; `type` is what the checker found. */
export type Node = { at: number; type?: Type } & (
  | { kind: 'literal'; value: Literal }
  | { kind: 'ident'; name: string; slot?: number }
  | { kind: 'select'; operand: Node; field: string; optional: boolean; test: boolean; variable?: string }
  | { kind: 'call'; name: string; target?: Node; args: Node[]; overloads?: readonly Overload[] }
  | { kind: 'list'; items: { value: Node; optional: boolean }[] }
  | { kind: 'map'; entries: { key: Node; value: Node; optional: boolean; at: number }[] }
  | { kind: 'struct'; name: string; fields: { name: string; value: Node; optional: boolean; at: number }[] }
  | { kind: 'fold'; form: Fold; range: Node; vars: Local[]; filter?: Node; key?: Node; body: Node }
  | { kind: 'bind'; local: Local; value: Node; body: Node }
  | { kind: 'optMap'; local: Local; operand: Node; body: Node; flat: boolean }
)

/** A macro that goes over a list or a map. */
export type Fold =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'

/** A variable of a macro; the checker gives it a place. */
export interface Local {
  name: string
  slot: number
}

export type Literal =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int'; value: bigint }
  | { type: 'uint'; value: bigint }
  | { type: 'double'; value: number }
  | { type: 'string'; value: string }
  | { type: 'bytes'; value: Uint8Array }

/** What a function takes and gives, and how it is carried out. */
export interface Overload {
  name: string
  isMember: boolean
  /** The receiver comes first. */
  args: readonly Type[]
  result: Type
  call: (args: never[]) => unknown
  /** Besides 1: what a call costs, by the sizes of its arguments and result. */
  cost?: (sizes: readonly number[], result: number) => number
  /** Whether a text that is written down may be an argument, by the argument's place. */
  allows?: Readonly<Record<number, (text: string) => boolean>>
  /** How large the result may become, by the sizes of the arguments. Left out: not known. */
  size?: (sizes: readonly number[]) => number
}

/** Something wrong with an expression before it runs. */
export interface Issue {
  at: number
  message: string
}

/** The expression cannot be used; the message shows where, line and column, as cel-go does. */
export class CompileError extends Error {
  readonly issues: readonly Issue[]
  constructor(source: string, issues: readonly Issue[]) {
    super(issues.map((one) => shown(source, one)).join('\n'))
    this.issues = issues
  }
}

function shown(source: string, { at, message }: Issue): string {
  const before = source.slice(0, at).split('\n')
  const line = before.length
  const column = [...before.at(-1)!].length
  const text = source.split('\n')[line - 1] ?? ''
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text.replaceAll('\t', ' ')}\n | ${'.'.repeat(column)}^`
}
