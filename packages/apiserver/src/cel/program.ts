import type { Literal, Node, Overload } from './ast.ts'
import type { Checked } from './check.ts'
import type { Type } from './types.ts'
import {
  CelError,
  CostExceeded,
  Duration,
  isMapping,
  List,
  LiteralMap,
  none,
  Opaque,
  Optional,
  sizeOf,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'

export type Variables = Readonly<Record<string, Value | undefined>>

/** Counts what evaluation costs, over all expressions of one request; 1 is about a tenth of a microsecond upstream. */
export class Budget {
  left: number
  constructor(limit: number) {
    this.left = limit
  }
}

interface Frame {
  variables: Variables
  slots: Value[]
  cost: number
  limit: number
}

type Step = (frame: Frame) => Value

export interface Outcome {
  value: Value
  cost: number
}

/** An expression ready to run. */
export interface Program {
  /** Throws CelError, or CostExceeded beyond `limit`; `cost` of the error's run is told by `spent`. */
  run(variables: Variables, limit: number, spent?: { cost: number }): Outcome
  uses: ReadonlySet<string>
  type: Type
}

export function programOf({ node, slots, uses, type }: Checked): Program {
  const step = compile(node)
  return {
    uses,
    type,
    run(variables, limit, spent) {
      const frame: Frame = { variables, slots: new Array(slots), cost: 0, limit }
      try {
        return { value: step(frame), cost: frame.cost }
      } finally {
        if (spent) spent.cost = frame.cost
      }
    },
  }
}

function charge(frame: Frame, cost: number): void {
  frame.cost += cost
  if (frame.cost > frame.limit) throw new CostExceeded()
}

function compile(node: Node): Step {
  switch (node.kind) {
    case 'literal': {
      const value = literal(node.value)
      return () => value
    }
    case 'ident':
      return ident(node.name, node.slot)
    case 'select':
      return select(node)
    case 'call':
      return call(node)
    case 'list':
      return listOf(node)
    case 'map':
      return mapOf(node)
    case 'struct':
      return structOf(node)
    case 'bind': {
      const value = compile(node.value)
      const body = compile(node.body)
      const { slot } = node.local
      return (frame) => {
        frame.slots[slot] = value(frame)
        return body(frame)
      }
    }
    case 'optMap': {
      const operand = compile(node.operand)
      const body = compile(node.body)
      const { local, flat } = node
      return (frame) => {
        const found = operand(frame)
        if (!(found instanceof Optional)) throw noOverload()
        if (found.value === undefined) return none
        frame.slots[local.slot] = found.value
        const made = body(frame)
        return flat ? made : new Optional(made)
      }
    }
    case 'fold':
      return fold(node)
  }
}

function literal(value: Literal): Value {
  if (value.type === 'null') return null
  return value.type === 'uint' ? new Uint(value.value) : value.value
}

function ident(name: string, slot: number | undefined): Step {
  if (slot !== undefined)
    return (frame) => {
      charge(frame, 1)
      return frame.slots[slot]!
    }
  return (frame) => {
    charge(frame, 1)
    const value = frame.variables[name]
    if (value !== undefined) return value
    const type = typeValues[name]
    if (type) return type
    throw new CelError(`no such attribute(s): ${name}`)
  }
}

const typeValues: Record<string, TypeValue> = Object.assign(
  Object.create(null),
  Object.fromEntries(
    [
      'bool',
      'int',
      'uint',
      'double',
      'string',
      'bytes',
      'list',
      'map',
      'type',
      'null_type',
      'optional_type',
      'google.protobuf.Timestamp',
      'google.protobuf.Duration',
      'net.IP',
      'net.CIDR',
    ].map((name) => [name, new TypeValue(name)]),
  ),
)

function select(node: Node & { kind: 'select' }): Step {
  if (node.variable !== undefined) return ident(node.variable, undefined)
  const operand = compile(node.operand)
  const { field, test } = node
  const member = (from: Value): Value | undefined => {
    if (!isMapping(from)) throw noOverload()
    return from.member(field)
  }
  return (frame) => {
    charge(frame, 1)
    const from = operand(frame)
    if (from instanceof Optional || node.optional) {
      const inner = from instanceof Optional ? from.value : from
      const found = inner === undefined || inner === null ? undefined : member(inner)
      if (test) return found !== undefined
      return found === undefined ? none : new Optional(found)
    }
    const found = member(from)
    if (test) return found !== undefined
    if (found === undefined) throw new CelError(`no such key: ${field}`)
    return found
  }
}

const noOverload = () => new CelError('no such overload')

function call(node: Node & { kind: 'call' }): Step {
  const { name, overloads = [] } = node
  const args = [...(node.target ? [node.target] : []), ...node.args].map(compile)
  if (name === '_&&_') return junction(args[0]!, args[1]!, false)
  if (name === '_||_') return junction(args[0]!, args[1]!, true)
  if (name === '_?_:_') {
    const [condition, yes, no] = args as [Step, Step, Step]
    return (frame) => {
      const found = condition(frame)
      if (typeof found !== 'boolean') throw noOverload()
      return found ? yes(frame) : no(frame)
    }
  }
  return (frame) => {
    const values = args.map((one) => one(frame))
    const chosen =
      overloads.length === 1 && isCertain(node) ? overloads[0]! : overloads.find((one) => accepts(one, values))
    if (!chosen) throw noOverload()
    if (!chosen.cost) charge(frame, 1)
    const result = chosen.call(values as never[]) as Value
    if (chosen.cost) charge(frame, Math.max(1, chosen.cost(values.map(sizeOf), sizeOf(result))))
    return result
  }
}

/** Whether the checker knew all types, so that there is nothing to look at any more. */
function isCertain({ args, target }: Node & { kind: 'call' }): boolean {
  return [...(target ? [target] : []), ...args].every(({ type }) => type !== undefined && isKnown(type))
}

const isKnown = (type: Type): boolean => !['dyn', 'parameter', 'list', 'map', 'optional', 'null'].includes(type.kind)

const accepts = (one: Overload, values: readonly Value[]) => one.args.every((type, index) => isOf(type, values[index]!))

function isOf(type: Type, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'parameter':
      return true
    case 'null':
      return value === null
    case 'bool':
      return typeof value === 'boolean'
    case 'int':
      return typeof value === 'bigint'
    case 'uint':
      return value instanceof Uint
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'bytes':
      return value instanceof Uint8Array
    case 'timestamp':
      return value instanceof Timestamp
    case 'duration':
      return value instanceof Duration
    case 'list':
      return value instanceof List && (value.size === 0 || isOf(type.of, value.at(0)))
    case 'map':
      return isMapping(value)
    case 'optional':
      return value instanceof Optional && (value.value === undefined || isOf(type.of, value.value))
    case 'type':
      return value instanceof TypeValue
    case 'opaque':
      return value instanceof Opaque && value.type === type.name
    case 'struct':
      return isMapping(value)
  }
}

