import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { fieldValue, resourceValue } from './downward.ts'
import { container, podOf } from './fixtures.ts'

const pod = podOf({
  metadata: { labels: { tier: 'web', app: 'shop "x"' }, annotations: { 'example.com/a': 'b' } },
  spec: {
    serviceAccountName: 'robot',
    containers: [
      container('main', { resources: { limits: { cpu: '1500m', memory: '1Gi' }, requests: { memory: '100M' } } }),
      container('bare'),
    ],
  },
})
const facts = { podIPs: ['10.0.0.7', 'fd00::7'], hostIP: '192.0.2.1', allocatable: { cpu: '4', memory: '8Gi' } }

const fields = [
  { path: 'metadata.name', want: 'web' },
  { path: 'metadata.namespace', want: 'shop' },
  { path: 'metadata.uid', want: 'u1' },
  { path: 'metadata.labels', want: 'app="shop \\"x\\""\ntier="web"' },
  { path: "metadata.labels['tier']", want: 'web' },
  { path: "metadata.labels['none']", want: '' },
  { path: "metadata.annotations['example.com/a']", want: 'b' },
  { path: 'spec.nodeName', want: 'here' },
  { path: 'spec.serviceAccountName', want: 'robot' },
  { path: 'status.podIP', want: '10.0.0.7' },
  { path: 'status.podIPs', want: '10.0.0.7,fd00::7' },
  { path: 'status.hostIP', want: '192.0.2.1' },
]
for (const { path, want } of fields) test(`downward ${path}`, () => assert.equal(fieldValue(pod, path, facts), want))

test('downward refuses other fields', () => {
  assert.throws(() => fieldValue(pod, 'spec.containers', facts), ConfigError)
})

const amounts = [
  { at: { resource: 'limits.cpu' }, want: '2' },
  { at: { resource: 'limits.cpu', divisor: '1m' }, want: '1500' },
  { at: { resource: 'limits.cpu', divisor: '0' }, want: '2' },
  { at: { resource: 'limits.memory', divisor: '1Mi' }, want: '1024' },
  { at: { resource: 'requests.memory', divisor: '1Mi' }, want: '96' },
  { at: { resource: 'requests.cpu', divisor: '1m' }, want: '1500' },
  { at: { resource: 'limits.cpu', containerName: 'bare' }, want: '4' },
  { at: { resource: 'limits.memory', containerName: 'bare', divisor: '1Gi' }, want: '8' },
  { at: { resource: 'requests.cpu', containerName: 'bare' }, want: '0' },
]
for (const { at, want } of amounts)
  test(`downward ${JSON.stringify(at)}`, () =>
    assert.equal(resourceValue(pod, pod.spec.containers[0], at, facts), want))
