import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseProtocol, commandDialects, decodeMessage, encodeMessage, endMessage } from './dialects.ts'

const choices: { name: string; offered: string[]; want: string | undefined }[] = [
  {
    name: 'the client’s first that we know',
    offered: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    want: 'v5.channel.k8s.io',
  },
  { name: 'its order, not ours', offered: ['channel.k8s.io', 'v5.channel.k8s.io'], want: 'channel.k8s.io' },
  {
    name: 'what comes after an unknown one',
    offered: ['v6.channel.k8s.io', 'v3.channel.k8s.io'],
    want: 'v3.channel.k8s.io',
  },
  { name: 'none of them', offered: ['v6.channel.k8s.io'], want: undefined },
  { name: 'no offer at all', offered: [], want: '' },
  { name: 'only a token', offered: ['base64url.bearer.authorization.k8s.io.abc'], want: '' },
  {
    name: 'a token and a dialect',
    offered: ['base64url.bearer.authorization.k8s.io.abc', 'v4.channel.k8s.io'],
    want: 'v4.channel.k8s.io',
  },
  { name: 'a name of every object', offered: ['constructor'], want: undefined },
]
for (const { name, offered, want } of choices)
  test(`chooses ${name}`, () => assert.equal(chooseProtocol(offered, commandDialects), want))

const v1 = commandDialects['channel.k8s.io']!
const v5 = commandDialects['v5.channel.k8s.io']!
const text = commandDialects['v4.base64.channel.k8s.io']!

const messages: { name: string; dialect: typeof v1; message: Buffer; want: unknown }[] = [
  { name: 'input', dialect: v1, message: Buffer.from('\0hi'), want: { channel: 0, bytes: Buffer.from('hi') } },
  { name: 'empty input', dialect: v1, message: Buffer.from('\0'), want: { channel: 0, bytes: Buffer.alloc(0) } },
  { name: 'a new size', dialect: v5, message: Buffer.from('\x04{}'), want: { channel: 4, bytes: Buffer.from('{}') } },
  { name: 'output, which clients do not send', dialect: v5, message: Buffer.from('\x01x'), want: undefined },
  { name: 'nothing', dialect: v5, message: Buffer.alloc(0), want: undefined },
  { name: 'the end of input', dialect: v5, message: Buffer.of(255, 0), want: { close: 0 } },
  { name: 'an end where there is none', dialect: v1, message: Buffer.of(255, 0), want: undefined },
  { name: 'base64', dialect: text, message: Buffer.from('0aGk='), want: { channel: 0, bytes: Buffer.from('hi') } },
]
for (const { name, dialect, message, want } of messages)
  test(`reads ${name}`, () => assert.deepEqual(decodeMessage(dialect, message), want))

test('writes binary and text messages', () => {
  assert.deepEqual(encodeMessage(v5, 1, Buffer.from('hi')), Buffer.from('\x01hi'))
  assert.equal(encodeMessage(text, 1, Buffer.from('hi')), '1aGk=')
})

test('the end is a Status for newer clients and only a failure’s message for older ones', () => {
  const good = '{"metadata":{},"status":"Success"}'
  const bad = '{"status":"Failure","message":"exit code 7"}'
  assert.deepEqual([endMessage(v5, good), endMessage(v5, bad)], [good, bad])
  assert.deepEqual([endMessage(v1, good), endMessage(v1, bad)], [undefined, 'exit code 7'])
})
