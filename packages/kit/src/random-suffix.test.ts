import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedName, randomSuffix } from './random-suffix.ts'

test('suffixes come from the alphabet without vowels', () => {
  for (let i = 0; i < 200; i++) assert.match(randomSuffix(Math.random), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  assert.equal(
    randomSuffix(() => 0, 3),
    'bbb',
  )
  assert.equal(
    randomSuffix(() => 0.9999),
    '99999',
  )
})

test('a generated name fits a DNS label', () => {
  assert.equal(
    generatedName('web-', () => 0),
    'web-bbbbb',
  )
  assert.equal(generatedName('x'.repeat(80), () => 0).length, 63)
})
