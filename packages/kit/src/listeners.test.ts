import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { described, listenerOn } from './listeners.ts'

test('listenerOn names the process that has the port', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  assert.equal(listenerOn(port)?.pid, process.pid)
  server.close()
  await once(server, 'close')
  assert.equal(listenerOn(port), undefined)
})

test('described makes a phrase of what is known', () => {
  assert.equal(described({ pid: 7, command: 'nginx' }), 'nginx (process 7)')
  assert.equal(described({}), 'another program')
})
