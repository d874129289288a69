import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Offer } from './action.ts'
import { createOffers } from './offers.ts'

const offered = (id: string) => ({ action: { id }, target: undefined }) as unknown as Offer

test('offers come, go with their page, and are told of', () => {
  const offers = createOffers()
  let told = 0
  const stop = offers.listen(() => told++)
  const shell = offers.add([offered('a')])
  const page = offers.add([offered('b'), offered('c')])
  assert.deepEqual(
    offers.all.map(({ action }) => action.id),
    ['a', 'b', 'c'],
  )
  shell()
  page()
  assert.deepEqual([offers.all.length, told], [0, 4])
  stop()
  offers.add([offered('d')])
  assert.equal(told, 4)
})
