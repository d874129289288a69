import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graphOf } from './graph.ts'

const node = (name: string, ...after: string[]) => ({ name, after })
const places = (nodes: { name: string; after: string[] }[]) =>
  graphOf(nodes)
    .nodes.map(({ node, column, row }) => `${node.name}${column}${row}`)
    .join(' ')

const cases = [
  { name: 'one after the other', nodes: [node('a'), node('b', 'a'), node('c', 'b')], want: 'a00 b10 c20' },
  { name: 'side by side, then together', nodes: [node('a'), node('b'), node('c', 'a', 'b')], want: 'a00 b01 c10' },
  { name: 'right of the longest way', nodes: [node('a'), node('b', 'a'), node('c', 'a', 'b')], want: 'a00 b10 c20' },
  { name: 'what is not there is not waited for', nodes: [node('a', 'gone')], want: 'a00' },
]
for (const { name, nodes, want } of cases) test(name, () => assert.equal(places(nodes), want))

test('a circle ends too', () => assert.equal(graphOf([node('a', 'b'), node('b', 'a')]).nodes.length, 2))

test('edges go from what is waited for', () => {
  const { edges, columns, rows } = graphOf([node('a'), node('b', 'a'), node('c', 'a')])
  assert.deepEqual(
    edges.map(([from, to]) => `${from.node.name}→${to.node.name}`),
    ['a→b', 'a→c'],
  )
  assert.deepEqual([columns, rows], [2, 2])
})
