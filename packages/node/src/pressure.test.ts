import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pressureOf, type Readings } from './pressure.ts'

const Gi = 1024 ** 3
const fine: Readings = {
  memoryAvailable: 2 * Gi,
  diskAvailable: 50 * Gi,
  diskTotal: 100 * Gi,
  inodesAvailable: 900,
  inodesTotal: 1000,
  pidsAvailable: 30_000,
}
const cases: { name: string; change: Partial<Readings>; want: string[] }[] = [
  { name: 'none', change: {}, want: [] },
  { name: 'memory', change: { memoryAvailable: 90 * 1024 ** 2 }, want: ['memory'] },
  { name: 'disk', change: { diskAvailable: 4 * Gi }, want: ['disk'] },
  { name: 'none on a small disk with a fifth left', change: { diskAvailable: 2 * Gi, diskTotal: 10 * Gi }, want: [] },
  { name: 'a small disk', change: { diskAvailable: 0.9 * Gi, diskTotal: 10 * Gi }, want: ['disk'] },
  { name: 'inodes', change: { inodesAvailable: 40 }, want: ['disk'] },
  { name: 'none without inode counts', change: { inodesAvailable: 0, inodesTotal: 0 }, want: [] },
  { name: 'processes', change: { pidsAvailable: 999 }, want: ['pids'] },
]
for (const { name, change, want } of cases)
  test(`pressure: ${name}`, () => {
    const found = pressureOf({ ...fine, ...change })
    assert.deepEqual(
      Object.entries(found)
        .filter(([, is]) => is)
        .map(([what]) => what),
      want,
    )
  })
