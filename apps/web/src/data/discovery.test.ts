import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiVersionOf, kindByWord, kindsFrom, versionsOf } from './discovery.ts'

const resource = (name: string, kind: string) => ({
  resource: name,
  responseKind: { kind },
  scope: 'Namespaced' as const,
  verbs: ['list'],
})
const all = kindsFrom({
  items: [
    {
      metadata: { name: 'shop.example' },
      versions: [
        { version: 'v2', resources: [resource('boats', 'Boat')] },
        { version: 'v1', resources: [resource('boats', 'Boat'), resource('oars', 'Oar')] },
      ],
    },
  ],
})
const found = (word: string, version?: string) => {
  const kind = kindByWord(all, word, version)
  return kind && apiVersionOf(kind)
}

test('a kind is found in the version the server prefers, or in one that is asked for', () => {
  assert.equal(found('boats.shop.example'), 'shop.example/v2')
  assert.equal(found('boats.shop.example', 'v1'), 'shop.example/v1')
  assert.equal(found('boats.shop.example', 'v9'), 'shop.example/v2')
  assert.deepEqual(versionsOf(all, 'boats.shop.example').map(apiVersionOf), ['shop.example/v2', 'shop.example/v1'])
})

test('a kind that only an older version of its group has is found there', () => {
  assert.equal(found('oars.shop.example'), 'shop.example/v1')
})
