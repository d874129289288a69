import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalise, canonicaliseMilli, canonicalOr, child, each, fill, fillPlain } from './fill.ts'

test('fill leaves what is there, zero and empty text included', () => {
  assert.deepEqual(
    fill({ a: 0, b: '', c: undefined, d: null as null | number } as object, { a: 1, b: 'x', c: 2, d: 3, e: 4 }),
    {
      a: 0,
      b: '',
      c: 2,
      d: 3,
      e: 4,
    },
  )
})

test('fillPlain replaces zero and empty text', () => {
  assert.deepEqual(fillPlain({ a: 0, b: '', c: 5 }, { a: 1, b: 'x', c: 2 }), { a: 1, b: 'x', c: 5 })
})

test('a child is made once', () => {
  const parent: { one?: { x?: number } } = {}
  child(parent, 'one').x = 1
  child(parent, 'one')
  assert.deepEqual(parent, { one: { x: 1 } })
})

test('each walks objects and nothing else', () => {
  assert.deepEqual([...each([{ a: 1 }, null, 'x'] as object[])], [{ a: 1 }])
  assert.deepEqual([...each(undefined)], [])
  assert.deepEqual([...each('text' as unknown as object[])], [])
})

test('quantities become canonical, nonsense stays', () => {
  const list = { cpu: '1000m', memory: '1024Mi', odd: 'x', tiny: '100u', whole: 2 as unknown as string }
  const milli = { ...list }
  canonicalise(list)
  assert.deepEqual(list, { cpu: '1', memory: '1Gi', odd: 'x', tiny: '100u', whole: '2' })
  canonicaliseMilli(milli)
  assert.equal(milli.tiny, '1m')
  canonicalise(undefined)
  assert.equal(canonicalOr('2000m'), '2')
  assert.equal(canonicalOr('x'), 'x')
  assert.equal(canonicalOr(undefined), undefined)
})