/** `&&` and `||` do not mind an error on one side when the other decides. */
function junction(left: Step, right: Step, decisive: boolean): Step {
  return (frame) => {
    let error: CelError | undefined
    try {
      const found = left(frame)
      if (found === decisive) return decisive
      if (typeof found !== 'boolean') error = noOverload()
    } catch (caught) {
      if (!(caught instanceof CelError)) throw caught
      error = caught
    }
    const found = right(frame)
    if (found === decisive) return decisive
    if (error) throw error
    if (typeof found !== 'boolean') throw noOverload()
    return !decisive
  }
}

function listOf(node: Node & { kind: 'list' }): Step {
  const items = node.items.map(({ value, optional }) => ({ step: compile(value), optional }))
  return (frame) => {
    charge(frame, 10)
    const all: Value[] = []
    for (const { step, optional } of items) {
      const value = step(frame)
      if (!optional) all.push(value)
      else if (!(value instanceof Optional)) throw noOverload()
      else if (value.value !== undefined) all.push(value.value)
    }
    return new List(all)
  }
}

function mapOf(node: Node & { kind: 'map' }): Step {
  const entries = node.entries.map(({ key, value, optional }) => ({
    key: compile(key),
    value: compile(value),
    optional,
  }))
  return (frame) => {
    charge(frame, 30)
    const map = new LiteralMap()
    for (const { key, value, optional } of entries) {
      const name = key(frame)
      const found = value(frame)
      if (!optional) map.add(name, found)
      else if (!(found instanceof Optional)) throw noOverload()
      else if (found.value !== undefined) map.add(name, found.value)
    }
    return map
  }
}

