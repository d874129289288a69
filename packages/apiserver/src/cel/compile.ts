import type { Node } from './ast.ts'
import { check, type Environment } from './check.ts'
import { parse } from './parse.ts'
import { type Program, programOf } from './program.ts'

export interface Compiled extends Program {
  node: Node
}

/** An expression ready to run. Throws CompileError. */
export function compile(source: string, environment: Environment): Compiled {
  const checked = check(source, parse(source), environment)
  return { ...programOf(checked), node: checked.node }
}
