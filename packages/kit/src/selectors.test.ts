import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matches, matchesLabels, matchesObject, parseSelector, selectorText } from './selectors.ts'

const labels = { app: 'web', tier: 'front', 'example.com/size': '5', empty: '' }

const cases: [string, boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app=other', false],
  ['app!=other', true],
  ['missing!=x', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['! app', false],
  ['app in (web, api)', true],
  ['app in (api)', false],
  ['app notin (api,db),tier=front', true],
  ['missing notin (x)', true],
  ['example.com/size>4', true],
  ['example.com/size<5', false],
  ['app>1', false],
  ['empty=', true],
  ['app=web,tier=back', false],
  ['constructor', false],
]

for (const [text, want] of cases)
  test(`selector "${text}" ${want ? 'selects' : 'leaves out'} the example`, () => {
    const selector = parseSelector(text)
    assert.equal(matches(selector, labels), want)
    assert.equal(matches(parseSelector(selectorText(selector)), labels), want, 'the text form says the same')
  })

for (const text of ['a=b=c', 'a in b', ',', 'a=b,', '=b', 'a in (b'])
  test(`selector "${text}" is refused`, () => assert.throws(() => parseSelector(text), SyntaxError))

test('no LabelSelector selects nothing, an empty one everything', () => {
  assert.equal(matchesObject(undefined, labels), false)
  assert.equal(matchesObject({}, labels), true)
  const expression = { key: 'app', operator: 'NotIn', values: ['web'] }
  assert.equal(matchesObject({ matchLabels: { app: 'web' }, matchExpressions: [expression] }, labels), false)
})

test('a plain label map selects nothing when empty', () => {
  assert.equal(matchesLabels(undefined, labels), false)
  assert.equal(matchesLabels({}, labels), false)
  assert.equal(matchesLabels({ app: 'web' }, labels), true)
  assert.equal(matchesLabels({ app: 'web', tier: 'back' }, labels), false)
})
