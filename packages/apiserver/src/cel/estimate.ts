import type { Node } from './ast.ts'
import { iterationCost } from './program.ts'
import type { Type } from './types.ts'

/**
 * The most an expression can cost, by the sizes a schema allows: CustomResourceDefinitions with rules that could cost too
 * much are refused. Where upstream's estimate and this one differ, this one is lower.
 */
export function estimate(node: Node): number {
  return costOf(node)
}

function costOf(node: Node): number {
  switch (node.kind) {
    case 'literal':
      return 0
    case 'ident':
      return 1
    case 'select':
      return 1 + (node.variable === undefined ? costOf(node.operand) : 0)
    case 'list':
      return 10 + sum(node.items.map(({ value }) => value))
    case 'map':
      return 30 + sum(node.entries.flatMap(({ key, value }) => [key, value]))
    case 'struct':
      return 40 + sum(node.fields.map(({ value }) => value))
    case 'bind':
      return costOf(node.value) + costOf(node.body)
    case 'optMap':
      return costOf(node.operand) + costOf(node.body)
    case 'fold': {
      const turn = iterationCost[node.form] + costOf(node.body) + (node.filter ? costOf(node.filter) : 0)
      return costOf(node.range) + sizeOf(node.range) * turn
    }
    case 'call':
      return callCost(node)
  }
}

const sum = (nodes: readonly Node[]) => nodes.reduce((total, one) => total + costOf(one), 0)

const argumentsOf = ({ target, args }: Node & { kind: 'call' }) => [...(target ? [target] : []), ...args]

function callCost(node: Node & { kind: 'call' }): number {
  const all = argumentsOf(node)
  if (node.name === '_?_:_') return costOf(all[0]!) + Math.max(costOf(all[1]!), costOf(all[2]!))
  if (node.name === '_&&_' || node.name === '_||_') return sum(all)
  const sizes = all.map(sizeOf)
  const own = (node.overloads ?? []).map((one) => (one.cost ? Math.max(1, one.cost(sizes, resultSize(node))) : 1))
  return sum(all) + (own.length > 0 ? Math.min(...own) : 1)
}

const scalars = new Set<Type['kind']>([
  'null',
  'bool',
  'int',
  'uint',
  'double',
  'timestamp',
  'duration',
  'type',
  'opaque',
])

/** The largest size a value can have; Infinity when nothing bounds it. */
function sizeOf(node: Node): number {
  const { type } = node
  if (type && scalars.has(type.kind)) return type.max ?? 1
  if (node.kind === 'call') return Math.min(type?.max ?? Infinity, resultSize(node))
  if (node.kind === 'bind' || node.kind === 'optMap') return sizeOf(node.body)
  if (node.kind === 'literal' && node.value.type === 'bytes') return node.value.value.length
  return type?.max ?? Infinity
}

function resultSize(node: Node & { kind: 'call' }): number {
  const all = argumentsOf(node)
  if (node.name === '_?_:_') return Math.max(sizeOf(all[1]!), sizeOf(all[2]!))
  if (node.name === 'join') return joinedSize(all)
  const sizes = all.map(sizeOf)
  const found = (node.overloads ?? []).map((one) => one.size?.(sizes) ?? Infinity)
  return found.length > 0 ? Math.min(...found) : Infinity
}

/** As many separators as elements, and the elements themselves. */
function joinedSize([list, by]: readonly Node[]): number {
  const count = sizeOf(list!)
  const element = list!.type?.kind === 'list' ? (list!.type.of.max ?? Infinity) : Infinity
  return count === 0 ? 0 : count * element + (by ? count * sizeOf(by) : 0)
}
