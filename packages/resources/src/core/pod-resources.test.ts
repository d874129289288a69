import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pod } from '../fixtures.ts'
import type { Pod } from './pod.ts'
import { podLimits, podRequests, qosClassOf } from './pod-resources.ts'

type Resources = NonNullable<Pod['spec']['containers'][number]['resources']>
const container = (resources: Resources = {}, restartPolicy?: string) => ({
  name: 'c',
  resources,
  ...(restartPolicy && { restartPolicy }),
})
const asks = (cpu: string, restartPolicy?: string) => container({ requests: { cpu } }, restartPolicy)
const fixed = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }

const requests: { name: string; spec: Partial<Pod['spec']>; want: object }[] = [
  { name: 'containers add up', spec: { containers: [asks('100m'), asks('200m')] }, want: { cpu: '300m' } },
  {
    name: 'a large init container counts',
    spec: { initContainers: [asks('1')], containers: [asks('100m')] },
    want: { cpu: '1' },
  },
  {
    name: 'init containers run one by one',
    spec: { initContainers: [asks('1'), asks('2')], containers: [asks('1')] },
    want: { cpu: '2' },
  },
  {
    name: 'sidecars run beside later init containers',
    spec: { initContainers: [asks('1', 'Always'), asks('2')], containers: [asks('1')] },
    want: { cpu: '3' },
  },
  {
    name: 'sidecars run beside the containers',
    spec: { initContainers: [asks('1', 'Always')], containers: [asks('1500m')] },
    want: { cpu: '2500m' },
  },
  {
    name: 'overhead comes on top',
    spec: { containers: [asks('1')], overhead: { cpu: '1', memory: '1Mi' } },
    want: { cpu: '2', memory: '1Mi' },
  },
  {
    name: 'pod-level resources replace the sum',
    spec: { containers: [asks('1')], resources: { requests: { cpu: '5' } } },
    want: { cpu: '5' },
  },
  { name: 'nothing asks for nothing', spec: { containers: [container()] }, want: {} },
]
for (const { name, spec, want } of requests) test(name, () => assert.deepEqual(podRequests(pod('a', { spec })), want))

test('limits add up, overhead only to what is limited', () => {
  const one = pod('a', {
    spec: { containers: [container({ limits: { cpu: '1' } })], overhead: { cpu: '1', memory: '1Mi' } },
  })
  assert.deepEqual(podLimits(one), { cpu: '2' })
})

const classes: { name: string; containers: ReturnType<typeof container>[]; want: string }[] = [
  { name: 'nothing said', containers: [container()], want: 'BestEffort' },
  { name: 'zero said', containers: [asks('0')], want: 'BestEffort' },
  { name: 'some requests', containers: [asks('1'), container()], want: 'Burstable' },
  { name: 'everything fixed', containers: [container(fixed)], want: 'Guaranteed' },
  { name: 'limits alone', containers: [container({ limits: fixed.limits })], want: 'Guaranteed' },
  { name: 'one not fixed', containers: [container(fixed), asks('1')], want: 'Burstable' },
  {
    name: 'requests below limits',
    containers: [container({ ...fixed, requests: { cpu: '500m' } })],
    want: 'Burstable',
  },
]
for (const { name, containers, want } of classes)
  test(`quality of service: ${name}`, () => assert.equal(qosClassOf(pod('a', { spec: { containers } })), want))
