import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stubDomainsFrom, upstreamsFor } from './stub-domains.ts'

const read = (data: Record<string, string>) => stubDomainsFrom({ metadata: { name: 'kube-dns' }, data })
const host = () => [{ address: '192.0.2.1', port: 53 }]

const config = read({
  stubDomains: '{"acme.local": ["10.0.0.1:5353"], "Deep.Acme.local.": ["10.0.0.2", "fd00::2"]}',
})
for (const [name, want] of [
  ['acme.local', '10.0.0.1:5353'],
  ['a.acme.local', '10.0.0.1:5353'],
  ['deep.acme.local', '10.0.0.2:53,fd00::2:53'],
  ['x.y.deep.acme.local', '10.0.0.2:53,fd00::2:53'],
  ['notacme.local', '192.0.2.1:53'],
  ['local', '192.0.2.1:53'],
] as const)
  test(`stub domains: ${name} is asked of ${want}`, () =>
    assert.equal(
      upstreamsFor(name, config, host)
        .map(({ address, port }) => `${address}:${port}`)
        .join(),
      want,
    ))

test('stub domains: other upstreams than those of the host', () => {
  const given = read({ upstreamNameservers: '["8.8.8.8"]' })
  assert.deepEqual(upstreamsFor('example.org', given, host), [{ address: '8.8.8.8', port: 53 }])
})

test('stub domains: what is wrong is named, and the rest holds', () => {
  const given = read({ stubDomains: '{"a.b": ["nowhere", "10.0.0.1"]}', upstreamNameservers: '[oops' })
  assert.deepEqual(given.stubs.get('a.b'), [{ address: '10.0.0.1', port: 53 }])
  assert.deepEqual(given.problems, ['stubDomains a.b: "nowhere" is no address', 'upstreamNameservers is no JSON'])
  assert.deepEqual(read({ stubDomains: '[]' }).problems, ['stubDomains must be an object: {"domain": ["address"]}'])
  assert.deepEqual(stubDomainsFrom(undefined).problems, [])
})
