import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '@sampan/resources/core/pod'
import type { Objects } from '../objects.ts'
import { splitProxyPath } from './proxies.ts'
import { rewrittenHtml, rewrittenLocation } from './proxy-rewrite.ts'
import { leadsToPod, podTarget, proxyName, serviceTarget } from './proxy-target.ts'

const names = [
  { text: 'web', want: { secure: false, name: 'web', port: '' } },
  { text: 'web:8080', want: { secure: false, name: 'web', port: '8080' } },
  { text: 'https:web:', want: { secure: true, name: 'web', port: '' } },
  { text: 'http:web:admin', want: { secure: false, name: 'web', port: 'admin' } },
]
for (const { text, want } of names) test(`proxy name ${text}`, () => assert.deepEqual(proxyName(text), want))
for (const text of ['', ':80', 'ftp:web:21', 'a:b:c:d'])
  test(`no proxy name: ${text}`, () => assert.throws(() => proxyName(text), { reason: 'BadRequest' }))

const pod = {
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 8080, name: 'http' }] }] },
  status: { podIP: '10.1.2.3' },
} as unknown as Pod
const pods = [
  { name: 'web', want: '10.1.2.3:8080' },
  { name: 'web:http', want: '10.1.2.3:8080' },
  { name: 'web:9', want: '10.1.2.3:9' },
]
for (const { name, want } of pods)
  test(`pod target of ${name}`, () => {
    const { host, port } = podTarget(pod, proxyName(name))
    assert.equal(`${host}:${port}`, want)
  })
test('a pod without an address or with another port name is refused', () => {
  assert.throws(() => podTarget({ ...pod, status: {} } as Pod, proxyName('web')), { reason: 'BadRequest' })
  assert.throws(() => podTarget(pod, proxyName('web:nope')), { reason: 'BadRequest' })
})

const service = {
  metadata: { name: 'api' },
  spec: {
    ports: [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ],
  },
}
const slice = (name: string, hosts: [string, boolean][]) => ({
  metadata: { name, labels: { 'kubernetes.io/service-name': 'api' } },
  ports: [
    { name: 'http', port: 8080 },
    { name: 'admin', port: 8081 },
  ],
  endpoints: hosts.map(([host, ready]) => ({
    addresses: [host],
    conditions: { ready },
    targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${host}` },
  })),
})
const objects = (slices: unknown[]) =>
  ({
    get: (_: unknown, name: string) =>
      name === 'api' ? service : name.startsWith('pod-') ? { status: { podIP: name.slice(4) } } : undefined,
    list: () => slices,
  }) as unknown as Objects
const pointing = (targetRef?: object) => ({
  ...slice('a', []),
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true }, targetRef }],
})
const targets: { name: string; slices: unknown[]; random?: number; want: string }[] = [
  { name: 'api:http', slices: [slice('a', [['10.0.0.1', true]])], want: '10.0.0.1:8080' },
  {
    name: 'api:81',
    slices: [
      slice('a', [
        ['10.0.0.1', false],
        ['10.0.0.2', true],
      ]),
    ],
    want: '10.0.0.2:8081',
  },
  {
    name: 'api:80',
    slices: [slice('a', [['10.0.0.1', true]]), slice('b', [['10.0.0.2', true]])],
    random: 0.9,
    want: '10.0.0.2:8080',
  },
  { name: 'api', slices: [], want: 'BadRequest' },
  { name: 'api:82', slices: [], want: 'BadRequest' },
  { name: 'api:80', slices: [slice('a', [['10.0.0.1', false]])], want: 'ServiceUnavailable' },
  { name: 'other:80', slices: [], want: 'NotFound' },
  // Endpoints that anybody wrote: they lead to no pod of the namespace at that address.
  { name: 'api:80', slices: [pointing()], want: 'ServiceUnavailable' },
  { name: 'api:80', slices: [pointing({ kind: 'Pod', name: 'pod-10.0.0.2' })], want: 'ServiceUnavailable' },
  {
    name: 'api:80',
    slices: [pointing({ kind: 'Pod', namespace: 'other', name: 'pod-10.0.0.1' })],
    want: 'ServiceUnavailable',
  },
]
for (const { name, slices, random = 0, want } of targets)
  test(`service target of ${name}: ${want}`, () => {
    const find = () => {
      const known = objects(slices)
      return serviceTarget(known, 'default', proxyName(name), () => random, leadsToPod(known, 'default'))
    }
    if (!want.includes('.')) return void assert.throws(find, { reason: want })
    const { host, port } = find()
    assert.equal(`${host}:${port}`, want)
  })

test('paths keep their escapes and queries', () => {
  const prefix = '/api/v1/namespaces/n/services/http:web:80/proxy'
  assert.deepEqual(splitProxyPath(`${prefix}/a%2Fb/?x=/y`), { prefix, path: '/a%2Fb/?x=/y' })
  assert.deepEqual(splitProxyPath(prefix), { prefix, path: '/' })
})

test('links to the root lead through the proxy, others stay', () => {
  const html = `<a href="/x"><img src='/y.png'><a href="//cdn/z"><a href="rel"><a href="https://a/b"><form action=/q>`
  assert.equal(
    rewrittenHtml(html, '/p'),
    `<a href="/p/x"><img src='/p/y.png'><a href="//cdn/z"><a href="rel"><a href="https://a/b"><form action=/q>`,
  )
})

const locations = [
  { location: '/login', want: '/p/login' },
  { location: 'http://10.0.0.1:80/a', want: '/p/a' },
  { location: 'http://10.0.0.1:80', want: '/p/' },
  { location: 'https://elsewhere/a', want: 'https://elsewhere/a' },
  { location: 'next', want: 'next' },
]
for (const { location, want } of locations)
  test(`redirect to ${location}`, () => assert.equal(rewrittenLocation(location, '/p', ['http://10.0.0.1:80']), want))
