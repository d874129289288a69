import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '@sampan/resources/core/service'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { DnsRecord } from '@sampan/resources/sampan/dns-record'
import { serviceOf, sliceOf } from '../objects.ts'
import type { View } from './view.ts'
import { replyFrom } from './zone.ts'

const config = {
  clusterDomain: 'cluster.local',
  podCIDR: '10.130.0.0/16',
  serviceCIDR: '10.190.0.0/16',
  dnsIP: '10.190.0.10',
}

const named = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'dns', port: 53, protocol: 'UDP' },
]
const services: Service[] = [
  serviceOf('web', { clusterIP: '10.190.0.20', ports: named }),
  serviceOf('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] }),
  serviceOf('empty', { clusterIP: 'None' }),
  serviceOf('out', { type: 'ExternalName', externalName: 'example.org' }),
]
const slices: EndpointSlice[] = [
  sliceOf('web', ['10.130.0.9'], [{ name: 'http', port: 8080 }]),
  sliceOf(
    'db',
    [
      { ip: '10.130.0.5', hostname: 'db-0' },
      { ip: '10.130.0.6', hostname: 'db-1' },
      { ip: '10.130.0.7', ready: false, hostname: 'db-2' },
      { ip: '10.130.0.8' },
    ],
    [{ name: 'sql', port: 5432 }],
  ),
]
const record = (name: string, type: DnsRecord['spec']['type'], ...values: string[]): DnsRecord => ({
  apiVersion: 'sampan.dev/v1',
  kind: 'DnsRecord',
  metadata: { name: name.replaceAll('*', 'any'), namespace: 'shop' },
  spec: { name, type, values, ttl: 30 },
})
const records = [
  record('shop.example.test', 'A', '192.0.2.7'),
  record('*.apps.test', 'A', '192.0.2.8'),
  {
    ...record('own.test', 'A', '6.6.6.6'),
    metadata: { name: 'x', namespace: 'thief', creationTimestamp: '2026-02-01' },
  },
  {
    ...record('own.test', 'A', '192.0.2.9'),
    metadata: { name: 'x', namespace: 'shop', creationTimestamp: '2026-01-01' },
  },
  record('alias.test', 'CNAME', 'web.default.svc.cluster.local.'),
]

const view: View = {
  service: (namespace, name) =>
    services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
  slices: (namespace, name) =>
    slices.filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name && metadata.namespace === namespace,
    ),
  hasNamespace: (name) => name === 'default' || name === 'kube-system',
  isServiceAddress: (ip) => ip.startsWith('10.77.'),
  serviceAt: (ip) => services.find(({ spec }) => spec.clusterIP === ip),
  slicesAt: (ip) => slices.filter(({ endpoints }) => endpoints?.some(({ addresses }) => addresses.includes(ip))),
  records: (name) => records.filter(({ spec }) => spec.name === name),
}

/** `A 10.0.0.1` lines, NODATA, NXDOMAIN or `elsewhere`. */
function said(name: string, type: string): string {
  const reply = replyFrom(name, type, view, config)
  if (!reply) return 'elsewhere'
  if (reply.code === 'NXDOMAIN') return 'NXDOMAIN'
  if (reply.answers.length === 0) return 'NODATA'
  return reply.answers
    .map((one) => {
      const { data } = one as { data: unknown }
      const srv = data as { port: number; target: string }
      return `${one.type} ${one.type === 'SRV' ? `${srv.port} ${srv.target}` : one.type === 'SOA' ? '' : data}`.trim()
    })
    .join(', ')
}

