import type { Issue, Local, Node, Overload } from './ast.ts'
import { CompileError } from './ast.ts'
import { type Functions, functions } from './library/all.ts'
import { typeName } from './parse.ts'
import {
  assignable,
  type Bindings,
  bool,
  dyn,
  int,
  joined,
  list,
  map,
  optional,
  shownType,
  string,
  substitute,
  type Type,
  typeOf,
} from './types.ts'

export interface Environment {
  variables: Readonly<Record<string, Type>>
  /** Types that expressions make values of, as `Object{…}`. */
  types?: (name: string) => Type | undefined
  functions?: Functions
}

/** What the checker found out. */
export interface Checked {
  node: Node
  /** Of the whole. */
  type: Type
  /** How many places local variables need. */
  slots: number
  /** The variables of the environment that are used. */
  uses: ReadonlySet<string>
}

/** Throws CompileError with everything that is wrong. */
export function check(source: string, root: Node, environment: Environment): Checked {
  const issues: Issue[] = []
  const checker = new Checker(environment, issues)
  const type = checker.type(root)
  if (issues.length > 0) throw new CompileError(source, issues)
  return { node: root, type, slots: checker.slots, uses: checker.uses }
}

const typeNames: Record<string, Type> = {
  __proto__: null as never,
  bool,
  int,
  string,
  dyn,
  uint: { kind: 'uint' },
  double: { kind: 'double' },
  bytes: { kind: 'bytes' },
  null_type: { kind: 'null' },
  list: list(dyn),
  map: map(dyn, dyn),
  type: typeOf(dyn),
  optional_type: optional(dyn),
  'google.protobuf.Timestamp': { kind: 'timestamp' },
  'google.protobuf.Duration': { kind: 'duration' },
  'net.IP': { kind: 'opaque', name: 'net.IP' },
  'net.CIDR': { kind: 'opaque', name: 'net.CIDR' },
}

class Checker {
  slots = 0
  readonly uses = new Set<string>()
  readonly #environment: Environment
  readonly #functions: Functions
  readonly #issues: Issue[]
  /** Inside the arguments of `format` lists may hold anything. */
  #mixed = false
  #scope: { local: Local; type: Type; outer: unknown } | undefined

  constructor(environment: Environment, issues: Issue[]) {
    this.#environment = environment
    this.#functions = environment.functions ?? functions()
    this.#issues = issues
  }

  type(node: Node): Type {
    const type = this.#typeOf(node)
    node.type = type
    return type
  }

