import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as check from './check.ts'

const texts = (problems: check.Problems) => [...problems].map(({ field, message }) => `${field}: ${message}`)

const cases: [name: string, problems: check.Problems, want: string[]][] = [
  ['a name that is there', check.dnsLabel('a', 'web'), []],
  ['a name that is missing', check.subdomain('a', ''), ['a: Required value']],
  ['one of a set', check.oneOf('a', 'X', ['Y', 'Z']), ['a: Unsupported value: "X": supported values: "Y", "Z"']],
  ['none of a set', check.oneOf('a', undefined, ['Y']), ['a: Required value']],
  ['a choice left open', check.optionalOneOf('a', undefined, ['Y']), []],
  ['a negative number', check.notNegative('a', -1), ['a: Invalid value: -1: must be greater than or equal to 0']],
  ['a port', check.portNumber('a', 80), []],
  ['no port', check.portNumber('a', 0), ['a: Invalid value: 0: must be between 1 and 65535, inclusive']],
  ['a named port', check.portNumberOrName('a', 'http'), []],
  ['a missing port', check.portNumberOrName('a', undefined), ['a: Required value']],
  ['a percentage', check.amount('a', '25%'), []],
  [
    'too much of a percentage',
    check.amount('a', '125%', true),
    ['a: Invalid value: "125%": must not be greater than 100%'],
  ],
  ['a negative quantity', check.quantity('a', '-1'), ['a: Invalid value: "-1": must be greater than or equal to 0']],
  ['no quantity', check.quantity('a', 'x'), ['a: Invalid value: "x": must be a valid resource quantity']],
  ['the same value', check.immutable('a', { x: 1 }, { x: 1 }), []],
  ['another value', check.immutable('a', 1, 2), ['a: Invalid value: 1: field is immutable']],
  ['good labels', check.labels('a', { 'x.y/z': 'v' }), []],
  [
    'a good selector',
    check.labelSelector('s', {
      matchLabels: { a: 'b' },
      matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }],
    }),
    [],
  ],
  [
    'a selector without values',
    check.labelSelector('s', { matchExpressions: [{ key: 'a', operator: 'In' }] }),
    ["s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
  ],
  [
    'a selector with too many values',
    check.labelSelector('s', { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }),
    ["s.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"],
  ],
  [
    'an unknown operator',
    check.labelSelector('s', { matchExpressions: [{ key: 'a', operator: 'Is' }] }),
    ['s.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator'],
  ],
  ['an absolute path', check.relativePath('a', '/x'), ['a: Invalid value: "/x": must be a relative path']],
  ['a climbing path', check.relativePath('a', 'x/../y'), ['a: Invalid value: "x/../y": must not contain \'..\'']],
  ['dots in a name', check.noClimbing('a', 'a..b'), []],
]
for (const [name, problems, want] of cases) test(`checking ${name}`, () => assert.deepEqual(texts(problems), want))

test('a selector is empty when it says nothing', () => {
  assert.ok(check.isEmptySelector(undefined) && check.isEmptySelector({}) && check.isEmptySelector({ matchLabels: {} }))
  assert.ok(!check.isEmptySelector({ matchLabels: { a: 'b' } }))
})
