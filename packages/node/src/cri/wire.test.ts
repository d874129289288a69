import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerConfig, sandboxConfig } from './messages.ts'
import { bool, bytes, int, ints, list, map, message, sub, text, texts } from './wire.ts'

const inner = message({ name: text(1), size: int(2) })
const outer = message({
  word: text(1),
  count: int(2),
  flag: bool(3),
  raw: bytes(4),
  one: sub(5, inner),
  many: list(6, inner),
  words: texts(7),
  numbers: ints(8),
  labels: map(9),
})

const empty = {
  word: '',
  count: 0,
  flag: false,
  raw: new Uint8Array(),
  one: undefined,
  many: [],
  words: [],
  numbers: [],
  labels: {},
}

const cases: { name: string; given: Parameters<typeof outer.encode>[0]; want: object; hex?: string }[] = [
  { name: 'nothing', given: {}, want: empty, hex: '' },
  { name: 'zeros are nothing', given: { word: '', count: 0, flag: false }, want: empty, hex: '' },
  { name: 'text', given: { word: 'häh' }, want: { ...empty, word: 'häh' }, hex: '0a0468c3a468' },
  { name: 'small number', given: { count: 150 }, want: { ...empty, count: 150 }, hex: '109601' },
  { name: 'large number', given: { count: 2 ** 40 + 1 }, want: { ...empty, count: 2 ** 40 + 1 } },
  { name: 'number of 31 bits', given: { count: 2 ** 31 }, want: { ...empty, count: 2 ** 31 } },
  { name: 'negative number', given: { count: -998 }, want: { ...empty, count: -998 } },
  { name: 'flag', given: { flag: true }, want: { ...empty, flag: true }, hex: '1801' },
  {
    name: 'message',
    given: { one: { name: 'a' } },
    want: { ...empty, one: { name: 'a', size: 0 } },
    hex: '2a030a0161',
  },
  { name: 'empty message is there', given: { one: {} }, want: { ...empty, one: { name: '', size: 0 } }, hex: '2a00' },
  {
    name: 'lists',
    given: { many: [{ size: 1 }, { size: 2 }] },
    want: {
      ...empty,
      many: [
        { name: '', size: 1 },
        { name: '', size: 2 },
      ],
    },
  },
  { name: 'empty texts in a list stay', given: { words: ['', 'a'] }, want: { ...empty, words: ['', 'a'] } },
  { name: 'packed numbers', given: { numbers: [1, -1, 300] }, want: { ...empty, numbers: [1, -1, 300] } },
  { name: 'map', given: { labels: { a: 'b', c: '' } }, want: { ...empty, labels: { a: 'b', c: '' } } },
]

for (const { name, given, want, hex } of cases) {
  test(`protobuf: ${name}`, () => {
    const encoded = outer.encode(given)
    if (hex !== undefined) assert.equal(encoded.toString('hex'), hex)
    assert.deepEqual(outer.decode(encoded), want)
  })
}

test('protobuf: unpacked numbers and unknown fields are read over', () => {
  const unpacked = Buffer.from('40014002', 'hex')
  assert.deepEqual(outer.decode(unpacked).numbers, [1, 2])
  const unknown = Buffer.concat([
    message({ x: text(90), y: int(91) }).encode({ x: 'later', y: 5 }),
    outer.encode({ count: 7 }),
  ])
  assert.equal(outer.decode(unknown).count, 7)
})

test('protobuf: bytes that end early are refused', () => {
  assert.throws(() => outer.decode(Buffer.from('0a05', 'hex')), RangeError)
  assert.throws(() => outer.decode(Buffer.from('10ff', 'hex')), RangeError)
})

test('protobuf: configurations come back as they went', () => {
  const sandbox = { metadata: { name: 'a', uid: 'u', namespace: 'n', attempt: 3 }, linux: { sysctls: { 'a.b': '1' } } }
  const read = sandboxConfig.decode(sandboxConfig.encode(sandbox))
  assert.deepEqual(read.metadata, sandbox.metadata)
  assert.deepEqual(read.linux?.sysctls, { 'a.b': '1' })
  const config = {
    command: ['sh'],
    linux: { resources: { oomScoreAdj: -997 }, securityContext: { runAsUser: { value: 0 } } },
  }
  const back = containerConfig.decode(containerConfig.encode(config))
  assert.equal(back.linux?.resources?.oomScoreAdj, -997)
  assert.deepEqual(back.linux?.securityContext?.runAsUser, { value: 0 })
})