  #fail(at: number, message: string): Type {
    this.#issues.push({ at, message })
    return dyn
  }

  #within<T>(locals: readonly (readonly [Local, Type])[], run: () => T): T {
    const before = this.#scope
    for (const [local, type] of locals) {
      local.slot = this.slots++
      this.#scope = { local, type, outer: this.#scope }
    }
    const result = run()
    this.#scope = before
    return result
  }

  #local(name: string) {
    for (let one = this.#scope; one; one = one.outer as typeof one) if (one.local.name === name) return one
    return undefined
  }

  #typeOf(node: Node): Type {
    switch (node.kind) {
      case 'literal':
        return {
          kind: node.value.type,
          ...('value' in node.value && typeof node.value.value === 'string' && { max: node.value.value.length }),
        } as Type
      case 'ident':
        return this.#ident(node)
      case 'select':
        return this.#select(node)
      case 'call':
        return this.#call(node)
      case 'list': {
        const types = node.items.map((item) => {
          const type = this.type(item.value)
          return item.optional ? this.#inOptional(item.value.at, type) : type
        })
        return list(
          this.#common(
            types,
            node.items.map(({ value }) => value.at),
          ),
          node.items.length,
        )
      }
      case 'map': {
        const keys = node.entries.map(({ key }) => this.type(key))
        const values = node.entries.map(({ value, optional: isOptional }) => {
          const type = this.type(value)
          return isOptional ? this.#inOptional(value.at, type) : type
        })
        const key = this.#common(
          keys,
          node.entries.map((one) => one.key.at),
        )
        return map(
          key,
          this.#common(
            values,
            node.entries.map((one) => one.value.at),
          ),
          node.entries.length,
        )
      }
      case 'struct':
        return this.#struct(node)
      case 'bind': {
        const value = this.type(node.value)
        return this.#within([[node.local, value]], () => this.type(node.body))
      }
      case 'optMap': {
        const operand = this.type(node.operand)
        if (operand.kind !== 'optional' && operand.kind !== 'dyn')
          return this.#fail(node.at, `expected type 'optional_type' but found '${shownType(operand)}'`)
        const inner = operand.kind === 'optional' ? operand.of : dyn
        const body = this.#within([[node.local, inner]], () => this.type(node.body))
        return node.flat ? body : optional(body)
      }
      case 'fold':
        return this.#fold(node)
    }
  }

  #inOptional(at: number, type: Type): Type {
    if (type.kind === 'optional') return type.of
    if (type.kind !== 'dyn')
      this.#fail(at, `expected type 'optional_type(${shownType(type)})' but found '${shownType(type)}'`)
    return dyn
  }

  /** The type all parts have; literals do not mix types. */
  #common(types: readonly Type[], at: readonly number[]): Type {
    let common: Type | undefined
    for (const [index, type] of types.entries()) {
      if (!common) {
        common = type
        continue
      }
      const next = joined(common, type)
      if (next) common = next
      else if (this.#mixed) common = dyn
      else this.#fail(at[index]!, `expected type '${shownType(common)}' but found '${shownType(type)}'`)
    }
    return common ?? { kind: 'parameter', name: `_${this.slots++}` }
  }

  #ident(node: Node & { kind: 'ident' }): Type {
    const local = this.#local(node.name)
    if (local) {
      node.slot = local.local.slot
      return local.type
    }
    const variables = this.#environment.variables
    if (Object.hasOwn(variables, node.name)) {
      this.uses.add(node.name)
      return variables[node.name]!
    }
    const named = typeNames[node.name]
    if (named) return typeOf(named)
    return this.#fail(node.at, `undeclared reference to '${node.name}' (in container '')`)
  }

  #select(node: Node & { kind: 'select' }): Type {
    const whole = typeName(node)
    // `a.b` may be the name of one variable, or of a type.
    if (whole && !node.test && !this.#local(whole.slice(0, whole.indexOf('.')))) {
      if (Object.hasOwn(this.#environment.variables, whole)) {
        node.variable = whole
        this.uses.add(whole)
        return this.#environment.variables[whole]!
      }
      if (typeNames[whole]) {
        node.variable = whole
        return typeOf(typeNames[whole])
      }
    }
    const operand = this.type(node.operand)
    const isOptional = operand.kind === 'optional'
    const from = isOptional ? operand.of : operand
    const found = this.#member(from, node)
    if (node.test) return bool
    return node.optional || isOptional ? optional(found) : found
  }

  #member(from: Type, node: Node & { kind: 'select' }): Type {
    switch (from.kind) {
      case 'dyn':
      case 'parameter':
        return dyn
      case 'map':
        return from.of
      case 'struct': {
        const field = from.field(node.field)
        if (field) return field
        return from.open ? dyn : this.#fail(node.at, `undefined field '${node.field}'`)
      }
      default:
        return this.#fail(node.at, `type '${shownType(from)}' does not support field selection`)
    }
  }

  #struct(node: Node & { kind: 'struct' }): Type {
    const type = this.#environment.types?.(node.name)
    if (!type) {
      for (const { value } of node.fields) this.type(value)
      return this.#fail(node.at, `undeclared reference to '${node.name}' (in container '')`)
    }
    for (const { name, value, at, optional: isOptional } of node.fields) {
      const given = isOptional ? this.#inOptional(value.at, this.type(value)) : this.type(value)
      const wanted = type.kind === 'struct' ? type.field(name) : undefined
      if (!wanted && !(type.kind === 'struct' && type.open)) this.#fail(at, `undefined field '${name}'`)
      else if (wanted && !assignable(wanted, given, new Map()))
        this.#fail(
          at,
          `expected type of field '${name}' is '${shownType(wanted)}' but provided type is '${shownType(given)}'`,
        )
    }
    return type
  }

  #fold(node: Node & { kind: 'fold' }): Type {
    const range = this.type(node.range)
    const { form, vars } = node
    let first: Type
    let second: Type
    if (range.kind === 'list') [first, second] = vars.length === 2 ? [int, range.of] : [range.of, dyn]
    else if (range.kind === 'map') [first, second] = [range.key, range.of]
    else if (range.kind === 'dyn') [first, second] = [dyn, dyn]
    else {
      for (const local of vars) local.slot = this.slots++
      return this.#fail(
        node.range.at,
        `expression of type '${shownType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      )
    }
    const locals = vars.map((local, index) => [local, index === 0 ? first : second] as const)
    return this.#within(locals, () => {
      if (node.filter) this.#needBool(node.filter)
      if (form === 'all' || form === 'exists' || form === 'existsOne') {
        this.#needBool(node.body)
        return bool
      }
      if (form === 'filter') {
        this.#needBool(node.body)
        return list(first, range.max)
      }
      const body = this.type(node.body)
      if (form === 'map' || form === 'transformList') return list(body, range.max)
      if (form === 'transformMap') return map(first, body, range.max)
      return body.kind === 'map' ? { ...body, ...(range.max !== undefined && { max: range.max }) } : map(dyn, dyn)
    })
  }

  #needBool(node: Node): void {
    const type = this.type(node)
    if (!assignable(bool, type, new Map())) this.#fail(node.at, `expected type 'bool' but found '${shownType(type)}'`)
  }

  #call(node: Node & { kind: 'call' }): Type {
    const { name, target, args } = node
    if (name === '_&&_' || name === '_||_') {
      const types = args.map((one) => this.type(one))
      if (types.every((one) => assignable(bool, one, new Map()))) return bool
      return this.#noMatch(node, name, undefined, types)
    }
    if (name === '_?_:_') {
      const [condition, yes, no] = args.map((one) => this.type(one)) as [Type, Type, Type]
      const both = joined(yes, no)
      if (assignable(bool, condition, new Map()) && both) return both
      return this.#noMatch(node, name, undefined, [condition, yes, no])
    }
    // `ip.isCanonical(…)` is one function's name, not a call on a variable.
    const prefix = target && typeName(target)
    if (prefix && !this.#local(prefix.split('.')[0]!)) {
      const whole = `${prefix}.${name}`
      const found = this.#functions.get(whole)?.filter((one) => !one.isMember)
      if (found?.length) {
        node.name = whole
        delete node.target
        return this.#choose(
          node,
          found,
          args.map((one) => this.type(one)),
        )
      }
    }
    const receiver = target ? [this.type(target)] : []
    const before = this.#mixed
    this.#mixed ||= name === 'format' && target !== undefined
    const types = [...receiver, ...args.map((one) => this.type(one))]
    this.#mixed = before
    const all = this.#functions.get(name)
    const candidates = all?.filter((one) => one.isMember === (target !== undefined))
    if (!all || (candidates!.length === 0 && !target))
      return this.#fail(node.at, `undeclared reference to '${name}' (in container '')`)
    return this.#choose(node, candidates!, types)
  }

  #choose(node: Node & { kind: 'call' }, candidates: readonly Overload[], types: readonly Type[]): Type {
    const fitting: Overload[] = []
    let result: Type | undefined
    for (const one of candidates) {
      if (one.args.length !== types.length) continue
      const bindings: Bindings = new Map()
      if (!one.args.every((wanted, index) => assignable(wanted, types[index]!, bindings))) continue
      const made = substitute(one.result, bindings)
      fitting.push(one)
      if (!result) result = made
      else if (shownType(result) !== shownType(made)) result = dyn
    }
    if (!result) return this.#noMatch(node, node.name, node.target, types)
    node.overloads = fitting
    this.#literals(node, fitting)
    return result
  }

  /** What is written down must make sense: a pattern, a time, a duration. */
  #literals({ name, target, args }: Node & { kind: 'call' }, overloads: readonly Overload[]): void {
    for (const [index, arg] of [...(target ? [target] : []), ...args].entries()) {
      if (arg.kind !== 'literal' || arg.value.type !== 'string') continue
      const { value } = arg.value
      if (overloads.some(({ allows }) => allows?.[index]?.(value) === false))
        this.#fail(arg.at, `invalid ${name} argument`)
    }
  }

  #noMatch(node: Node, name: string, target: Node | undefined, types: readonly Type[]): Type {
    const shown = (some: readonly Type[]) => `(${some.map(shownType).join(', ')})`
    const applied = target ? `${shownType(types[0]!)}.${shown(types.slice(1))}` : shown(types)
    return this.#fail(node.at, `found no matching overload for '${name}' applied to '${applied}'`)
  }
}
