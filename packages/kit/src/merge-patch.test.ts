import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergePatch, mergePatchBetween } from './merge-patch.ts'

// The examples of RFC 7386, appendix A.
const cases: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

for (const [target, patch, want] of cases)
  test(`${JSON.stringify(target)} patched with ${JSON.stringify(patch)}`, () => {
    const before = JSON.stringify(target)
    assert.deepEqual(mergePatch(target, patch), want)
    assert.equal(JSON.stringify(target), before, 'the target is left alone')
  })

const between: [unknown, unknown, unknown][] = [
  [{ a: 1 }, { a: 1 }, undefined],
  [{ a: 1, b: 2 }, { a: 1 }, { b: null }],
  [{ a: { x: 1, y: 2 } }, { a: { x: 1, y: 3 } }, { a: { y: 3 } }],
  [{ a: [1] }, { a: [1, 2] }, { a: [1, 2] }],
  [{}, { a: {} }, { a: {} }],
]

for (const [from, to, want] of between)
  test(`from ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
    const patch = mergePatchBetween(from, to)
    assert.deepEqual(patch, want)
    if (patch !== undefined) assert.deepEqual(mergePatch(from, patch), to)
  })
