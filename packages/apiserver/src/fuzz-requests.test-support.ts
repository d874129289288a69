import type { Definition, Schema } from '@sampan/resources/define'
import { pathOf } from '@sampan/resources/define'
import { builtInKinds } from '@sampan/resources/kinds'
import { childOf, schemaOf } from '@sampan/resources/schemas'

export interface FuzzRequest {
  method: string
  path: string
  body: string | Uint8Array | undefined
  /** Content-Type; empty for none. */
  type: string
}

/** A row of numbers that is the same for the same seed. */
export function chance(seed: number) {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  return { below, pick: <T>(list: readonly T[]): T => list[below(list.length)]! }
}

const odd: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  4294967296,
  '',
  'x',
  '__proto__',
  'constructor',
  'a'.repeat(300),
  '1Gi',
  '-5m',
  '100%',
  [],
  [null],
  [[]],
  {},
  { '': '' },
  { a: null },
  { __proto__x: 1 },
  JSON.parse('{"__proto__":{"polluted":1},"toString":5}'),
  [{}],
  [{ name: 'a' }, { name: 'a' }],
  '2026-13-40T99:99:99Z',
  '\u0000',
  '日本',
]

const queries = [
  'limit=-1',
  'limit=x',
  'continue=e30',
  'labelSelector=%00',
  'labelSelector=a%20in%20(',
  'fieldSelector=a',
  'resourceVersion=-1',
  'resourceVersion=99999999999999999999',
  'resourceVersionMatch=Exact',
  'watch=1&timeoutSeconds=x',
  'watch=1&timeoutSeconds=1&resourceVersion=1',
  'watch=1&timeoutSeconds=1&sendInitialEvents=maybe',
  'limit=2',
]
const writeQueries = [
  '',
  '',
  '',
  '?dryRun=All',
  '?dryRun=x',
  '?fieldValidation=Strict',
  '?fieldValidation=5',
  '?fieldManager=%00',
]
const deletions = [
  undefined,
  '{"gracePeriodSeconds":"x"}',
  '[]',
  '{"preconditions":5}',
  '{}',
  '{"propagationPolicy":"Never"}',
]
const patchTypes = [
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
]
const otherTypes = ['application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain', '']

/** Requests about every kind: bodies made from its schema, mutated; sound and unsound verbs, patches, queries, encodings. */
export function fuzzRequests(seed: number): () => FuzzRequest {
  const { below, pick } = chance(seed)
  const kinds = builtInKinds.filter((one) => !one.verbs || one.verbs.includes('create'))

  const value = (schema: Schema | undefined, depth: number): unknown => {
    if (below(8) === 0 || depth > 6) return pick(odd)
    if (schema?.properties) {
      const made: Record<string, unknown> = {}
      for (const key of Object.keys(schema.properties))
        if (below(3) === 0) made[key] = value(childOf(schema, key), depth + 1)
      if (below(20) === 0) Object.assign(made, { constructor: value(undefined, depth + 1) })
      return made
    }
    if (schema?.items) return Array.from({ length: below(3) }, () => value(schema.items, depth + 1))
    if (schema?.additionalProperties)
      return { [pick(['a', 'app', 'cpu', 'x/y', ''])]: value(childOf(schema, 'a'), depth + 1) }
    if (schema?.type === 'string') return pick(['a', 'x-1', 'Always', '10.0.0.1', '5', 'A_B'])
    if (schema?.type === 'integer') return pick([0, 1, 80, 65536, -1])
    if (schema?.type === 'boolean') return pick([true, false])
    return pick(odd)
  }

  function bodyOf(definition: Definition, name: string): string {
    const body = value(schemaOf(definition.group, definition.version, definition.kind), 0) as Record<string, unknown>
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
      delete body.apiVersion
      delete body.kind
      if (below(4) > 0) body.metadata = { ...(body.metadata as object), name }
    }
    return JSON.stringify(body) ?? ''
  }

  /** The text, or what a broken client or line would have made of it. */
  function spoilt(text: string): string | Uint8Array {
    switch (below(60)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return text.slice(0, below(text.length + 1))
      case 4:
        return `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
      case 5:
        return `{"metadata":{"name":"a","annotations":{"x":"${'x'.repeat(3_300_000)}"}}}`
      case 6:
        return Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.of(0xff, 0xc3, 0x28, 0x7d)])
      case 7:
        return `{"metadata":{"name":"a","name":"b"},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`
      case 8:
        return `[${'[],'.repeat(20_000)}[]]`
      case 9:
        return Buffer.concat([Buffer.from('k8s\0'), Buffer.from(Array.from({ length: below(200) }, () => below(256)))])
      case 10:
        return '&a [*a, *a]'
      default:
        return text
    }
  }

  return () => {
    const definition = pick(kinds)
    const name = pick(['a', 'b', 'c'])
    const text = bodyOf(definition, name)
    const namespace = definition.scope === 'Namespaced' ? { namespace: 'default' } : {}
    const all = pathOf(definition, namespace)
    const part = pick(['status', 'scale', 'eviction', 'binding', 'nope'])
    const one = pathOf(definition, { ...namespace, name, ...(below(4) === 0 && { subresource: part }) })
    const query = pick(writeQueries)
    const request = (method: string, path: string, body: FuzzRequest['body'], type: string) => ({
      method,
      path,
      body,
      type,
    })
    const json = 'application/json'
    switch (below(9)) {
      case 0:
      case 1:
        return request('POST', all + query, spoilt(text), json)
      case 2:
        return request('POST', all, spoilt(text), pick(otherTypes))
      case 3:
        return request('PUT', one + query, spoilt(text), json)
      case 4:
        return request('PATCH', one + query, spoilt(text), pick(patchTypes))
      case 5:
        return request(
          'PATCH',
          `${one}?fieldManager=f${below(3)}&force=${below(2)}`,
          spoilt(text),
          'application/apply-patch+yaml',
        )
      case 6: {
        const patch = {
          op: pick(['add', 'remove', 'replace', 'test', 'move', 'copy', 'x']),
          path: pick(['/metadata/labels', '/spec', '', '/metadata/name', '/spec/containers/0', '/__proto__/x', 'x']),
          from: '/spec',
          value: pick(odd),
        }
        return request('PATCH', one, JSON.stringify([patch]), 'application/json-patch+json')
      }
      case 7:
        return request('GET', `${all}?${pick(queries)}`, undefined, '')
      default:
        return request('DELETE', one, pick(deletions), json)
    }
  }
}
