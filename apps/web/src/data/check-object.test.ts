import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsIn } from './check-object.ts'
import { fieldAt, type KindSchema, typeText } from './schema-field.ts'

const schema: KindSchema = {
  root: {
    type: 'object',
    required: ['spec'],
    properties: {
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: '#/components/schemas/Meta' }], description: 'own words' },
      spec: {
        type: 'object',
        required: ['image'],
        properties: {
          image: { type: 'string', pattern: '^[a-z]+$' },
          replicas: { type: 'integer', minimum: 0, maximum: 9 },
          policy: { type: 'string', enum: ['Always', 'Never'] },
          port: { 'x-kubernetes-int-or-string': true },
          amount: { oneOf: [{ type: 'string' }, { type: 'number' }] },
          any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          list: { type: 'array', items: { $ref: '#/components/schemas/Item' } },
          tree: { $ref: '#/components/schemas/Tree' },
        },
      },
    },
  },
  parts: {
    Meta: {
      type: 'object',
      description: 'its words',
      properties: { name: { type: 'string' }, labels: { type: 'object', additionalProperties: { type: 'string' } } },
    },
    Item: { type: 'object', properties: { name: { type: 'string', maxLength: 3 }, on: { type: 'boolean' } } },
    Tree: { type: 'object', properties: { inner: { $ref: '#/components/schemas/Tree' } } },
  },
}

const ok = { image: 'web' }
const cases: { name: string; object: unknown; want: string[] }[] = [
  {
    name: 'all well',
    object: { spec: { ...ok, replicas: 3, port: '80', list: [{ name: 'abc', on: true }] } },
    want: [],
  },
  { name: 'nothing', object: {}, want: [' schema.required'] },
  { name: 'an unknown field', object: { spec: { ...ok, imge: 1 } }, want: ['spec.imge schema.unknown'] },
  { name: 'text for a number', object: { spec: { ...ok, replicas: '3' } }, want: ['spec.replicas schema.type'] },
  { name: 'half a whole number', object: { spec: { ...ok, replicas: 1.5 } }, want: ['spec.replicas schema.type'] },
  { name: 'too many', object: { spec: { ...ok, replicas: 10 } }, want: ['spec.replicas schema.maximum'] },
  { name: 'not one of', object: { spec: { ...ok, policy: 'always' } }, want: ['spec.policy schema.enum'] },
  { name: 'a pattern', object: { spec: { image: 'WEB' } }, want: ['spec.image schema.pattern'] },
  {
    name: 'in a list',
    object: { spec: { ...ok, list: [{}, { name: 'long' }] } },
    want: ['spec.list.1.name schema.maxLength'],
  },
  { name: 'a list for an object', object: { spec: [] }, want: ['spec schema.type'] },
  { name: 'an object for a list', object: { spec: { ...ok, list: {} } }, want: ['spec.list schema.type'] },
  { name: 'labels', object: { spec: ok, metadata: { labels: { a: 1 } } }, want: ['metadata.labels.a schema.type'] },
  { name: 'what may be anything', object: { spec: { ...ok, any: { x: [1] }, amount: 3 } }, want: [] },
  {
    name: 'deep down',
    object: { spec: { ...ok, tree: { inner: { inner: { x: 1 } } } } },
    want: ['spec.tree.inner.inner.x schema.unknown'],
  },
]
for (const { name, object, want } of cases)
  test(`schema: ${name}`, () =>
    assert.deepEqual(
      problemsIn(object, schema).map(({ path, said }) => `${path.join('.')} ${said.key}`),
      want,
    ))

test('fields are found through references, with the words beside them', () => {
  assert.equal(fieldAt(schema, ['metadata'])!.description, 'own words')
  assert.equal(fieldAt(schema, ['metadata', 'labels', 'x'])!.type, 'string')
  assert.equal(fieldAt(schema, ['spec', 'list', 2, 'on'])!.type, 'boolean')
  assert.equal(fieldAt(schema, ['spec', 'nothing', 'like']), undefined)
})

for (const [path, want] of [
  [['spec', 'port'], 'int | string'],
  [['spec', 'list'], 'object[]'],
  [['metadata', 'labels'], 'map[string]string'],
] as const)
  test(`type of ${path.join('.')}`, () => assert.equal(typeText(schema, fieldAt(schema, path)!), want))
