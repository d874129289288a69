import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationText, findDuration, humanAge } from './durations.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const ages: [number, string][] = [
  [-5 * second, '<invalid>'],
  [-1 * second, '0s'],
  [0, '0s'],
  [999, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [5 * minute + 23 * second, '5m23s'],
  [10 * minute + 59 * second, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [7 * hour + 59 * minute, '7h59m'],
  [8 * hour + 59 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [7 * day + 23 * hour, '7d23h'],
  [8 * day + 3 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [731 * day, '2y1d'],
  [3000 * day, '8y'],
]
for (const [ms, want] of ages) test(`an age of ${ms} ms reads ${want}`, () => assert.equal(humanAge(ms), want))

const durations: [string, number, string][] = [
  ['0', 0, '0s'],
  ['250ms', 250, '250ms'],
  ['1.5s', 1500, '1.5s'],
  ['90s', 90 * second, '1m30s'],
  ['1h30m', 90 * minute, '1h30m0s'],
  ['-2m', -2 * minute, '-2m0s'],
  ['100us', 0.1, '100µs'],
  ['24h', day, '24h0m0s'],
]
for (const [text, ms, back] of durations)
  test(`${text} is ${ms} ms`, () => {
    assert.equal(findDuration(text), ms)
    assert.equal(durationText(ms), back)
  })

for (const text of ['', '5', '1d', 's', '1h 30m', 'h1'])
  test(`"${text}" is no duration`, () => assert.equal(findDuration(text), undefined))
