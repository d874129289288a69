import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onTopOf, threeWay } from './three-way.ts'

const cases = [
  { name: 'nothing', base: { a: 1 }, mine: { a: 1 }, theirs: { a: 1 }, want: { a: 1 } },
  { name: 'mine', base: { a: 1 }, mine: { a: 2 }, theirs: { a: 1 }, want: { a: 2 } },
  { name: 'theirs', base: { a: 1 }, mine: { a: 1 }, theirs: { a: 3, b: 1 }, want: { a: 3, b: 1 } },
  { name: 'both the same', base: { a: 1 }, mine: { a: 2 }, theirs: { a: 2 }, want: { a: 2 } },
  {
    name: 'different fields',
    base: { a: 1, b: 1 },
    mine: { a: 2, b: 1 },
    theirs: { a: 1, b: 2 },
    want: { a: 2, b: 2 },
  },
  {
    name: 'one removes, one adds',
    base: { a: 1, b: 1 },
    mine: { b: 1 },
    theirs: { a: 1, b: 1, c: 1 },
    want: { b: 1, c: 1 },
  },
  {
    name: 'items by name',
    base: [
      { name: 'a', v: 1 },
      { name: 'b', v: 1 },
    ],
    mine: [
      { name: 'a', v: 2 },
      { name: 'b', v: 1 },
    ],
    theirs: [
      { name: 'a', v: 1 },
      { name: 'b', v: 3 },
      { name: 'c', v: 1 },
    ],
    want: [
      { name: 'a', v: 2 },
      { name: 'b', v: 3 },
      { name: 'c', v: 1 },
    ],
  },
  {
    name: 'the same field',
    base: { a: { x: 1 } },
    mine: { a: { x: 2 } },
    theirs: { a: { x: 3 } },
    want: { a: { x: 2 } },
    clashes: ['a.x'],
  },
  { name: 'lists without names', base: [1], mine: [1, 2], theirs: [1, 3], want: [1, 2], clashes: [''] },
  { name: 'one removes what the other changes', base: { a: 1 }, mine: {}, theirs: { a: 2 }, want: {}, clashes: ['a'] },
]
for (const { name, base, mine, theirs, want, clashes = [] } of cases)
  test(`changes of two: ${name}`, () => {
    const merge = threeWay(base, mine, theirs)
    assert.deepEqual(merge.merged, want)
    assert.deepEqual(
      merge.clashes.map(({ path }) => path.join('.')),
      clashes,
    )
  })

test('whoever is chosen has the field', () => {
  assert.deepEqual(threeWay({ a: 1 }, { a: 2 }, { a: 3 }, () => 'theirs').merged, { a: 3 })
})

test('what only the server writes is the newest and is no clash', () => {
  const object = (version: string, replicas: number, image: string, ready: number) =>
    ({
      metadata: { name: 'x', resourceVersion: version, generation: Number(version) },
      spec: { replicas, image },
      status: { ready },
    }) as never
  const { object: sent, clashes } = onTopOf(object('1', 1, 'a', 0), object('1', 5, 'a', 0), object('7', 1, 'b', 4))
  assert.deepEqual(clashes, [])
  assert.deepEqual(sent, {
    metadata: { name: 'x', resourceVersion: '7', generation: 7 },
    spec: { replicas: 5, image: 'b' },
    status: { ready: 4 },
  })
})
