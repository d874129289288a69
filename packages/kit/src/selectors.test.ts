import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fieldsMatch,
  matches,
  parseFieldSelector,
  parseSelector,
  selectorFrom,
  selectorText,
  selects,
  selectsMap,
} from './selectors.ts'

const web = { app: 'web', tier: 'front', 'example.com/size': '3', empty: '' }
const cases: [string, boolean][] = [
  ['', true],
  ['  ', true],
  ['app', true],
  ['!app', false],
  ['! gone', true],
  ['app=web', true],
  ['app == web', true],
  ['app!=web', false],
  ['gone!=web', true],
  ['app in (db, web)', true],
  ['app in(db)', false],
  ['app notin (db)', true],
  ['gone notin (db)', true],
  ['app=web,tier in (front,back),!old', true],
  ['app=web,tier=back', false],
  ['example.com/size>2', true],
  ['example.com/size < 3', false],
  ['app>1', false],
  ['empty=', true],
  ['empty in (,x)', true],
  ['in in (x)', false],
]
for (const [text, want] of cases)
  test(`labels ${want ? 'meet' : 'fail'} "${text}"`, () => assert.equal(matches(parseSelector(text), web), want))

for (const text of ['=x', 'a=b=c', 'a in b', 'a in (b', 'a,,b', 'a b', 'a=b,', '-a=b', 'a=$', 'a>x'])
  test(`"${text}" is no selector`, () => assert.throws(() => parseSelector(text), SyntaxError))

test('an absent LabelSelector matches nothing, an empty one everything', () => {
  assert.equal(selects(undefined, web), false)
  assert.equal(selects({}, web), true)
  assert.equal(selects({}, undefined), true)
  assert.equal(selectsMap({}, web), false)
  assert.equal(selectsMap(undefined, web), false)
  assert.equal(selectsMap({ app: 'web' }, web), true)
})

test('a LabelSelector combines labels and expressions', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  }
  assert.equal(selects(selector, web), true)
  assert.equal(selects(selector, { ...web, old: '' }), false)
  assert.equal(selectorText(selectorFrom(selector)!), 'app=web,!old,tier in (back,front)')
  assert.throws(() => selectorFrom({ matchExpressions: [{ key: 'a', operator: 'Is' }] }), SyntaxError)
})

test('labels named like object methods are ordinary', () => {
  assert.equal(matches(parseSelector('constructor'), {}), false)
  assert.equal(matches(parseSelector('toString=x'), {}), false)
})

for (const text of ['a=b', 'a!=b', 'a', '!a', 'a in (b,c)', 'a notin (b)', 'a>1', 'a<2', 'a=b,c=d'])
  test(`"${text}" survives a round trip`, () => assert.equal(selectorText(parseSelector(text)), text))

test('field selectors', () => {
  assert.deepEqual(parseFieldSelector(''), [])
  assert.deepEqual(parseFieldSelector('a=b,c!=d,e==f,g='), [
    { field: 'a', operator: '=', value: 'b' },
    { field: 'c', operator: '!=', value: 'd' },
    { field: 'e', operator: '=', value: 'f' },
    { field: 'g', operator: '=', value: '' },
  ])
  assert.deepEqual(parseFieldSelector(String.raw`a=x\,y\=z\\`), [{ field: 'a', operator: '=', value: 'x,y=z\\' }])
  assert.throws(() => parseFieldSelector('a'), SyntaxError)
  assert.throws(() => parseFieldSelector('a=b=c'), SyntaxError)
  const phase = (field: string) => (field === 'phase' ? 'Running' : undefined)
  assert.equal(fieldsMatch(parseFieldSelector('phase=Running,other='), phase), true)
  assert.equal(fieldsMatch(parseFieldSelector('phase!=Running'), phase), false)
})
