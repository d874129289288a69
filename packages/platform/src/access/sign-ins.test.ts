import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { memoryClient } from '@sampan/client/memory-client'
import { events } from '@sampan/http/events'
import { route } from '@sampan/http/route'
import { createRouter } from '@sampan/http/router'
import { serve } from '@sampan/http/serve'
import { silent } from '@sampan/kit/log'
import { secret } from '@sampan/resources/core/secret'
import { user } from '@sampan/resources/sampan/user'
import { identify, tokenIn } from '../api/sessions.ts'
import { streamSocket } from '../api/stream-socket.ts'
import { systemNamespace } from '../config.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { followSignIns } from './sign-ins.ts'
import { tokenName } from './tokens.ts'

const password = 'correct horse'
const now = () => new Date()

async function begin() {
  const client = memoryClient()
  const accounts = createAccounts({ client, now })
  await accounts.create({ name: 'ann', password, groups: ['sampan:admins'] })
  const caches = openCaches({ client })
  await caches.of(user).synced
  const signIns = followSignIns({ client, users: caches.of(user), onEnd: accounts.doubt, now, log: silent })
  return { client, accounts, caches, signIns, end: async () => Promise.all([signIns.close(), caches.close()]) }
}

interface Step {
  client: Client
  accounts: Accounts
  token: string
  id: string
}

const ends: { name: string; as?: 'password'; step: (at: Step) => Promise<unknown>; isOver: boolean }[] = [
  { name: 'signing out', step: ({ accounts, token }) => accounts.revoke(token), isOver: true },
  { name: 'revoking it in the list', step: ({ accounts, id }) => accounts.revokeById('ann', id), isOver: true },
  { name: 'a new password', step: ({ accounts }) => accounts.setPassword('ann', 'another horse'), isOver: true },
  { name: 'removing the user', step: ({ accounts }) => accounts.remove('ann'), isOver: true },
  {
    name: 'removing its Secret by hand',
    step: ({ client, id }) => client.remove(secret, { namespace: systemNamespace, name: tokenName(id) }),
    isOver: true,
  },
  {
    name: 'disabling the user',
    step: ({ client }) => client.patch(user, { name: 'ann' }, { spec: { disabled: true } }),
    isOver: true,
  },
  {
    name: 'taking a group from the user',
    step: ({ client }) => client.patch(user, { name: 'ann' }, { spec: { groups: [] } }),
    isOver: true,
  },
  {
    name: 'calling the user otherwise',
    step: ({ client }) => client.patch(user, { name: 'ann' }, { spec: { title: 'Ann' } }),
    isOver: false,
  },
  {
    name: 'ending another session',
    step: async ({ accounts }) => accounts.revoke((await accounts.issue({ user: 'ann', use: 'session' })).token),
    isOver: false,
  },
  {
    name: 'a new password, for who came with the old one',
    as: 'password',
    step: ({ accounts }) => accounts.setPassword('ann', 'another horse'),
    isOver: true,
  },
]

for (const { name, as, step, isOver } of ends) {
  test(`a sign-in is ${isOver ? 'over after' : 'not ended by'} ${name}`, async () => {
    const { client, accounts, signIns, end } = await begin()
    const { token, id } = await accounts.issue({ user: 'ann', use: 'session' })
    let over = 0
    signIns.wait({ user: 'ann', ...(as !== 'password' && { token }) }, () => over++)
    await wait(5) // the first list is in
    await step({ client, accounts, token, id })
    for (let tries = 0; tries < (isOver ? 200 : 10) && over === 0; tries++) await wait(5)
    assert.equal(over, isOver ? 1 : 0)
    await end()
  })
}

test('a sign-in that ended before anybody waited for it is over at once', async () => {
  const { accounts, signIns, end } = await begin()
  const { token } = await accounts.issue({ user: 'ann', use: 'session' })
  await wait(5)
  await accounts.revoke(token)
  await wait(20)
  const ended = new Promise<void>((resolve) => signIns.wait({ user: 'ann', token }, resolve))
  await ended
  await end()
})

test('a token that runs out ends what it opened', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const client = memoryClient()
  const accounts = createAccounts({ client, now })
  await accounts.create({ name: 'ann', password })
  const caches = openCaches({ client })
  let time = now()
  const options = { client, users: caches.of(user), onEnd: accounts.doubt, log: silent }
  const signIns = followSignIns({ ...options, now: () => time })
  const { token } = await accounts.issue({ user: 'ann', use: 'session', expiresAt: time.getTime() + 60_000 })
  await wait(20)
  let over = 0
  signIns.wait({ user: 'ann', token }, () => over++)
  context.mock.timers.tick(10_000)
  assert.equal(over, 0)
  time = new Date(time.getTime() + 60_000)
  context.mock.timers.tick(10_000)
  await wait(600)
  assert.equal(over, 1)
  await signIns.close()
  await caches.close()
})

test('open streams of a session are cut within a second of its end, others go on', async () => {
  const { client, accounts, signIns, end } = await begin()
  const ticking = route({
    method: 'GET',
    path: '/ticks',
    allow: 'signed-in',
    handle: ({ signal }) =>
      events(
        (async function* () {
          yield { data: 1 }
          await once(signal, 'abort')
        })(),
      ),
  })
  const leaving = route({
    method: 'POST',
    path: '/leave',
    allow: 'signed-in',
    async handle({ request }) {
      await accounts.revoke(tokenIn(request.headers)!)
      await wait(50) // the end is known before the answer goes
      return { left: true }
    },
  })
  const served = await serve(
    (closing) =>
      createRouter({
        routes: [ticking, leaving],
        sockets: [streamSocket()],
        identify: identify(accounts),
        untilOver: ({ headers }, { name }, stop) => signIns.wait({ user: name, token: tokenIn(headers) }, stop),
        apiFor: () => client,
        log: silent,
        closing,
      }),
    { port: 0, host: '127.0.0.1' },
  )
  const address = `127.0.0.1:${served.port}`
  const stays = (await accounts.issue({ user: 'ann', use: 'session' })).token
  const goes = (await accounts.issue({ user: 'ann', use: 'session' })).token
  const connected = async (token: string) => {
    const headers = { cookie: `sampan-session=${token}`, origin: `http://${address}` }
    const socket = new WebSocket(`ws://${address}/api/streams`, { headers } as never) // headers: Node's own addition
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = () => reject(new Error('refused'))
    })
    return socket
  }
  const [staying, going] = [await connected(stays), await connected(goes)]
  const stream = await fetch(`http://${address}/ticks`, { headers: { authorization: `Bearer ${goes}` } })
  const reader = stream.body!.getReader()
  await reader.read()

  const closed = new Promise((resolve) => going.addEventListener('close', resolve))
  const asked = performance.now()
  const left = await fetch(`http://${address}/leave`, {
    method: 'POST',
    headers: { authorization: `Bearer ${goes}` },
  })
  assert.deepEqual(await left.json(), { left: true }, 'who signs out is answered')
  await closed
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  })
  assert.ok(performance.now() - asked < 1_000)
  assert.equal(staying.readyState, WebSocket.OPEN)
  await assert.rejects(connected(goes), /refused/)
  staying.close()
  await served.close(0)
  await end()
})
