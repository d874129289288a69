import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logBuffer } from './log-buffer.ts'

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ time: '', from: 'a', text: `line ${from + i}` }))
const texts = (buffer: ReturnType<typeof logBuffer>) => {
  const view = buffer.view()
  return Array.from({ length: view.count }, (_, i) => view.at(i).line.text)
}

test('the oldest lines go, the positions of the others stay', () => {
  const buffer = logBuffer(8)
  buffer.add(lines(0, 6))
  buffer.add(lines(6, 8))
  const view = buffer.view()
  assert.deepEqual([view.dropped, view.count, view.at(0).position, view.at(0).line.text], [6, 8, 6, 'line 6'])
  assert.equal(view.placeOf(9), 3)
})

test('a search finds what is there and what comes, whatever has gone', () => {
  const buffer = logBuffer(20)
  buffer.add(lines(0, 12))
  buffer.search('LINE 1')
  assert.deepEqual(texts(buffer), ['line 1', 'line 10', 'line 11'])
  buffer.add(lines(12, 18))
  assert.deepEqual(texts(buffer).slice(0, 2), ['line 10', 'line 11'])
  assert.equal(buffer.view().placeOf(11), 1)
  buffer.search('')
  assert.equal(buffer.view().count, 20)
})

test('what a view shows does not change under it', () => {
  const buffer = logBuffer(100)
  buffer.add(lines(0, 3))
  const before = buffer.view()
  buffer.add(lines(3, 3))
  assert.deepEqual([before.count, buffer.view().count], [3, 6])
})

test('5,000 lines a second cost little', () => {
  const buffer = logBuffer()
  buffer.search('99')
  const started = performance.now()
  for (let i = 0; i < 60; i++) buffer.add(lines(i * 5_000, 5_000))
  assert.ok(performance.now() - started < 3_000)
  assert.equal(buffer.view().dropped + buffer.view().total, 300_000)
})
