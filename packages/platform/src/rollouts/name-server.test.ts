import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { lookUp } from './name-server.ts'

/** Answers every question of type A with 10.0.0.7, except for names that begin with "no": those do not exist. */
function answerTo(question: Buffer): Buffer {
  const isUnknown = question.subarray(13, 15).toString() === 'no'
  const asked = question.subarray(0, question.indexOf(0, 12) + 5)
  const header = Buffer.from(asked)
  header.writeUInt16BE(isUnknown ? 0x8403 : 0x8400, 2)
  header.writeUInt16BE(isUnknown ? 0 : 1, 6)
  header.writeUInt16BE(0, 8)
  header.writeUInt16BE(0, 10)
  return isUnknown ? header : Buffer.concat([header, Buffer.from('c00c00010001000000050004' + '0a000007', 'hex')])
}

let server: Socket
let address = ''
before(async () => {
  server = createSocket('udp4')
  server.on('message', (message, { port, address: from }) => server.send(answerTo(message), port, from))
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => server.close())

test('a name is asked of that server, names under localhost too', async () => {
  assert.deepEqual(await lookUp(address, 'web-test.demo.localhost', 'A'), ['10.0.0.7'])
  assert.deepEqual(await lookUp(address, 'www.example.com', 'A'), ['10.0.0.7'])
})

test('a name that does not exist has no addresses', async () => {
  assert.deepEqual(await lookUp(address, 'no.example.com', 'A'), [])
})

test('a server that does not answer knows no name', async () => {
  assert.deepEqual(await lookUp('127.0.0.1:1', 'www.example.com', 'A'), [])
})
