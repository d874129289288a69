import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '@sampan/resources/define'
import { schemaOf } from '@sampan/resources/schemas'
import { fieldsFrom } from './field-tree.ts'
import { addedText, isSameShape, sharedFields, treeOf } from './shapes.ts'
import { compare } from './typed.ts'

const pod = schemaOf('', 'v1', 'Pod')
const deployment = schemaOf('apps', 'v1', 'Deployment')

const container = (name: string, more: object = {}) => ({ name, image: 'x', resources: {}, ...more })

const values: { name: string; value: object; schema: Schema | undefined }[] = [
  { name: 'nothing', value: {}, schema: pod },
  { name: 'labels', value: { metadata: { labels: { app: 'a', 'b.c/d': 'e' }, finalizers: ['f"1'] } }, schema: pod },
  { name: 'empty parts', value: { metadata: { annotations: {} }, spec: {} }, schema: pod },
  {
    name: 'containers and ports',
    value: {
      spec: {
        containers: [
          container('b', { ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] }),
          container('a'),
        ],
        tolerations: [{ key: 'x' }],
      },
    },
    schema: pod,
  },
  {
    name: 'a template',
    value: {
      spec: {
        replicas: 0,
        strategy: { rollingUpdate: { maxSurge: '25%' }, type: 'RollingUpdate' },
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container('a')] } },
      },
    },
    schema: deployment,
  },
  { name: 'no schema', value: { 'odd "key"': { list: [{ a: 1 }], nil: null, gone: undefined } }, schema: undefined },
]

for (const { name, value, schema } of values)
  test(`fields of ${name} as text are those a comparison with nothing finds`, () => {
    const text = addedText(value, schema, true)
    assert.deepEqual(JSON.parse(text), fieldsFrom(compare({}, value, schema).changed))
    assert.equal(sharedFields(text), sharedFields(text), 'kept once')
    assert.deepEqual(fieldsFrom(treeOf(sharedFields(text))), JSON.parse(text))
  })

test('what is always there has no entry of its own; what came with its fields has one', () => {
  const fields = JSON.parse(addedText(values[4]!.value, deployment, true))['f:spec']
  assert.equal('.' in fields, false)
  assert.equal('.' in fields['f:strategy'], false)
  assert.equal('.' in fields['f:strategy']['f:rollingUpdate'], true)
  const { 'f:metadata': metadata, 'f:spec': spec } = fields['f:template']
  assert.deepEqual(metadata, { 'f:labels': { '.': {}, 'f:a': {} } })
  assert.deepEqual(Object.keys(spec['f:containers']), ['k:{"name":"a"}'])
  assert.equal('.' in spec['f:containers']['k:{"name":"a"}'], true)
})

const shapes = [
  { name: 'other values', a: { phase: 'Pending' }, b: { phase: 'Running' }, same: true },
  { name: 'one more field', a: { phase: 'Pending' }, b: { phase: 'Running', reason: 'x' }, same: false },
  { name: 'another item', a: { podIPs: [{ ip: '1.1.1.1' }] }, b: { podIPs: [{ ip: '1.1.1.2' }] }, same: false },
  {
    name: 'a list that is one value',
    a: { containerStatuses: [] },
    b: { containerStatuses: [{ name: 'a' }] },
    same: true,
  },
  {
    name: 'an item with another field',
    a: { conditions: [{ type: 'A' }] },
    b: { conditions: [{ type: 'A', reason: 'b' }] },
    same: false,
  },
  { name: 'empty and filled', a: { conditions: [] }, b: { conditions: [{ type: 'A' }] }, same: false },
]

for (const { name, a, b, same } of shapes)
  test(`${name}: ${same ? 'the same fields' : 'other fields'}`, () => {
    assert.equal(isSameShape({ status: a }, { status: b }, pod), same)
    assert.equal(addedText({ status: a }, pod, true) === addedText({ status: b }, pod, true), same)
  })
