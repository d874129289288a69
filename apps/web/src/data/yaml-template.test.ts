import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KindSchema } from './schema-field.ts'
import { templateOf } from './yaml-template.ts'

const widget = { group: 'example.com', version: 'v1', kind: 'Widget' }
const text = { type: 'string' } as const
const schemaWith = (spec: KindSchema['root']): KindSchema => ({ root: { properties: { spec } }, parts: {} })

const cases: { name: string; schema?: KindSchema; want: string }[] = [
  { name: 'a kind without a schema', want: '' },
  {
    name: 'what has to be there',
    schema: schemaWith({
      type: 'object',
      required: ['size', 'mode', 'parts', 'name'],
      properties: {
        size: { type: 'integer', minimum: 3 },
        mode: { type: 'string', enum: ['fast', 'slow'] },
        parts: { type: 'array', items: { type: 'object', required: ['on'], properties: { on: { type: 'boolean' } } } },
        name: text,
        spare: text,
      },
    }),
    want: 'spec:\n  size: 3\n  mode: fast\n  parts:\n    - on: false\n  name: example\n',
  },
  {
    name: 'a selector and a pod template',
    schema: schemaWith({
      type: 'object',
      required: ['selector', 'template'],
      properties: {
        selector: { type: 'object', properties: { matchLabels: {}, matchExpressions: {} } },
        template: { type: 'object', properties: { metadata: {}, spec: {} } },
      },
    }),
    want: 'spec:\n  selector:\n    matchLabels:\n      app: example\n  template:\n    metadata:\n      labels:\n        app: example\n    spec:\n      containers:\n        - name: example\n          image: example\n',
  },
]
for (const { name, schema, want } of cases)
  test(`to begin with: ${name}`, () =>
    assert.equal(
      templateOf(widget, schema),
      `apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: example\n${want}`,
    ))
