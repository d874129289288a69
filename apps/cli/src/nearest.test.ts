import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

const known = ['apps', 'logs', 'rollback', 'releases', 'shop/flask', 'shop/cart']
const cases: [string, string | undefined][] = [
  ['rolback', 'rollback'],
  ['lgos', 'logs'],
  ['log', 'logs'],
  ['shop/flaks', 'shop/flask'],
  ['shpo/flask', 'shop/flask'],
  ['Releases', 'releases'],
  ['deploy', undefined],
  ['x', undefined],
]
for (const [typed, want] of cases)
  test(`"${typed}" probably means ${want ?? 'nothing known'}`, () => assert.equal(nearest(typed, known), want))
