import type { Schema } from '@sampan/resources/define'
import { CompileError } from '../../cel/ast.ts'
import { type Compiled, compile } from '../../cel/compile.ts'
import { typeOfSchema } from '../../cel/schema-type.ts'
import { assignable, bool, optional, shownType, string, type Type } from '../../cel/types.ts'

/** One entry of `x-kubernetes-validations`. */
export interface Rule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: string
  fieldPath?: string
  optionalOldSelf?: boolean
}

export interface CompiledRule {
  rule: Rule
  /** Undefined when it does not compile: `error` says why. */
  program?: Compiled
  error?: string
  message?: Compiled
  messageError?: string
  usesOldSelf: boolean
}

/** The rules of one level of a schema, ready to run. `values` is the level whose values they see: another one inside of allOf. */
export function compiledRules(rules: readonly Rule[], values: Schema, isRoot: boolean): CompiledRule[] {
  const self = typeOfSchema(values, isRoot)
  return rules.map((rule) => compiledRule(rule, self))
}

function compiledRule(rule: Rule, self: Type | undefined): CompiledRule {
  if (!self) return { rule, usesOldSelf: false, error: 'rules cannot be declared where the schema says nothing' }
  const variables = { self, oldSelf: rule.optionalOldSelf ? optional(self) : self }
  const [program, error] = attempt(rule.rule, variables, bool, 'cel expression must evaluate to a bool')
  const usesOldSelf = program?.uses.has('oldSelf') ?? false
  if (!rule.messageExpression) return { rule, usesOldSelf, ...(program && { program }), ...(error && { error }) }
  const [message, messageError] = attempt(
    rule.messageExpression,
    variables,
    string,
    'messageExpression must evaluate to a string',
  )
  return {
    rule,
    usesOldSelf,
    ...(program && { program }),
    ...(error && { error }),
    ...(message && { message }),
    ...(messageError && { messageError }),
  }
}

function attempt(
  source: string,
  variables: Record<string, Type>,
  wanted: Type,
  mismatch: string,
): [Compiled | undefined, string | undefined] {
  try {
    const program = compile(source, { variables })
    if (
      program.type.kind !== 'dyn' &&
      (!assignable(wanted, program.type, new Map()) || shownType(program.type) === 'null')
    )
      return [undefined, mismatch]
    if (program.type.kind === 'dyn') return [undefined, mismatch]
    return [program, undefined]
  } catch (error) {
    if (error instanceof CompileError) return [undefined, `compilation failed: ${error.message}`]
    throw error
  }
}
