import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalIP, ipv4Number, ipv4Text, isCidr, isInCidr, isIP, isIPv4, isIPv6 } from './ip.ts'

for (const text of ['0.0.0.0', '10.1.2.3', '255.255.255.255'])
  test(`${text} is IPv4`, () => assert.ok(isIPv4(text) && isIP(text) && !isIPv6(text)))
for (const text of ['::', '::1', 'fd00::1', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1', 'fe80::42:1dff:fe84:f9e2', '1::'])
  test(`${text} is IPv6`, () => assert.ok(isIPv6(text) && isIP(text) && !isIPv4(text)))
for (const text of [
  '',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '256.1.1.1',
  '1::2::3',
  '1:2:3',
  ':::',
  'g::',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '::1.2.3',
])
  test(`"${text}" is no address`, () => assert.equal(isIP(text), false))

test('CIDRs', () => {
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32', 'fd00::/64', '::/0']) assert.ok(isCidr(text), text)
  for (const text of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '/8', '10.0.0.0/', '10.0.0.0/08'])
    assert.ok(!isCidr(text), text)
})

test('IPv4 arithmetic', () => {
  assert.equal(ipv4Number('10.0.0.1'), 167772161)
  assert.equal(ipv4Text(167772161), '10.0.0.1')
  assert.equal(ipv4Text(ipv4Number('255.255.255.255')), '255.255.255.255')
  assert.throws(() => ipv4Number('::1'), RangeError)
  assert.equal(isInCidr('10.130.4.5', '10.130.0.0/16'), true)
  assert.equal(isInCidr('10.131.0.1', '10.130.0.0/16'), false)
  assert.equal(isInCidr('10.130.0.1', 'fd00::/8'), false)
  assert.equal(isInCidr('1.2.3.4', '0.0.0.0/0'), true)
})

for (const [text, want] of [
  ['10.0.0.1', '10.0.0.1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['fe80::42:1dff:fe84:f9e2', 'fe80::42:1dff:fe84:f9e2'],
  ['0:0:0:0:0:0:0:0', '::'],
] as const)
  test(`${text} is written ${want}`, () => assert.equal(canonicalIP(text), want))
test('what is no address has no canonical form', () => assert.throws(() => canonicalIP('a'), RangeError))
