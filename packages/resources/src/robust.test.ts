import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from './define.ts'
import { builtInKinds } from './kinds.ts'
import type { KubeObject } from './meta.ts'
import { schemaOf } from './schemas.ts'

/**
 * Defaults, validation, columns and fields meet objects that have the right types and nothing else: fields are missing,
 * lists empty, texts strange. They must never throw: a client would see an internal error.
 */
function generator(seed: number) {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!

  const texts = [
    '',
    'a',
    'web',
    'Always',
    'None',
    '10.0.0.1',
    '80',
    '25%',
    '__proto__',
    'constructor',
    'x'.repeat(300),
    '/',
    '日本',
    'TCP',
    'ClusterIP',
    'RollingUpdate',
    '*/5 * * * *',
    '[',
    'a,b',
  ]
  const quantities = ['0', '1', '500m', '1Gi', '-1', 'nonsense', '', '1e3', '1.5Gi']

  function value(schema: Schema, depth: number): unknown {
    if (schema['x-kubernetes-int-or-string']) return below(2) ? below(100000) - 10 : pick(texts)
    if (schema.format === 'quantity') return pick(quantities)
    if (schema.format?.startsWith('date-time')) return pick(['2026-01-01T00:00:00Z', '', 'never'])
    if (schema.format === 'byte') return pick(['', 'YQ==', '***'])
    switch (schema.type) {
      case 'string':
        return pick(texts)
      case 'integer':
      case 'number':
        return pick([0, 1, -1, 3, 80, 65536, 2 ** 31, 30000])
      case 'boolean':
        return below(2) === 1
      case 'array':
        return Array.from({ length: below(3) }, () => value(schema.items ?? {}, depth + 1))
      case 'object': {
        if (schema.properties) return object(schema, depth)
        const entries = Array.from({ length: below(3) }, () => [
          pick(['cpu', 'memory', 'pods', ...texts]),
          typeof schema.additionalProperties === 'object' ? value(schema.additionalProperties, depth + 1) : pick(texts),
        ])
        return Object.fromEntries(entries)
      }
      default:
        return pick([undefined, {}, [], 'x', 1])
    }
  }

  /** Deep down ever fewer fields are there, so that it ends. */
  function object(schema: Schema, depth: number): Record<string, unknown> {
    const made: Record<string, unknown> = {}
    for (const [key, one] of Object.entries(schema.properties ?? {}))
      if (below(10) < 7 - depth && depth < 9) made[key] = value(one, depth + 1)
    return made
  }
  return { object, below }
}

const now = new Date('2026-01-01T00:00:00Z')

for (const definition of builtInKinds)
  test(`${definition.group}/${definition.version} ${definition.kind} takes whatever has the right types`, () => {
    const { object } = generator(definition.kind.length * 7919 + definition.group.length)
    const schema = schemaOf(definition.group, definition.version, definition.kind)!
    let previous: KubeObject | undefined
    for (let round = 0; round < 150; round++) {
      const one = object(schema, 0) as unknown as KubeObject
      one.metadata = { ...one.metadata, name: 'a', uid: 'u' }
      const sent = JSON.stringify(one)
      try {
        definition.defaults(one)
        if (round % 2) definition.onCreate?.(one)
        definition.validate(one)
        if (previous) definition.validate(one, previous)
        for (const column of definition.columns) column.value(one, now)
        for (const read of Object.values(definition.fields)) read(one)
        definition.scale?.selector?.(one)
        const { storedAs } = definition
        if (storedAs) storedAs.decode(storedAs.encode(one))
      } catch (error) {
        assert.fail(`${(error as Error).stack}\n${sent.slice(0, 2000)}`)
      }
      previous = one
    }
  })
