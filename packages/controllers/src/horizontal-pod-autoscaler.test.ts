import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemoryClient } from '@sampan/client/memory-client'
import {
  type HorizontalPodAutoscaler,
  horizontalPodAutoscaler,
} from '@sampan/resources/autoscaling/horizontal-pod-autoscaler'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { pod } from '@sampan/resources/fixtures'
import { decide, horizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts'
import { limited, noMemory, remember } from './hpa-behavior.ts'
import { proposed, type Usage } from './hpa-replicas.ts'
import { running } from './run-test.test-support.ts'

const now = new Date('2026-01-01T01:00:00Z')
const containers = [{ name: 'main', image: 'x', resources: { requests: { cpu: '100m' } } }]
const old = { startTime: '2026-01-01T00:00:00Z' as never }
const up = (name: string) => pod(name, { ready: true, spec: { containers }, status: old })
const pending = (name: string) => pod(name, { spec: { containers } })
const pods = (count: number) => Array.from({ length: count }, (_, i) => up(`p${i}`))
const using = (...milli: (number | undefined)[]) =>
  new Map<string, Usage>(
    milli.flatMap((cpu, i) => (cpu === undefined ? [] : [[`p${i}`, new Map([['main', { cpu }]])] as const])),
  )
const half = { resource: 'cpu', target: { utilization: 50 } }

const proposals: { name: string; pods: Pod[]; usage: Map<string, Usage>; want: number }[] = [
  { name: 'twice the target doubles', pods: pods(2), usage: using(100, 100), want: 4 },
  { name: 'half the target halves', pods: pods(4), usage: using(25, 25, 25, 25), want: 2 },
  { name: 'a tenth off changes nothing', pods: pods(4), usage: using(54, 54, 54, 54), want: 4 },
  {
    name: 'a pod that tells nothing uses nothing when more are wanted',
    pods: pods(2),
    usage: using(150, undefined),
    want: 3,
  },
  { name: 'and its whole request when fewer are', pods: pods(4), usage: using(20, 20, 20, undefined), want: 4 },
  {
    name: 'a pod that only starts does not call for more',
    pods: [...pods(2), pending('q')],
    usage: using(70, 70),
    want: 2,
  },
  {
    name: 'pods that have finished do not count',
    pods: [...pods(2), pod('q', { phase: 'Failed' })],
    usage: using(100, 100),
    want: 4,
  },
]
for (const { name, pods: some, usage, want } of proposals)
  test(`autoscaling: ${name}`, () => {
    const current = some.filter(({ status }) => status?.phase === 'Running').length
    assert.equal(proposed(some, usage, current, half, now).replicas, want)
  })

test('autoscaling by utilization needs requests', () => {
  const bare = pod('p0', { ready: true, status: old })
  assert.throws(() => proposed([bare], using(10), 1, half, now), /missing request for cpu in container main of Pod p0/)
})

const hpa = (spec: Partial<HorizontalPodAutoscaler['spec']> = {}): HorizontalPodAutoscaler =>
  ({
    metadata: { name: 'web', namespace: 'default', uid: 'u' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 10, ...spec },
  }) as HorizontalPodAutoscaler
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)

test('growth is at most four pods or the double at once, shrinking waits for five minutes', () => {
  const memory = noMemory()
  assert.deepEqual(limited(hpa({ maxReplicas: 50 }), 1, 30, memory, now), { replicas: 5, reason: 'ScaleUpLimit' })
  remember(memory, 4, now)
  assert.deepEqual(limited(hpa({ maxReplicas: 50 }), 5, 30, memory, at(5)), { replicas: 5, reason: 'ScaleUpLimit' })
  assert.deepEqual(limited(hpa({ maxReplicas: 50 }), 5, 30, memory, at(16)), { replicas: 10, reason: 'ScaleUpLimit' })
  remember(memory, 5, at(16))
  assert.equal(limited(hpa({ maxReplicas: 50 }), 10, 2, memory, at(60)).reason, 'ScaleDownStabilized')
  assert.equal(limited(hpa({ maxReplicas: 50 }), 10, 2, memory, at(400)).replicas, 2)
})

test('a policy may forbid shrinking', () => {
  const spec = { behavior: { scaleDown: { selectPolicy: 'Disabled', stabilizationWindowSeconds: 0 } } }
  assert.deepEqual(limited(hpa(spec), 5, 1, noMemory(), now), { replicas: 5, reason: 'ScaleDownLimit' })
})

const cpu = (averageUtilization = 50) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})
const decided = (spec: Partial<HorizontalPodAutoscaler['spec']>, count: number, usage: Map<string, Usage>) =>
  decide(hpa(spec), {
    scale: { metadata: { name: 'web' }, spec: { replicas: count }, status: { replicas: count } },
    pods: pods(count),
    usage,
    memory: noMemory(),
    now,
  })
