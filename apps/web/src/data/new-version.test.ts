import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeOver, hasChangedOver } from './new-version.ts'

const page = (src: string) => `<!doctype html><script type="module" crossorigin src="${src}"></script>`

function tab(answers: string) {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
  let reloads = 0
  return {
    storage,
    at: (current: string | undefined) => ({ current, storage, html: async () => answers, reload: () => reloads++ }),
    reloads: () => reloads,
  }
}

const cases: { name: string; current: string | undefined; answers: string; want: boolean }[] = [
  { name: 'another version is there', current: '/a.js', answers: page('/b.js'), want: true },
  { name: 'the version is the same', current: '/a.js', answers: page('/a.js'), want: false },
  { name: 'the answer is no console', current: '/a.js', answers: 'Bad gateway', want: false },
  { name: 'nothing was built', current: undefined, answers: page('/b.js'), want: false },
]
for (const { name, current, answers, want } of cases)
  test(`code that is gone ${want ? 'loads the page anew' : 'stays an error'} when ${name}`, async () => {
    const { at, reloads, storage } = tab(answers)
    assert.equal(await changeOver(at(current)), want)
    assert.equal(reloads(), want ? 1 : 0)
    assert.deepEqual([hasChangedOver(storage), hasChangedOver(storage)], [want, false])
  })

test('a version whose code is gone too is loaded once, not for ever', async () => {
  const { at, reloads } = tab(page('/b.js'))
  await changeOver(at('/a.js'))
  assert.equal(await changeOver(at('/a.js')), false)
  assert.equal(reloads(), 1)
})

test('without a network nothing is loaded anew', async () => {
  const { at } = tab('')
  const html = () => Promise.reject(new TypeError('Failed to fetch'))
  assert.equal(await changeOver({ ...at('/a.js'), html }), false)
})
