import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonPatch } from './json-patch.ts'
import { mergeRulesOf } from './merge-keys.ts'
import { strategicMerge } from './strategic-merge.ts'

type Members = Record<string, unknown>

const pod = mergeRulesOf({ group: '', kind: 'Pod' })
const deployment = mergeRulesOf({ group: 'apps', kind: 'Deployment' })
const a = { name: 'a', image: '1' }
const b = { name: 'b', image: '1' }

const cases: { name: string; target: Members; patch: Members; want: Members; rules?: typeof pod }[] = [
  {
    name: 'merges containers by name',
    target: { spec: { containers: [a, b] } },
    patch: { spec: { containers: [{ name: 'b', image: '2' }] } },
    want: { spec: { containers: [a, { name: 'b', image: '2' }] } },
  },
  {
    name: 'adds what is new',
    target: { spec: { containers: [a] } },
    patch: { spec: { containers: [b] } },
    want: { spec: { containers: [a, b] } },
  },
  {
    name: 'creates a missing list',
    target: { spec: {} },
    patch: { spec: { containers: [a] } },
    want: { spec: { containers: [a] } },
  },
  {
    name: 'deletes an element',
    target: { spec: { containers: [a, b] } },
    patch: { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
    want: { spec: { containers: [b] } },
  },
  {
    name: 'replaces a list by directive',
    target: { spec: { containers: [a] } },
    patch: { spec: { containers: [b, { $patch: 'replace' }] } },
    want: { spec: { containers: [b] } },
  },
  {
    name: 'replaces a map by directive',
    target: { metadata: { labels: { a: '1' } } },
    patch: { metadata: { labels: { $patch: 'replace', b: '2' } } },
    want: { metadata: { labels: { b: '2' } } },
  },
  {
    name: 'deletes with null',
    target: { spec: { nodeName: 'n', hostname: 'h' } },
    patch: { spec: { nodeName: null } },
    want: { spec: { hostname: 'h' } },
  },
  {
    name: 'replaces lists without identity',
    target: { spec: { tolerations: [{ key: 'a' }] } },
    patch: { spec: { tolerations: [{ key: 'b' }] } },
    want: { spec: { tolerations: [{ key: 'b' }] } },
  },
  {
    name: 'keeps only retained keys',
    target: { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    patch: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    want: { spec: { strategy: { type: 'Recreate' } } },
    rules: deployment,
  },
  {
    name: 'reaches into templates',
    target: { spec: { template: { spec: { containers: [a] } } } },
    patch: { spec: { template: { spec: { containers: [{ name: 'a', image: '2' }] } } } },
    want: { spec: { template: { spec: { containers: [{ name: 'a', image: '2' }] } } } },
    rules: deployment,
  },
  {
    name: 'merges finalizers as a set',
    target: { metadata: { finalizers: ['x'] } },
    patch: { metadata: { finalizers: ['y', 'x'] } },
    want: { metadata: { finalizers: ['x', 'y'] } },
  },
  {
    name: 'deletes from a set',
    target: { metadata: { finalizers: ['x', 'y'] } },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } },
    want: { metadata: { finalizers: ['y'] } },
  },
  {
    name: 'orders as the patch says',
    target: { spec: { containers: [a, b] } },
    patch: {
      spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'b', image: '2' }] },
    },
    want: { spec: { containers: [{ name: 'b', image: '2' }, a] } },
  },
  {
    name: 'merges environment by name',
    target: { spec: { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] } },
    patch: { spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }] } },
    want: {
      spec: {
        containers: [
          {
            name: 'a',
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '2' },
            ],
          },
        ],
      },
    },
  },
]

for (const { name, target, patch, want, rules = pod } of cases)
  test(`strategic merge ${name}`, () => {
    const before = structuredClone(target)
    assert.deepEqual(strategicMerge(target, patch, rules), want)
    assert.deepEqual(target, before, 'the target is not changed')
  })

test('strategic merge refuses an element without its key', () => {
  assert.throws(() => strategicMerge({ spec: {} }, { spec: { containers: [{ image: 'x' }] } }, pod), {
    message: /does not contain declared merge key: name/,
  })
})

const operations: [string, unknown, unknown[], unknown][] = [
  ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['inserts into a list', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
  ['appends to a list', [1], [{ op: 'add', path: '/-', value: 2 }], [1, 2]],
  ['escapes slashes', { 'a/b': 1 }, [{ op: 'remove', path: '/a~1b' }], {}],
  ['moves', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
  ['copies', { a: { x: 1 } }, [{ op: 'copy', from: '/a', path: '/b' }], { a: { x: 1 }, b: { x: 1 } }],
  ['tests', { a: [1, { b: 2 }] }, [{ op: 'test', path: '/a', value: [1, { b: 2 }] }], { a: [1, { b: 2 }] }],
]

for (const [name, target, patch, want] of operations)
  test(`JSON patch ${name}`, () => assert.deepEqual(jsonPatch(target, patch), want))