function structOf(node: Node & { kind: 'struct' }): Step {
  const fields = node.fields.map(({ name, value, optional }) => ({ name, step: compile(value), optional }))
  return (frame) => {
    charge(frame, 40)
    const made = new LiteralMap(node.name)
    for (const { name, step, optional } of fields) {
      const found = step(frame)
      if (!optional) made.add(name, found)
      else if (!(found instanceof Optional)) throw noOverload()
      else if (found.value !== undefined) made.add(name, found.value)
    }
    return made
  }
}

function fold(node: Node & { kind: 'fold' }): Step {
  const range = compile(node.range)
  const filter = node.filter && compile(node.filter)
  const body = compile(node.body)
  const [first, second] = node.vars
  const { form } = node
  const cost = iterationCost[form]
  return (frame) => {
    const over = range(frame)
    const decide = deciding(form)
    for (const [key, value] of pairsOf(over, second !== undefined)) {
      charge(frame, cost)
      frame.slots[first!.slot] = key
      if (second) frame.slots[second.slot] = value!
      if (filter) {
        const passes = filter(frame)
        if (typeof passes !== 'boolean') throw noOverload()
        if (!passes) continue
      }
      if (decide(() => body(frame), key)) break
    }
    return decide.result()
  }
}

/** What each turn costs besides its body: upstream runs macros as loops over an accumulator. */
export const iterationCost: Record<(Node & { kind: 'fold' })['form'], number> = {
  all: 3,
  exists: 4,
  existsOne: 3,
  map: 12,
  filter: 13,
  transformList: 12,
  transformMap: 32,
  transformMapEntry: 32,
}

function* pairsOf(over: Value, isPair: boolean): Generator<[Value, Value?]> {
  if (over instanceof List) for (let i = 0; i < over.size; i++) yield isPair ? [BigInt(i), over.at(i)] : [over.at(i)]
  else if (isMapping(over)) for (const key of over.keys()) yield isPair ? [key, over.get(key)!] : [key]
  else throw noOverload()
}

type Decide = ((body: () => Value, key: Value) => boolean) & { result: () => Value }

/** Takes in one element after the other; true ends the loop. */
function deciding(form: (Node & { kind: 'fold' })['form']): Decide {
  if (form === 'all' || form === 'exists') return quantifier(form === 'exists')
  if (form === 'existsOne') {
    let count = 0
    return Object.assign(
      (body: () => Value) => {
        if (truth(body())) count++
        return false
      },
      { result: () => count === 1 },
    )
  }
  if (form === 'transformMap' || form === 'transformMapEntry') {
    const map = new LiteralMap()
    const take = (body: () => Value, key: Value) => {
      const made = body()
      if (form === 'transformMap') map.add(key, made)
      else if (!isMapping(made)) throw noOverload()
      else for (const one of made.keys()) map.add(one, made.get(one)!)
      return false
    }
    return Object.assign(take, { result: () => map })
  }
  const all: Value[] = []
  const take = (body: () => Value, element: Value) => {
    const made = body()
    if (form !== 'filter') all.push(made)
    else if (truth(made)) all.push(element)
    return false
  }
  return Object.assign(take, { result: () => new List(all) })
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new CelError(`no such overload`)
  return value
}

/** An element that decides makes up for errors of others. */
function quantifier(decisive: boolean): Decide {
  let error: CelError | undefined
  let decided = false
  const take = (body: () => Value) => {
    try {
      decided = truth(body()) === decisive
    } catch (caught) {
      if (!(caught instanceof CelError)) throw caught
      error ??= caught
    }
    return decided
  }
  const result = () => {
    if (decided) return decisive
    if (error) throw error
    return !decisive
  }
  return Object.assign(take, { result })
}
