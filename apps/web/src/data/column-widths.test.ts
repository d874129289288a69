import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tracksFor } from './column-widths.ts'

const cases = [
  { name: 'a short column of numbers', heading: 'Ready', cells: ['1/1'], want: 'minmax(60px, 6fr)' },
  { name: 'a long heading', heading: 'AllowVolumeExpansion', cells: ['true'], want: 'minmax(150px, 20fr)' },
  { name: 'long texts', heading: 'URL', cells: ['x'.repeat(200)], want: 'minmax(60px, 36fr)' },
  { name: 'a Chinese heading', heading: '就绪的实例', cells: [], want: 'minmax(90px, 6fr)' },
]
for (const { name, heading, cells, want } of cases) {
  test(`track of ${name}`, () => assert.deepEqual(tracksFor([heading], [cells]), [want]))
}
