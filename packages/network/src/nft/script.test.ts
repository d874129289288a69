import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changes, replaced, takenOver } from './script.ts'
import { emptyPart, type NftSet, type Table, tableFrom } from './table.ts'

const map = (elements: Record<string, string>): NftSet => ({
  kind: 'map',
  type: 'ipv4_addr : verdict',
  elements: new Map(Object.entries(elements)),
})
const affinity: NftSet = { kind: 'set', type: 'ipv4_addr', flags: 'dynamic,timeout' }

const table = (chains: Record<string, string[]>, sets: Record<string, NftSet>): Table => ({
  name: 't',
  chains: new Map(Object.entries(chains).map(([name, rules]) => [name, { rules }])),
  sets: new Map(Object.entries(sets)),
})

const one = table({ a: ['accept'] }, { m: map({ '10.0.0.1': 'goto a' }) })

const cases: { name: string; before: Table; after: Table; want: string[] }[] = [
  {
    name: 'the same is nothing',
    before: one,
    after: table({ a: ['accept'] }, { m: map({ '10.0.0.1': 'goto a' }) }),
    want: [],
  },
  {
    name: 'a changed chain keeps its place and its elements',
    before: one,
    after: table({ a: ['drop'] }, { m: map({ '10.0.0.1': 'goto a' }) }),
    want: ['flush chain inet t a', 'add rule inet t a drop'],
  },
  {
    name: 'a new chain is there before an element leads to it',
    before: one,
    after: table({ a: ['accept'], b: ['drop'] }, { m: map({ '10.0.0.1': 'goto a', '10.0.0.2': 'goto b' }) }),
    want: ['add chain inet t b', 'add rule inet t b drop', 'add element inet t m { 10.0.0.2 : goto b }'],
  },
  {
    name: 'a chain goes after the elements that lead to it',
    before: one,
    after: table({}, { m: map({}) }),
    want: ['delete element inet t m { 10.0.0.1 }', 'flush chain inet t a', 'delete chain inet t a'],
  },
  {
    name: 'an element that leads elsewhere is replaced',
    before: table({ a: ['accept'], b: ['drop'] }, { m: map({ '10.0.0.1': 'goto a' }) }),
    after: table({ a: ['accept'], b: ['drop'] }, { m: map({ '10.0.0.1': 'goto b' }) }),
    want: ['delete element inet t m { 10.0.0.1 }', 'add element inet t m { 10.0.0.1 : goto b }'],
  },
  {
    name: 'a set comes before the rules that use it and goes after them',
    before: table({ a: ['ip saddr @old accept'] }, { old: affinity }),
    after: table({ a: ['ip saddr @new accept'] }, { new: affinity }),
    want: [
      'add set inet t new { type ipv4_addr; flags dynamic,timeout; }',
      'flush chain inet t a',
      'add rule inet t a ip saddr @new accept',
      'delete set inet t old',
    ],
  },
]

for (const { name, before, after, want } of cases)
  test(`nft: ${name}`, () => assert.deepEqual(changes(before, after).split('\n').filter(Boolean), want))

test('nft: taking over empties and fills in one go, and keeps what rules fill', () => {
  const text = takenOver(
    { chains: ['a', 'gone'], sets: ['m', 'seen', 'x'] },
    table({ a: ['accept'] }, { m: map({ '10.0.0.1': 'goto a' }), seen: affinity }),
  )
  assert.deepEqual(text.split('\n').filter(Boolean), [
    'add table inet t',
    'flush chain inet t a',
    'flush chain inet t gone',
    'add map inet t m { type ipv4_addr : verdict; }',
    'add set inet t seen { type ipv4_addr; flags dynamic,timeout; }',
    'flush map inet t m',
    'add chain inet t a',
    'add rule inet t a accept',
    'add element inet t m { 10.0.0.1 : goto a }',
    'delete set inet t x',
    'delete chain inet t gone',
  ])
})

test('nft: replacing begins with nothing', () => {
  assert.deepEqual(replaced(one).split('\n').slice(0, 3), [
    'add table inet t',
    'delete table inet t',
    'add table inet t',
  ])
})

test('parts of a table: the first to claim a key keeps it, and the base stays as it is', () => {
  const base = table({}, { m: map({}) })
  const whole = tableFrom(base, [
    { ...emptyPart, elements: [['m', '10.0.0.1', 'goto a']] },
    { ...emptyPart, elements: [['m', '10.0.0.1', 'goto b']], chains: [['b', { rules: ['drop'] }]] },
  ])
  assert.deepEqual([...whole.sets.get('m')!.elements!], [['10.0.0.1', 'goto a']])
  assert.deepEqual([...whole.chains.keys()], ['b'])
  assert.equal(base.sets.get('m')!.elements!.size, 0)
  assert.throws(() => tableFrom(base, [{ ...emptyPart, elements: [['nope', 'k', '']] }]), /no set nope/)
})
