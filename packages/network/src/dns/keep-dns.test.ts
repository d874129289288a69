import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { systemClock } from '@sampan/kit/clock'
import { type Log, silent } from '@sampan/kit/log'
import { keepDns } from './keep-dns.ts'

/** Looks every few milliseconds in place of every ten seconds. */
const hasty = { ...systemClock, after: (_ms: number, act: () => void) => systemClock.after(5, act) }

async function outcome(server: { answers: boolean; address: string }) {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  let asked = 0
  const all = Promise.withResolvers<void>()
  socket.on('message', (message, from) => {
    if (++asked >= 4) all.resolve()
    if (!server.answers) return
    message[2]! |= 0x80
    socket.send(message, from.port, from.address)
  })
  if (!server.answers) socket.close()
  const did: string[] = []
  const said: string[] = []
  const log: Log = { ...silent, warn: (text) => said.push(text) }
  const stop = keepDns({
    at: () => ({ address: server.address, port }),
    name: 'ns.dns.cluster.local',
    prepare: async () => void did.push('prepare'),
    reopen: async () => {
      did.push('reopen')
      all.resolve()
    },
    clock: hasty,
    log,
  })
  await all.promise
  stop()
  if (server.answers) socket.close()
  return { did: [...new Set(did)], said: [...new Set(said)] }
}

test('a name server that answers is left alone', async () => {
  assert.deepEqual(await outcome({ answers: true, address: '127.0.0.1' }), { did: [], said: [] })
})

test('one that does not is opened anew, and the log says so', async () => {
  const { did, said } = await outcome({ answers: false, address: '127.0.0.1' })
  assert.deepEqual(did, ['reopen'])
  assert.deepEqual(said, ['cluster DNS does not answer: listening anew'])
})

test('one whose address is gone gets it back', async () => {
  const { did, said } = await outcome({ answers: false, address: '127.77.77.77' })
  assert.deepEqual(did, ['prepare', 'reopen'])
  assert.equal(said[0], 'the address of cluster DNS was taken off this machine: putting it back')
})
