import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeAutoscaler, encodeAutoscaler } from './autoscaler-conversion.ts'
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }
const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } }
const stored: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', annotations: { mine: 'x' } },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [memory, cpu],
    behavior: { scaleDown: { stabilizationWindowSeconds: 5 } },
  },
  status: {
    currentReplicas: 2,
    desiredReplicas: 3,
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50 } } }],
    conditions: [{ type: 'AbleToScale', status: 'True' }],
  },
}

test('the old view shows the cpu target and hides the rest in annotations', () => {
  const old = decodeAutoscaler(stored)
  assert.equal(old.apiVersion, 'autoscaling/v1')
  assert.equal(old.spec.targetCPUUtilizationPercentage, 60)
  assert.equal(old.status?.currentCPUUtilizationPercentage, 50)
  assert.equal(old.metadata.annotations?.['autoscaling.alpha.kubernetes.io/metrics'], JSON.stringify([memory]))
  assert.ok(!('metrics' in old.spec) && !('behavior' in old.spec))
})

test('nothing is lost through the old view', () => assert.deepEqual(encodeAutoscaler(decodeAutoscaler(stored)), stored))

test('an autoscaler written the old way becomes a cpu metric', () => {
  const made = encodeAutoscaler({
    metadata: { name: 'web', annotations: { 'autoscaling.alpha.kubernetes.io/metrics': 'not json' } },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3, targetCPUUtilizationPercentage: 60 },
  })
  assert.deepEqual(made.spec.metrics, [cpu])
  assert.equal(made.metadata.annotations, undefined)
})
