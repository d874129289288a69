import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from './define.ts'
import { boolean, integer, list, map, object, oneOf, optional, text, time } from './schema.ts'
import { check, complete } from './schema-check.ts'

const app = object({
  name: text({ minLength: 2, maxLength: 5, pattern: '^[a-z]+$' }),
  port: optional(integer({ minimum: 1, maximum: 10 })),
  size: oneOf(['s', 'm'], { default: 's' }),
  env: map(text(), { default: {} }),
  ports: optional(
    list(object({ port: integer(), protocol: text({ default: 'TCP' }) }), {
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      maxItems: 2,
    }),
  ),
  tags: optional(list(text(), { uniqueItems: true })),
  open: optional(boolean()),
  at: optional(time()),
})

const cases: { name: string; value: unknown; schema?: Schema; want: string[] }[] = [
  {
    name: 'what fits',
    value: { name: 'web', port: 3, env: { A: 'b' }, ports: [{ port: 1 }], at: '2026-01-02T03:04:05Z' },
    want: [],
  },
  { name: 'a missing field', value: {}, want: ['name: Required value'] },
  {
    name: 'a wrong type',
    value: { name: 3 },
    want: ['name: Invalid value: "integer": name in body must be of type string: "integer"'],
  },
  { name: 'null', value: { name: null }, want: ['name: Invalid value: null: name in body must be of type string'] },
  { name: 'a wrong root', value: [], want: [': Invalid value: "array": body must be of type object: "array"'] },
  { name: 'an unknown field', value: { name: 'web', nmae: 1 }, want: ['nmae: Forbidden: unknown field'] },
  { name: 'a prototype name', value: { name: 'web', constructor: 1 }, want: ['constructor: Forbidden: unknown field'] },
  {
    name: 'a short text',
    value: { name: 'a' },
    want: ['name: Invalid value: "a": name in body should be at least 2 chars long'],
  },
  { name: 'a long text', value: { name: 'abcdef' }, want: ['name: Too long: may not be more than 5 bytes'] },
  {
    name: 'a pattern',
    value: { name: 'A1' },
    want: ['name: Invalid value: "A1": name in body should match \'^[a-z]+$\''],
  },
  {
    name: 'a number too big',
    value: { name: 'web', port: 11 },
    want: ['port: Invalid value: 11: port in body should be less than or equal to 10'],
  },
  {
    name: 'a fraction',
    value: { name: 'web', port: 1.5 },
    want: ['port: Invalid value: "number": port in body must be of type integer: "number"'],
  },
  {
    name: 'a word not in the list',
    value: { name: 'web', size: 'x' },
    want: ['size: Unsupported value: "x": supported values: "s", "m"'],
  },
  {
    name: 'a map value',
    value: { name: 'web', env: { A: 1 } },
    want: ['env.A: Invalid value: "integer": env.A in body must be of type string: "integer"'],
  },
  {
    name: 'items twice by key and default',
    value: { name: 'web', ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
    want: ['ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}'],
  },
  {
    name: 'too many items',
    value: { name: 'web', ports: [{ port: 1 }, { port: 2 }, { port: 3 }] },
    want: ['ports: Too many: 3: must have at most 2 items'],
  },
  { name: 'a set with doubles', value: { name: 'web', tags: ['a', 'a'] }, want: ['tags[1]: Duplicate value: "a"'] },
  {
    name: 'a time',
    value: { name: 'web', at: 'soon' },
    want: ['at: Invalid value: "soon": at in body must be of type date-time: "soon"'],
  },
  {
    name: 'exactly one of',
    schema: { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    value: { a: 1, b: 2 },
    want: [': Invalid value: {"a":1,"b":2}: body must validate one and only one schema (oneOf)'],
  },
  {
    name: 'int or string',
    schema: { 'x-kubernetes-int-or-string': true },
    value: true,
    want: [': Invalid value: true: body must be an integer or a string'],
  },
]

for (const { name, value, schema = app, want } of cases)
  test(`check finds ${name}`, () => {
    assert.deepEqual(
      check(schema, value).map((one) => `${one.field}: ${one.message}`),
      want,
    )
  })

test('complete fills in defaults, deeply, without touching what was given', () => {
  const given = { name: 'web', ports: [{ port: 1 }] }
  assert.deepEqual(complete(app, given), { name: 'web', size: 's', env: {}, ports: [{ port: 1, protocol: 'TCP' }] })
  assert.deepEqual(given, { name: 'web', ports: [{ port: 1 }] })
})

test('complete takes null for missing where null may not be', () => {
  const properties = { a: text({ default: 'x' }), b: text({ default: 'x', nullable: true }), c: text() }
  assert.deepEqual(complete({ type: 'object', properties }, { a: null, b: null, c: null }), {
    a: 'x',
    b: null,
    c: null,
  })
})
