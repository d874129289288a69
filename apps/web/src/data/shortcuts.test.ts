import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTyping, keyOf, shortcutReader, shortcutText } from './shortcuts.ts'

const press = (key: string, more = {}) => keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })

test('keys have one name on every keyboard', () => {
  assert.deepEqual(
    [
      press('K', { ctrlKey: true }),
      press('k', { metaKey: true }),
      press('?'),
      press('Shift'),
      press('a', { altKey: true }),
    ],
    ['mod+k', 'mod+k', '?', undefined, undefined],
  )
})

test('keys typed one after the other are one shortcut, unless somebody pauses', () => {
  let now = 0
  const read = shortcutReader(() => now)
  const known = ['g h', 'h', 'mod+k']
  assert.equal(read('g', known), undefined)
  assert.equal(read('h', known), 'g h')
  assert.equal(read('g', known), undefined)
  now += 2_000
  assert.equal(read('h', known), 'h')
})

test('fields keep their keys', () => {
  assert.deepEqual(
    [
      isTyping({ tagName: 'INPUT' }),
      isTyping({ tagName: 'DIV', isContentEditable: true }),
      isTyping({ tagName: 'A' }),
      isTyping(null),
    ],
    [true, true, false, false],
  )
})

test('shortcuts are printed as keyboards have them', () => {
  assert.deepEqual(
    [shortcutText('mod+k', true), shortcutText('mod+k', false), shortcutText('g h', false)],
    ['⌘K', 'Ctrl K', 'G H'],
  )
})
