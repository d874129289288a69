import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsImages, pressureOver, type Reading, type Shortage, type Signal, shortagesOf } from './pressure.ts'

const Mi = 1024 ** 2
const Gi = 1024 ** 3
const fine: Record<Signal, [available: number, capacity: number]> = {
  'memory.available': [2 * Gi, 8 * Gi],
  'nodefs.available': [50 * Gi, 100 * Gi],
  'nodefs.inodesFree': [900, 1000],
  'imagefs.available': [50 * Gi, 100 * Gi],
  'imagefs.inodesFree': [900, 1000],
  'pid.available': [30_000, 32_768],
}
const readings = (change: Partial<typeof fine>): Reading[] =>
  Object.entries({ ...fine, ...change }).map(([signal, [available, capacity]]) => ({
    signal: signal as Signal,
    available,
    capacity,
  }))
const cases: { name: string; change: Partial<typeof fine>; want: string[] }[] = [
  { name: 'nothing', change: {}, want: [] },
  { name: 'memory', change: { 'memory.available': [90 * Mi, 8 * Gi] }, want: ['memory'] },
  { name: 'disk', change: { 'nodefs.available': [4 * Gi, 100 * Gi] }, want: ['ephemeral-storage'] },
  { name: 'nothing on a small disk with a fifth left', change: { 'nodefs.available': [2 * Gi, 10 * Gi] }, want: [] },
  { name: 'a small disk', change: { 'nodefs.available': [0.9 * Gi, 10 * Gi] }, want: ['ephemeral-storage'] },
  { name: 'inodes', change: { 'nodefs.inodesFree': [40, 1000] }, want: ['inodes'] },
  { name: 'nothing without inode counts', change: { 'nodefs.inodesFree': [0, 0] }, want: [] },
  { name: 'room for images', change: { 'imagefs.available': [1.4 * Gi, 10 * Gi] }, want: ['ephemeral-storage'] },
  { name: 'processes', change: { 'pid.available': [999, 32_768] }, want: ['pids'] },
  {
    name: 'memory before all else',
    change: { 'pid.available': [9, 32_768], 'memory.available': [0, Gi], 'nodefs.inodesFree': [1, 1000] },
    want: ['memory', 'inodes', 'pids'],
  },
]
for (const { name, change, want } of cases)
  test(`the node is short of ${name}`, () =>
    assert.deepEqual(
      shortagesOf(readings(change)).map(({ resource }) => resource),
      want,
    ))

test('images go only for the disk they are on', () => {
  const own = [{ signal: 'nodefs.available' }, { signal: 'imagefs.available' }] as const
  assert.equal(holdsImages(own[0], own), false)
  assert.equal(holdsImages(own[1], own), true)
  assert.equal(holdsImages(own[0], [own[0]]), true)
})

test('a pressure holds five minutes after it was seen last', () => {
  const told = pressureOver()
  const short: Shortage[] = [{ signal: 'nodefs.inodesFree', resource: 'inodes', least: 5, available: 1 }]
  const minute = 60_000
  const disk = [
    told([], 0).disk,
    told(short, minute).disk,
    told([], 2 * minute).disk,
    told([], 5.9 * minute).disk,
    told([], 6 * minute).disk,
  ]
  assert.deepEqual(disk, [false, true, true, true, false])
})
