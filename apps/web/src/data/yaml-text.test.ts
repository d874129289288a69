import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrderOf, partsOf, pathFrom, yamlOf } from './yaml-text.ts'

const text = `kind: Pod
metadata:
  name: x
spec:
  containers:
    - name: a
      image: b
---
kind: Other
`

const found = (path: (string | number)[], isKey?: boolean) => {
  const { from, to } = partsOf(text)[0]!.rangeOf(path, isKey)
  return text.slice(from, to)
}

test('documents and where their fields are', () => {
  const parts = partsOf(text)
  assert.deepEqual(
    parts.map(({ object }) => object?.kind),
    ['Pod', 'Other'],
  )
  assert.equal(found(['metadata', 'name']), 'x')
  assert.equal(found(['metadata', 'name'], true), 'name')
  assert.equal(found(['spec', 'containers', 0, 'image']), 'b')
  assert.equal(found(['spec', 'containers', 0, 'nothing']), 'name: a\n      image: b\n')
  assert.equal(found(['spec', 'nothing', 'here']), 'spec')
})

test('mistakes say where they are, and leave no object', () => {
  const [part] = partsOf('a: 1\na: 2\n')
  assert.equal(part!.object, undefined)
  assert.equal(part!.mistakes.length, 1)
  assert.equal(part!.mistakes[0]!.line, 2)
})

test('nothing is an empty document or none', () => {
  assert.deepEqual(
    partsOf('').map(({ object }) => object),
    [],
  )
  assert.equal(partsOf('---\n# only words\n')[0]?.object, undefined)
})

test('what is edited has no managed fields, and long lines stay whole', () => {
  const object = { metadata: { name: 'x', managedFields: [{}] }, data: { a: 'word '.repeat(60).trim() } }
  const yaml = yamlOf(object)
  assert.doesNotMatch(yaml, /managedFields/)
  assert.match(yaml, /(word ){59}word/)
})

for (const [field, want] of [
  ['spec.containers[0].image', ['spec', 'containers', 0, 'image']],
  ['metadata.labels[app.kubernetes.io/name]', ['metadata', 'labels', 'app.kubernetes.io/name']],
  ['spec', ['spec']],
] as const)
  test(`field ${field}`, () => assert.deepEqual(pathFrom(field), want))

test('keys stand as in what a value is compared with', () => {
  const before = { kind: 'A', spec: { z: 1, list: [{ name: 'b', x: 1, y: 2 }] } }
  const after = { spec: { list: [{ name: 'a' }, { y: 2, x: 1, name: 'b' }], z: 2, added: true }, kind: 'A' }
  assert.equal(
    JSON.stringify(inOrderOf(after, before)),
    '{"kind":"A","spec":{"z":2,"list":[{"name":"a"},{"name":"b","x":1,"y":2}],"added":true}}',
  )
})
