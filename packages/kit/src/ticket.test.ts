import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Claims, openTicket, sealTicket } from './ticket.ts'

interface Fetch extends Claims {
  use: 'fetch'
  repository: string
}

const key = Buffer.from('a key of thirty-two bytes, or so.')
const now = new Date('2026-01-01T00:00:00Z')
const seconds = now.getTime() / 1000
const claims: Fetch = { use: 'fetch', repository: 'demo/hello', exp: seconds + 60 }
const open = (ticket: string, use = 'fetch', at = now, with_ = key) =>
  openTicket<Fetch>(with_, ticket, { use: use as 'fetch', now: at })

test('a ticket opens with its key, for its use, in its time', () => {
  assert.deepEqual(open(sealTicket(key, claims)), claims)
  assert.deepEqual(open(sealTicket(key, { use: 'fetch' })), { use: 'fetch' })
})

const ticket = sealTicket(key, claims)
const [body = '', seal = ''] = ticket.split('.')
const forged = Buffer.from(JSON.stringify({ ...claims, repository: 'demo/other' })).toString('base64url')
const refused = [
  { name: 'another use', ticket, use: 'push' },
  { name: 'a ticket that ran out', ticket, at: new Date(now.getTime() + 60_000) },
  { name: 'another key', ticket, with: Buffer.from('another key') },
  { name: 'changed claims', ticket: `${forged}.${seal}` },
  { name: 'no signature', ticket: body },
  { name: 'a short signature', ticket: `${body}.AA` },
  { name: 'a third part', ticket: `${ticket}.x` },
  { name: 'nothing', ticket: '' },
]
for (const one of refused) {
  test(`a ticket is refused: ${one.name}`, () => assert.equal(open(one.ticket, one.use, one.at, one.with), undefined))
}
