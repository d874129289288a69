import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, keepStaged, patchBetween, staged, stagedIn } from './staged.ts'

const before = { replicas: 1, env: { A: '1', B: '2' }, route: { path: '/' } }

const cases = [
  { after: before, patch: undefined, paths: [] },
  { after: { ...before, replicas: 2 }, patch: { replicas: 2 }, paths: ['replicas'] },
  {
    after: { ...before, env: { A: '9', C: '3' } },
    patch: { env: { A: '9', B: null, C: '3' } },
    paths: ['env.B', 'env.A', 'env.C'],
  },
  { after: { replicas: 1, env: before.env }, patch: { route: null }, paths: ['route'] },
]
for (const { after, patch, paths } of cases) {
  test(`${JSON.stringify(after)} is ${JSON.stringify(patch)}`, () => {
    const made = patchBetween(before, after)
    assert.deepEqual(made, patch)
    assert.deepEqual(staged(before, made ?? {}), after)
    assert.deepEqual(
      changesOf(before, made ?? {})
        .map(({ path }) => path)
        .toSorted(),
      paths.toSorted(),
    )
  })
}

test('what is staged is kept per app until it is released', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const one = { patch: { replicas: 2 }, generation: 4 }
  keepStaged(storage, { project: 'shop', app: 'web' }, one)
  assert.deepEqual(stagedIn(storage, 'shop', 'web'), one)
  assert.equal(stagedIn(storage, 'shop', 'api'), undefined)
  keepStaged(storage, { project: 'shop', app: 'web' }, undefined)
  assert.equal(stagedIn(storage, 'shop', 'web'), undefined)
})
