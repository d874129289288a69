import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadAgain } from './load-again.ts'

const none = async () => false
const missing = () => new TypeError('Failed to fetch dynamically imported module')

function failing(times: number, error: () => Error = missing) {
  let asked = 0
  return async () => {
    if (asked++ < times) throw error()
    return 'code'
  }
}

test('what the network lost is asked for again', async () => {
  assert.equal(await loadAgain(failing(2), [0, 0], none), 'code')
  assert.equal(
    await loadAgain(
      failing(1, () => new Error('Unable to preload CSS for /a.css')),
      [0],
      none,
    ),
    'code',
  )
})

test('what stays away is an error, and so is code that is broken, at once', async () => {
  await assert.rejects(loadAgain(failing(3), [0, 0], none), TypeError)
  await assert.rejects(
    loadAgain(
      failing(1, () => new Error('broken')),
      [0],
      none,
    ),
    /broken/,
  )
})

test('when the console was replaced nothing is shown until the new one is there', async () => {
  let asked = 0
  const loaded = loadAgain(failing(1), [0], async () => ++asked === 1)
  const first = await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 20, 'still waiting'))])
  assert.equal(first, 'still waiting')
})