const web = 'web.default.svc.cluster.local'
const db = 'db.default.svc.cluster.local'
const cases: [question: string, type: string, answer: string][] = [
  [web, 'A', 'A 10.190.0.20'],
  ['WEB.Default.svc.cluster.local.', 'A', 'A 10.190.0.20'],
  [web, 'AAAA', 'NODATA'],
  [web, 'TXT', 'NODATA'],
  [web, 'SRV', `SRV 80 ${web}, SRV 53 ${web}`],
  [`_http._tcp.${web}`, 'SRV', `SRV 80 ${web}`],
  [`_http._tcp.${web}`, 'A', 'NODATA'],
  [`_dns._udp.${web}`, 'SRV', `SRV 53 ${web}`],
  [`_dns._tcp.${web}`, 'SRV', 'NXDOMAIN'],
  [`10-130-0-9.${web}`, 'A', 'A 10.130.0.9'],
  [db, 'A', 'A 10.130.0.5, A 10.130.0.6, A 10.130.0.8'],
  [db, 'AAAA', 'NODATA'],
  [`db-0.${db}`, 'A', 'A 10.130.0.5'],
  [`db-2.${db}`, 'A', 'NXDOMAIN'],
  [`10-130-0-8.${db}`, 'A', 'A 10.130.0.8'],
  [`_sql._tcp.${db}`, 'SRV', `SRV 5432 db-0.${db}, SRV 5432 db-1.${db}, SRV 5432 10-130-0-8.${db}`],
  ['empty.default.svc.cluster.local', 'A', 'NODATA'],
  ['out.default.svc.cluster.local', 'A', 'CNAME example.org'],
  ['out.default.svc.cluster.local', 'CNAME', 'CNAME example.org'],
  ['none.default.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['web.other.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['default.svc.cluster.local', 'A', 'NODATA'],
  ['nowhere.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['svc.cluster.local', 'A', 'NODATA'],
  ['cluster.local', 'SOA', 'SOA'],
  ['cluster.local', 'NS', 'NS ns.dns.cluster.local'],
  ['ns.dns.cluster.local', 'A', 'A 10.190.0.10'],
  ['dns-version.cluster.local', 'TXT', 'TXT 1.1.0'],
  ['example.org.default.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['example.org.cluster.local', 'A', 'NXDOMAIN'],
  ['10-130-0-77.default.pod.cluster.local', 'A', 'A 10.130.0.77'],
  ['10-130-0-77.nowhere.pod.cluster.local', 'A', 'NXDOMAIN'],
  ['x.default.pod.cluster.local', 'A', 'NXDOMAIN'],
  ['20.0.190.10.in-addr.arpa', 'PTR', `PTR ${web}`],
  ['5.0.130.10.in-addr.arpa', 'PTR', `PTR db-0.${db}`],
  ['8.0.130.10.in-addr.arpa', 'PTR', `PTR 10-130-0-8.${db}`],
  ['99.0.190.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
  ['1.0.77.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
  ['1.2.0.192.in-addr.arpa', 'PTR', 'elsewhere'],
  ['shop.example.test', 'A', 'A 192.0.2.7'],
  ['shop.example.test', 'AAAA', 'NODATA'],
  ['other.example.test', 'A', 'elsewhere'],
  ['x.apps.test', 'A', 'A 192.0.2.8'],
  ['x.y.apps.test', 'A', 'A 192.0.2.8'],
  ['apps.test', 'A', 'elsewhere'],
  ['own.test', 'A', 'A 192.0.2.9'],
  ['alias.test', 'A', `CNAME web.default.svc.cluster.local`],
  ['example.org', 'A', 'elsewhere'],
]

for (const [question, type, answer] of cases)
  test(`${type} ${question} → ${answer}`, () => assert.equal(said(question, type), answer))

test('an SRV answer brings the addresses of its targets', () => {
  const reply = replyFrom(`_sql._tcp.${db}`, 'SRV', view, config)
  assert.deepEqual(
    reply?.additionals.map((one) => `${one.name} ${(one as { data: string }).data}`),
    [`db-0.${db} 10.130.0.5`, `db-1.${db} 10.130.0.6`, `10-130-0-8.${db} 10.130.0.8`],
  )
})
