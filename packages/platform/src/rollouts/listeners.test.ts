import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenersFrom } from './listeners.ts'

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0`

const cases = [
  { name: 'nothing', text: heading, want: [] },
  { name: 'all addresses', text: row('00000000:1F90', '0A'), want: [{ port: 8080, isLoopback: false }] },
  { name: 'loopback', text: row('0100007F:0BB8', '0A'), want: [{ port: 3000, isLoopback: true }] },
  { name: 'a connection is no listener', text: row('0100007F:0BB8', '01'), want: [] },
  {
    name: 'all addresses of IPv6',
    text: row('00000000000000000000000000000000:1F90', '0A'),
    want: [{ port: 8080, isLoopback: false }],
  },
  {
    name: 'loopback of IPv6',
    text: row('00000000000000000000000001000000:1F90', '0A'),
    want: [{ port: 8080, isLoopback: true }],
  },
  {
    name: 'loopback of IPv4 as IPv6',
    text: row('0000000000000000FFFF00000100007F:1F90', '0A'),
    want: [{ port: 8080, isLoopback: true }],
  },
  { name: 'one address', text: row('0502820A:0050', '0A'), want: [{ port: 80, isLoopback: false }] },
  {
    name: 'the same port twice',
    text: [heading, row('00000000:1F90', '0A'), heading, row('00000000000000000000000000000000:1F90', '0A')].join('\n'),
    want: [{ port: 8080, isLoopback: false }],
  },
  { name: 'text of another kind', text: 'cat: not found', want: [] },
]
for (const { name, text, want } of cases) {
  test(`listeners: ${name}`, () => assert.deepEqual(listenersFrom(text), want))
}
