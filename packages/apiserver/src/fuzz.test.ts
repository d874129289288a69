import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, silent } from '@sampan/kit/log'
import type { Schema } from '@sampan/resources/define'
import { pathOf } from '@sampan/resources/define'
import { builtInKinds } from '@sampan/resources/kinds'
import { childOf, schemaOf } from '@sampan/resources/schemas'
import { standardAdmission } from './admission/standard.ts'
import { testApi } from './api.test-support.ts'

/** How many requests; `FUZZ=10000` for a long run. The seed is fixed, so that a failure comes again. */
const requests = Number(process.env.FUZZ ?? 600)

function generator(seed: number) {
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
  [{}],
  [{ name: 'a' }, { name: 'a' }],
  '2026-13-40T99:99:99Z',
  '\u0000',
  '日本',
]

test(`${requests} malformed requests are refused, and none is answered with 500`, { timeout: 600_000 }, async () => {
  const { below, pick } = generator(Number(process.env.SEED ?? 20261121))
  const failures: string[] = []
  const log: Log = {
    ...silent,
    error: (message, fields) =>
      void failures.push(
        `${message} ${fields?.method} ${fields?.path}: ${(fields?.error as Error | undefined)?.stack}`,
      ),
  }
  const api = await testApi({ log, admission: standardAdmission({ serviceCIDR: '10.190.0.0/16' }) })
  await api.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })

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

  const kinds = builtInKinds.filter((one) => !one.verbs || one.verbs.includes('create'))
  const counts = { accepted: 0, refused: 0 }
  for (let i = 0; i < requests; i++) {
    const definition = pick(kinds)
    const schema = schemaOf(definition.group, definition.version, definition.kind)
    const body = value(schema, 0) as Record<string, unknown>
    const name = pick(['a', 'b', 'c'])
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
      delete body.apiVersion
      delete body.kind
      if (below(4) > 0) body.metadata = { ...(body.metadata as object), name }
    }
    const namespace = definition.scope === 'Namespaced' ? { namespace: 'default' } : {}
    const all = pathOf(definition, namespace)
    const one = pathOf(definition, {
      ...namespace,
      name,
      ...(below(4) === 0 && { subresource: pick(['status', 'scale', 'eviction', 'binding', 'nope']) }),
    })
    const text = JSON.stringify(body) ?? ''
    const cut = below(15) === 0 ? text.slice(0, below(text.length + 1)) : text
    const [method, path, sent, type] = pick([
      ['POST', all, cut, 'application/json'],
      ['POST', all, cut, 'application/json'],
      ['POST', all, cut, pick(['application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain', ''])],
      ['PUT', one, cut, 'application/json'],
      [
        'PATCH',
        one,
        cut,
        pick(['application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/json-patch+json']),
      ],
      ['PATCH', `${one}?fieldManager=f${below(3)}&force=${below(2)}`, cut, 'application/apply-patch+yaml'],
      [
        'PATCH',
        one,
        JSON.stringify([
          {
            op: pick(['add', 'remove', 'replace', 'test', 'move', 'copy', 'x']),
            path: pick(['/metadata/labels', '/spec', '', '/metadata/name', '/spec/containers/0', '/__proto__/x', 'x']),
            from: '/spec',
            value: pick(odd),
          },
        ]),
        'application/json-patch+json',
      ],
      [
        'GET',
        `${all}?${pick(['limit=-1', 'limit=x', 'continue=e30', 'labelSelector=%00', 'fieldSelector=a', 'resourceVersion=-1', 'watch=1&timeoutSeconds=x', 'limit=2'])}`,
        undefined,
        '',
      ],
      [
        'DELETE',
        one,
        pick([undefined, '{"gracePeriodSeconds":"x"}', '[]', '{"preconditions":5}', '{}']),
        'application/json',
      ],
    ] as const)
    const reply = await api.ask(method, path, sent, type ? { 'content-type': type } : {})
    counts[reply.status < 400 ? 'accepted' : 'refused']++
    // One answer is a 500 upstream too: a resourceVersion on an object to be created.
    const isKnown = reply.body?.message === 'resourceVersion should not be set on objects to be created'
    if (reply.status >= 500 && !isKnown)
      failures.push(`${method} ${path} ${reply.status} ${JSON.stringify(reply.body)} ← ${sent?.slice(0, 2000)}`)
    if (reply.status >= 400 && typeof reply.body === 'object') assert.equal(reply.body.kind, 'Status')
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  for (const definition of builtInKinds.filter((one) => !one.verbs || one.verbs.includes('list'))) {
    const reply = await api.ask('GET', pathOf(definition), undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    if (reply.status !== 200) failures.push(`table of ${definition.plural}: ${JSON.stringify(reply.body)}`)
  }
  await api.end()
  assert.ok(counts.accepted > requests / 50 && counts.refused > requests / 4, JSON.stringify(counts))
  assert.deepEqual([...new Set(failures.map((one) => one.slice(0, 900)))], [])
})
