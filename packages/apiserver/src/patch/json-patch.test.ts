import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonPatch } from './json-patch.ts'

const target = () => ({ a: { b: [1, { c: 'x' }, 3], d: {} }, e: { f: 'y' } })
const cases: { name: string; patch: object[]; want: unknown }[] = [
  {
    name: 'adds a member',
    patch: [{ op: 'add', path: '/a/d/n', value: 1 }],
    want: { b: [1, { c: 'x' }, 3], d: { n: 1 } },
  },
  { name: 'inserts', patch: [{ op: 'add', path: '/a/b/1', value: 9 }], want: { b: [1, 9, { c: 'x' }, 3], d: {} } },
  { name: 'appends', patch: [{ op: 'add', path: '/a/b/-', value: 9 }], want: { b: [1, { c: 'x' }, 3, 9], d: {} } },
  {
    name: 'replaces deep in a list',
    patch: [{ op: 'replace', path: '/a/b/1/c', value: 'z' }],
    want: { b: [1, { c: 'z' }, 3], d: {} },
  },
  {
    name: 'removes',
    patch: [
      { op: 'remove', path: '/a/b/1' },
      { op: 'remove', path: '/a/d' },
    ],
    want: { b: [1, 3] },
  },
  { name: 'moves', patch: [{ op: 'move', from: '/a/b/1', path: '/a/d/m' }], want: { b: [1, 3], d: { m: { c: 'x' } } } },
  {
    name: 'changes a copy without the original',
    patch: [
      { op: 'copy', from: '/a/b/1', path: '/a/d/m' },
      { op: 'replace', path: '/a/d/m/c', value: 'z' },
    ],
    want: { b: [1, { c: 'x' }, 3], d: { m: { c: 'z' } } },
  },
  {
    name: 'changes what it moved',
    patch: [
      { op: 'move', from: '/a/b/1', path: '/a/d/m' },
      { op: 'replace', path: '/a/d/m/c', value: 'z' },
    ],
    want: { b: [1, 3], d: { m: { c: 'z' } } },
  },
]

for (const { name, patch, want } of cases) {
  test(`a JSON patch ${name}, and leaves its target and itself as they are`, () => {
    const before = target()
    const operations = jsonCopy(patch)
    const made = jsonPatch(before, patch) as ReturnType<typeof target>
    assert.deepEqual(made.a, want)
    assert.equal(made.e, before.e, 'shared')
    assert.deepEqual(before, target())
    assert.deepEqual(patch, operations)
  })
}

test('a value that is added is not changed by the operations after it', () => {
  const value = { n: 1 }
  const patch = [
    { op: 'add', path: '/v', value },
    { op: 'replace', path: '/v/n', value: 2 },
  ]
  assert.deepEqual(jsonPatch({}, patch), { v: { n: 2 } })
  assert.deepEqual(value, { n: 1 })
})
