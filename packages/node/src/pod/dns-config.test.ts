import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsConfig, parseResolvConf } from './dns-config.ts'
import { podOf } from './fixtures.ts'

const settings = {
  dnsIP: '10.1.0.10',
  clusterDomain: 'cluster.local',
  host: { servers: ['192.0.2.53'], searches: ['example.com'], options: ['timeout:2'] },
}
const cluster = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com']

const cases = [
  { name: 'cluster first', spec: {}, want: { servers: ['10.1.0.10'], searches: cluster, options: ['ndots:5'] } },
  { name: 'the host network means the host', spec: { hostNetwork: true }, want: settings.host },
  {
    name: 'unless asked for',
    spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    want: { servers: ['10.1.0.10'], searches: cluster, options: ['ndots:5'] },
  },
  { name: 'default is the host', spec: { dnsPolicy: 'Default' }, want: settings.host },
  {
    name: 'own only',
    spec: { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.2.3.4'], searches: ['x'], options: [{ name: 'debug' }] } },
    want: { servers: ['1.2.3.4'], searches: ['x'], options: ['debug'] },
  },
  {
    name: 'own beside the cluster',
    spec: { dnsConfig: { nameservers: ['1.2.3.4'], searches: ['x'], options: [{ name: 'ndots', value: '2' }] } },
    want: { servers: ['10.1.0.10', '1.2.3.4'], searches: [...cluster, 'x'], options: ['ndots:2'] },
  },
]
for (const { name, spec, want } of cases)
  test(`DNS: ${name}`, () => assert.deepEqual(dnsConfig(podOf({ spec }), settings), want))

test('resolv.conf is read with comments and the last search line', () => {
  const text =
    '# made by x\nnameserver 1.1.1.1 # one\nnameserver 2.2.2.2\nsearch a b\nsearch c\noptions ndots:2 edns0\n'
  assert.deepEqual(parseResolvConf(text), {
    servers: ['1.1.1.1', '2.2.2.2'],
    searches: ['c'],
    options: ['ndots:2', 'edns0'],
  })
})
