import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonEqual } from './json-equal.ts'

const cases: { name: string; a: unknown; b: unknown; want: boolean }[] = [
  { name: 'the order of members does not matter', a: { x: 1, y: 2 }, b: { y: 2, x: 1 }, want: true },
  { name: 'undefined is absent', a: { x: 1, y: undefined }, b: { x: 1 }, want: true },
  { name: 'null is not absent', a: { x: null }, b: {}, want: false },
  { name: 'a missing member differs', a: { x: 1 }, b: { x: 1, y: 2 }, want: false },
  { name: 'an extra member differs', a: { x: 1, y: 2 }, b: { x: 1 }, want: false },
  { name: 'the order of items matters', a: [1, 2], b: [2, 1], want: false },
  { name: 'an empty list is not an empty object', a: [], b: {}, want: false },
  { name: 'depth does not matter', a: { x: [{ y: [1] }] }, b: { x: [{ y: [1] }] }, want: true },
  { name: 'text is not a number', a: '1', b: 1, want: false },
]

for (const { name, a, b, want } of cases) test(`JSON: ${name}`, () => assert.equal(jsonEqual(a, b), want))
