import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podOf } from './fixtures.ts'
import { hostnames, hostsFile } from './hosts-file.ts'

const names = [
  { spec: {}, want: { hostname: 'web' } },
  { spec: { hostname: 'own' }, want: { hostname: 'own' } },
  { spec: { hostname: 'own', subdomain: 'sub' }, want: { hostname: 'own', fqdn: 'own.sub.shop.svc.cluster.local' } },
  {
    spec: { subdomain: 'sub', setHostnameAsFQDN: true },
    want: { hostname: 'web.sub.shop.svc.cluster.local', fqdn: 'web.sub.shop.svc.cluster.local' },
  },
  { metadata: { name: `${'a'.repeat(62)}-b` }, want: { hostname: 'a'.repeat(62) } },
]
for (const { spec, metadata, want } of names)
  test(`hostname of ${JSON.stringify(spec ?? metadata)}`, () =>
    assert.deepEqual(hostnames(podOf({ spec, metadata }), 'cluster.local'), want))

test('/etc/hosts has the pod, its full name and its aliases', () => {
  const pod = podOf({ spec: { subdomain: 'sub', hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] } })
  const text = hostsFile(pod, ['10.0.0.7'], 'cluster.local', '')
  assert.ok(text.startsWith('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n'))
  assert.ok(text.includes('10.0.0.7\tweb.sub.shop.svc.cluster.local\tweb\n'))
  assert.ok(text.endsWith('# Entries added by HostAliases.\n1.2.3.4\ta\tb\n'))
})

test('/etc/hosts has the short name too where the full one is the hostname', () => {
  const pod = podOf({ spec: { subdomain: 'sub', setHostnameAsFQDN: true } })
  assert.ok(
    hostsFile(pod, ['10.0.0.7'], 'cluster.local', '').includes('10.0.0.7\tweb.sub.shop.svc.cluster.local\tweb\n'),
  )
})

test('/etc/hosts on the host network is the host’s', () => {
  const text = hostsFile(podOf({ spec: { hostNetwork: true } }), ['192.0.2.1'], 'cluster.local', '127.0.0.1 here\n')
  assert.equal(text, '# Kubernetes-managed hosts file (host network).\n127.0.0.1 here\n')
})
