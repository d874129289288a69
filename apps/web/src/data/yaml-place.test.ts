import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindAround, placeAt } from './yaml-place.ts'

/** `|` is the cursor. */
const at = (text: string) => {
  const offset = text.indexOf('¦')
  return placeAt(text.replace('¦', ''), offset)
}

const pod = (inside: string) => `apiVersion: v1
kind: Pod
metadata:
  name: x
  labels: # of it
    app.kubernetes.io/name: y
spec:
  containers:
    - name: one
      image: a
    - name: two
      ports:
        - containerPort: 80
${inside}`

const cases = [
  { name: 'at the top', text: 'apiVersion: v1\n¦', path: '', siblings: ['apiVersion'] },
  { name: 'a key being typed', text: pod('      ima¦'), path: 'spec.containers.1', word: 'ima' },
  { name: 'beside what is there', text: pod('      ¦'), path: 'spec.containers.1', siblings: ['ports', 'name'] },
  { name: 'the next item', text: pod('    - ¦'), path: 'spec.containers.2' },
  { name: 'deeper in an item', text: pod('          pro¦'), path: 'spec.containers.1.ports.0', word: 'pro' },
  { name: 'back at spec', text: pod('  restart¦'), path: 'spec', word: 'restart' },
  { name: 'a value', text: pod('  restartPolicy: Al¦'), path: 'spec', key: 'restartPolicy', word: 'Al' },
  { name: 'a value in an item', text: pod('    - name: ¦'), path: 'spec.containers.2', key: 'name', word: '' },
  { name: 'a list not further in than its key', text: 'a:\n- b: 1\n- c¦', path: 'a.1', word: 'c' },
  { name: 'a key after such a list', text: 'a:\n- b: 1\nc¦', path: '', word: 'c', siblings: ['a'] },
  { name: 'lists in lists', text: 'a:\n  - - b: 1\n    - ¦', path: 'a.0.1' },
  { name: 'a second document', text: 'kind: A\nspec:\n  x: 1\n---\nkind: B\nspec:\n  ¦', path: 'spec' },
  { name: 'keys further down', text: 'a: 1\n¦\nb: 2\nc:\n  d: 1\n', path: '', siblings: ['a', 'b', 'c'] },
  { name: 'a quoted key', text: '"a b":\n  ¦', path: 'a b' },
  { name: 'after a block of text', text: 'a: |\n  x:\n    y\nb:\n  ¦', path: 'b' },
]
for (const { name, text, path, key, word, siblings } of cases) {
  test(`place: ${name}`, () => {
    const place = at(text)!
    assert.equal(place.path.join('.'), path)
    assert.equal(place.key, key)
    if (word !== undefined) assert.equal(place.word, word)
    if (siblings) assert.deepEqual(place.siblings, siblings)
  })
}

const nowhere = [
  { name: 'a block of text', text: 'a: |\n  some ¦text\n' },
  { name: 'an empty line of a block of text', text: 'a: |\n  some\n  ¦\n  text\n' },
  { name: 'a comment', text: 'a: 1 # wh¦' },
  { name: 'a flow collection', text: 'a: {b¦' },
]
for (const { name, text } of nowhere) test(`no place in ${name}`, () => assert.equal(at(text), undefined))

test('the kind of the document around the cursor', () => {
  const text = 'apiVersion: v1\nkind: Pod\n---\napiVersion: apps/v1 # new\nkind: "Deployment"\nspec:\n  kind: no\n'
  assert.deepEqual(kindAround(text, 3), { apiVersion: 'v1', kind: 'Pod' })
  assert.deepEqual(kindAround(text, text.length), { apiVersion: 'apps/v1', kind: 'Deployment' })
  assert.deepEqual(kindAround('', 0), {})
})
