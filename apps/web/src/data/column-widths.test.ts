import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitting, pillWidth, trackOf, widthsFor } from './column-widths.ts'

const cases = [
  { name: 'a short column of numbers', heading: 'Ready', cells: ['1/1'], want: 'minmax(60px, 6fr)' },
  { name: 'a long heading', heading: 'AllowVolumeExpansion', cells: ['true'], want: 'minmax(150px, 20fr)' },
  { name: 'long texts', heading: 'URL', cells: ['x'.repeat(200)], want: 'minmax(150px, 36fr)' },
  { name: 'texts longer than their heading', heading: 'Tier', cells: ['cn-north-1'], want: 'minmax(80px, 10fr)' },
  {
    name: 'one long text among many short ones',
    heading: 'Tier',
    cells: [...Array.from({ length: 20 }, () => 'gold'), 'x'.repeat(30)],
    want: 'minmax(60px, 30fr)',
  },
  { name: 'a Chinese heading', heading: '就绪的实例', cells: [], want: 'minmax(90px, 6fr)' },
]
for (const { name, heading, cells, want } of cases) {
  test(`track of ${name}`, () => assert.deepEqual(widthsFor([heading], [cells]).map(trackOf), [want]))
}

test('a pill is as wide as its longest word, within reason', () => {
  assert.equal(pillWidth(['Ready']), 84)
  assert.equal(pillWidth(['Ready', 'CreateContainerConfigError']), 195)
  assert.equal(pillWidth(['x'.repeat(80)]), 200)
})

const columns = [
  { key: 'name', least: 140, rank: 0 },
  { key: 'namespace', least: 90, rank: 3 },
  { key: 'status', least: 100, rank: 1 },
  { key: 'note', least: 150, rank: 4 },
  { key: 'size', least: 60, rank: 4 },
  { key: 'age', least: 100, rank: 2 },
]
const rooms = [
  { name: 'a phone', room: 280, want: ['name', 'status'] },
  { name: 'a narrow window', room: 480, want: ['name', 'status', 'age', 'namespace'] },
  { name: 'what is wide gives way to what is not', room: 540, want: ['name', 'status', 'age', 'namespace', 'size'] },
  { name: 'a wide window', room: 2000, want: ['name', 'status', 'age', 'namespace', 'note', 'size'] },
  { name: 'no room at all', room: 0, want: ['name'] },
]
for (const { name, room, want } of rooms) {
  test(`columns on ${name}`, () => assert.deepEqual([...fitting(columns, room)], want))
}
