import assert from 'node:assert/strict'
import { test } from 'node:test'
import { branchOf } from './refs.ts'

const cases: [ref: string, said: string | undefined][] = [
  ['refs/heads/main', 'main'],
  ['refs/tags/v1.2', 'v1.2'],
  ['refs/heads/feature/refs/heads/x', 'feature/refs/heads/x'],
  ['refs/pull/3/head', 'refs/pull/3/head'],
  ['refs/sampan/uploads/1', undefined],
]
for (const [ref, said] of cases) test(`${ref} is said as ${said}`, () => assert.equal(branchOf(ref), said))
