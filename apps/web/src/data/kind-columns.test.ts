import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isShort, kindColumns, orderOf, shownText, timeBehind } from './kind-columns.ts'
import { ordered } from './order.ts'

const column = (name: string, priority = 0) => ({ name, type: 'string', priority })

test('columns of a kind are those of its table but name and age, with what wide output adds and what is empty marked', () => {
  const found = kindColumns(
    [column('Name'), column('Status'), column('Class'), column('Age'), column('IP', 1)],
    [{ cells: ['a', 'Bound', '<unset>', '3m', ''] }, { cells: ['b', null, '', '3m', '10.0.0.1'] }],
  )
  assert.deepEqual(
    found.map(({ name, at, isWide, isEmpty }) => [name, at, isWide, isEmpty]),
    [
      ['Status', 1, false, false],
      ['Class', 2, false, true],
      ['IP', 4, true, false],
    ],
  )
})

const orders = [
  {
    name: 'ages',
    type: 'date',
    cells: ['2d', '<invalid>', '9h', '122m', '3d4h', '1y'],
    want: ['<invalid>', '122m', '9h', '2d', '3d4h', '1y'],
  },
  {
    name: 'quantities',
    type: 'string',
    cells: ['1Gi', '500Mi', '2Ti', '900Ki'],
    want: ['900Ki', '500Mi', '1Gi', '2Ti'],
  },
  { name: 'numbers', type: 'integer', cells: [10, 9, 100], want: [9, 10, 100] },
  { name: 'words', type: 'string', cells: ['b', '', 'a10', 'a9'], want: ['', 'a9', 'a10', 'b'] },
]
for (const { name, type, cells, want } of orders) {
  test(`${name} are ordered by what they mean`, () => {
    assert.deepEqual(
      ordered<unknown>(cells, (cell) => orderOf(type, cell), { isDescending: false }),
      want,
    )
  })
}

const texts = [
  { column: { name: 'Ratio', type: 'number' }, cell: 0.42857142857142855, want: '0.42857' },
  { column: { name: 'Ratio', type: 'number' }, cell: '1.5', want: '1.5' },
  { column: { name: 'Restarts', type: 'string' }, cell: '5 (20s ago)', want: '5' },
  { column: { name: 'Note', type: 'string' }, cell: null, want: '' },
]
for (const { column, cell, want } of texts) {
  test(`${column.name} ${cell} is shown as “${want}”`, () => assert.equal(shownText(column, cell), want))
}

test('0/1 is short, 3/3 and words are not', () => {
  assert.deepEqual(['0/1', '10/9', '3/3', 'True'].map(isShort), [true, false, false, false])
})

test('the time behind an age is where the column looks', () => {
  const said = (path: string) => `Custom resource definition column (in JSONPath format): ${path}`
  const object = { spec: { until: '2030-01-01T00:00:00Z', note: 'x' } }
  assert.equal(timeBehind(said('.spec.until'), object), '2030-01-01T00:00:00Z')
  for (const path of ['.spec.note', '.spec.none.deeper', '.spec.list[0]', 'until'])
    assert.equal(timeBehind(said(path), object), undefined)
  assert.equal(timeBehind('When it ends.', object), undefined)
})