const reasons = ({ status }: ReturnType<typeof decide>) =>
  status.conditions?.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`)

const verdicts = [
  {
    name: 'scales up and says why',
    got: decided({ metrics: [cpu()] }, 2, using(100, 100)),
    replicas: 4,
    want: 'AbleToScale True SucceededRescale',
  },
  {
    name: 'takes the largest of several metrics',
    got: decided({ metrics: [cpu(90), cpu(25)] }, 2, using(50, 50)),
    replicas: 4,
    want: 'ScalingActive True ValidMetricFound',
  },
  {
    name: 'takes nothing away when a metric is missing',
    got: decided({ metrics: [cpu(), { type: 'External' } as never] }, 2, using(10, 10)),
    replicas: undefined,
    want: 'ScalingActive False FailedGetExternalMetric',
  },
  {
    name: 'says that it knows nothing',
    got: decided({ metrics: [cpu()] }, 2, using()),
    replicas: undefined,
    want: 'ScalingActive False FailedGetResourceMetric',
  },
  {
    name: 'leaves what was scaled to nothing',
    got: decided({ metrics: [cpu()] }, 0, using()),
    replicas: undefined,
    want: 'ScalingActive False ScalingDisabled',
  },
  {
    name: 'brings back what is out of bounds',
    got: decided({ metrics: [cpu()], maxReplicas: 3 }, 5, using()),
    replicas: 3,
    want: 'ScalingLimited True TooManyReplicas',
  },
  {
    name: 'stops at the most',
    got: decided({ metrics: [cpu()], maxReplicas: 3 }, 2, using(100, 100)),
    replicas: 3,
    want: 'ScalingLimited True TooManyReplicas',
  },
  {
    name: 'takes 80 per cent of cpu by default',
    got: decided({}, 2, using(160, 160)),
    replicas: 4,
    want: 'ScalingActive True ValidMetricFound',
  },
]
for (const { name, got, replicas, want } of verdicts)
  test(`an autoscaler ${name}`, () => {
    assert.equal(got.replicas, replicas)
    assert.ok(reasons(got)?.includes(want), String(reasons(got)))
  })

test('an autoscaler measures once in a period, though its own status wakes it, and scales through /scale', async () => {
  let measured = 0
  const answers: Record<string, () => object> = {
    '/apis/apps/v1/namespaces/default/deployments/web/scale': () => scale,
    '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb': () => ({
      items: [{ metadata: { name: 'p0' }, containers: [{ name: 'main', usage: { cpu: `${200 + ++measured}m` } }] }],
    }),
  }
  let scale = { metadata: { name: 'web' }, spec: { replicas: 1 }, status: { replicas: 1, selector: 'app=web' } }
  const through = (client: MemoryClient) => {
    client.raw = async ({ method, path, body }) => {
      if (method === 'PUT') scale = body as typeof scale
      const answer = answers[path]?.() ?? {}
      return { status: 200, headers: {}, object: async () => answer, bytes: none, events: none }
    }
    return [horizontalPodAutoscalers(client)]
  }
  await running(through, async ({ client, clock, settle }) => {
    client.seed(podKind, { ...up('p0'), metadata: { name: 'p0', namespace: 'default', labels: { app: 'web' } } })
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
    await client.create(horizontalPodAutoscaler, {
      metadata: { name: 'web' },
      spec: { scaleTargetRef, maxReplicas: 10, metrics: [cpu()] },
    })
    await settle()
    assert.deepEqual([measured, scale.spec.replicas], [1, 5])
    await clock.advance(16_000)
    await settle()
    assert.equal(measured, 2)
  })
})

// biome-ignore lint/correctness/useYield: nothing is streamed here
async function* none(): AsyncGenerator<never> {
  return
}

const eventsOf = ({ steps }: ReturnType<typeof decide>) =>
  steps.flatMap((step) => (step.op === 'event' ? `${step.type} ${step.reason}: ${step.message}` : []))

test('autoscaling without figures says so in the words of every cluster', () => {
  const why =
    'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API'
  assert.deepEqual(eventsOf(decided({}, 2, new Map())), [
    `Warning FailedGetResourceMetric: ${why}`,
    `Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
  ])
})

test('autoscaling: too many or too few to begin with is an event of its own', () => {
  assert.deepEqual(eventsOf(decided({}, 12, using(1))), [
    'Normal SuccessfulRescale: New size: 10; reason: Current number of replicas above Spec.MaxReplicas',
  ])
  assert.deepEqual(eventsOf(decided({ minReplicas: 3 }, 2, using(1))), [
    'Normal SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas',
  ])
})
