import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slots } from './slots.ts'

test('no more than so many at a time, in order, and a failure frees its place', async () => {
  const room = slots(2)
  const begun: number[] = []
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const all = gates.map(({ promise }, index) =>
    room.run(async () => {
      begun.push(index)
      await promise
      if (index === 0) throw new Error('no')
    }),
  )
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  await settle()
  assert.deepEqual(begun, [0, 1])
  gates[0]!.resolve()
  await assert.rejects(all[0]!)
  await settle()
  assert.deepEqual(begun, [0, 1, 2])
  for (const gate of gates) gate.resolve()
  await Promise.all(all.slice(1))
  assert.deepEqual(begun, [0, 1, 2, 3, 4])
})

test('what ends something goes before what begins something', async () => {
  const room = slots(1)
  const begun: string[] = []
  const note = (name: string) => async () => void begun.push(name)
  await Promise.all([
    room.run(note('a')),
    room.run(note('b')),
    room.run(note('c'), { isSecond: true }),
    room.run(note('d'), { isSecond: true }),
  ])
  assert.deepEqual(begun, ['a', 'c', 'd', 'b'])
})
