import type { Compiled } from '../../cel/compile.ts'
import { bool, dyn, list, nullType, string, type Type } from '../../cel/types.ts'
import { variableTypes } from './environment.ts'
import { attempt, type Named, type Policy, variablesType } from './expressions.ts'
import { mutationTypes, objectType } from './mutation-types.ts'

type Part = Compiled | string

export interface CompiledPolicy {
  conditions: (Named & { program: Part })[]
  variables: (Named & { program: Part })[]
  validations: { program: Part; message?: Part }[]
  annotations: Part[]
  mutations: Part[]
  /** What does not compile: field and reason. */
  problems: { field: string; value: string; why: string }[]
}

/** Types of the object and the parameters, when they are to be checked against schemas. */
export interface KnownTypes {
  object?: Type | undefined
  params?: Type | undefined
}

const made = new WeakMap<Policy, CompiledPolicy>()

/** A policy ready to run; made once per revision of it. */
export function compiledPolicy(policy: Policy): CompiledPolicy {
  let found = made.get(policy)
  if (!found) {
    found = compilePolicy(policy)
    made.set(policy, found)
  }
  return found
}

export function compilePolicy({ spec }: Policy, known: KnownTypes = {}): CompiledPolicy {
  const problems: CompiledPolicy['problems'] = []
  const params = spec.paramKind ? { params: known.params ?? dyn } : {}
  const base = variableTypes({ object: known.object, ...params })
  const { authorizer: _, 'authorizer.requestResource': __, ...withoutAuthorizer } = base
  const one = (field: string, source: string, wanted: readonly Type[], variables: Record<string, Type>) => {
    const program = attempt(source, variables, wanted, spec.mutations && mutationTypes)
    if (typeof program === 'string') problems.push({ field, value: source, why: program })
    return program
  }
  const conditions = (spec.matchConditions ?? []).map(({ name, expression }, index) => ({
    name,
    expression,
    program: one(`spec.matchConditions[${index}].expression`, expression, [bool], base),
  }))
  const types = new Map<string, Type>()
  const composed = { ...base, variables: variablesType(types) }
  const variables = (spec.variables ?? []).map(({ name, expression }, index) => {
    const program = one(`spec.variables[${index}].expression`, expression, [], composed)
    types.set(name, typeof program === 'string' ? dyn : program.type)
    return { name, expression, program }
  })
  const texts = { ...withoutAuthorizer, variables: composed.variables }
  const validations = (spec.validations ?? []).map(({ expression, messageExpression }, index) => {
    const at = `spec.validations[${index}]`
    const program = one(`${at}.expression`, expression, [bool], composed)
    if (!messageExpression) return { program }
    return { program, message: one(`${at}.messageExpression`, messageExpression, [string], texts) }
  })
  const annotations = (spec.auditAnnotations ?? []).map(({ valueExpression }, index) =>
    one(`spec.auditAnnotations[${index}].valueExpression`, valueExpression, [string, nullType], texts),
  )
  const mutations = (spec.mutations ?? []).map(({ applyConfiguration, jsonPatch }, index) =>
    jsonPatch
      ? one(`spec.mutations[${index}].jsonPatch.expression`, jsonPatch.expression, [list(opaqueList)], composed)
      : one(
          `spec.mutations[${index}].applyConfiguration.expression`,
          applyConfiguration?.expression ?? '',
          [objectType],
          composed,
        ),
  )
  return { conditions, variables, validations, annotations, mutations, problems }
}

const opaqueList: Type = { kind: 'struct', name: 'JSONPatch', field: () => dyn }
