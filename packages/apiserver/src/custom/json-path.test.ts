import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePath } from './json-path.ts'

const object = {
  metadata: { labels: { 'app.kubernetes.io/name': 'x' } },
  spec: { list: [{ n: 1 }, { n: 2 }], 'odd name': 7 },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Old', status: 'False' },
    ],
  },
}

const cases: [string, unknown[]][] = [
  ['.spec.list[1].n', [2]],
  ['.spec.list[-1].n', [2]],
  ['.spec.list[*].n', [1, 2]],
  ['$.spec.list[?(@.n>1)].n', [2]],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  ['.status.conditions[?(@.type=="None")].status', []],
  ['.metadata.labels.app\\.kubernetes\\.io/name', ['x']],
  [".spec['odd name']", [7]],
  ['.spec.missing.deep', []],
  ['.spec.constructor', []],
  ['not a path', []],
]

for (const [path, want] of cases) test(`JSONPath ${path}`, () => assert.deepEqual(compilePath(path)(object), want))
