import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fairSlots, Overloaded } from './fair-slots.ts'

const settled = async () => {
  for (let i = 0; i < 20; i++) await turn()
}

test('a key with much to do does not stand before others', async () => {
  const slots = fairSlots({ perKey: 2, waiting: 10 })
  const begun: string[] = []
  const done = new Map<string, () => void>()
  const start = async (key: string, name: string) => {
    done.set(name, await slots.enter(key))
    begun.push(name)
  }
  for (const name of ['a1', 'a2', 'a3', 'a4']) void start('a', name)
  void start('b', 'b1')
  await settled()
  assert.deepEqual(begun, ['a1', 'a2', 'b1'])
  done.get('a2')!()
  done.get('a2')!()
  await settled()
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3'], 'a slot is given back once')
  done.get('a1')!()
  await settled()
  assert.equal(begun.at(-1), 'a4')
})

test('the event loop turns between any two beginnings', async () => {
  const slots = fairSlots({ perKey: 9, waiting: 0 })
  let turns = 0
  const seen: number[] = []
  const count = () => {
    turns++
    if (turns < 30) setImmediate(count)
  }
  setImmediate(count)
  const note = async (key: string) => {
    await slots.enter(key)
    seen.push(turns)
  }
  await Promise.all(['a', 'b', 'c'].map(note))
  assert.equal(new Set(seen).size, 3)
})

test('a line that is too long is refused, and goes on afterwards', async () => {
  const slots = fairSlots({ perKey: 1, waiting: 1 })
  const first = await slots.enter('a')
  const second = slots.enter('a')
  await assert.rejects(slots.enter('a'), Overloaded)
  first()
  ;(await second)()
  ;(await slots.enter('a'))()
})
