import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headingText } from './heading.ts'

test('headings of built-in kinds are in the language of the person, others as their definition has them', () => {
  assert.equal(headingText('zh', 'Access Modes'), '访问模式')
  assert.equal(headingText('en', 'Access Modes'), 'Access Modes')
  assert.equal(headingText('zh', 'Sails'), 'Sails')
  assert.equal(headingText('zh', 'constructor'), 'constructor')
})
