import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment } from '@sampan/resources/fixtures'
import { deploymentProgress } from './workload.ts'

const cases: {
  name: string
  replicas?: number
  status: object
  want: [isDone: boolean, ready: number, message: string]
}[] = [
  { name: 'not looked at yet', status: {}, want: [false, 0, 'new instances are being made'] },
  {
    name: 'the status is of the state before',
    status: { observedGeneration: 0, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    want: [false, 1, 'new instances are being made'],
  },
  {
    name: 'only the old one serves',
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
    want: [false, 0, '0 of 1 new instance ready'],
  },
  {
    name: 'both serve',
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 2 },
    want: [false, 1, '1 old instance still ending'],
  },
  {
    name: 'only the new one is left',
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    want: [true, 1, '1 of 1 new instance ready'],
  },
  {
    name: 'half way',
    replicas: 4,
    status: { observedGeneration: 1, replicas: 5, updatedReplicas: 2, availableReplicas: 4 },
    want: [false, 1, '1 of 4 new instances ready'],
  },
  {
    name: 'scaled to nothing',
    replicas: 0,
    status: { observedGeneration: 1 },
    want: [true, 0, '0 of 0 new instances ready'],
  },
  {
    name: 'too many still',
    replicas: 1,
    status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
    want: [false, 3, '3 of 1 new instance ready'],
  },
]
for (const { name, replicas = 1, status, want } of cases) {
  test(`a Deployment's progress: ${name}`, () => {
    const { isDone, ready, message } = deploymentProgress(deployment('web', { replicas, status }))
    assert.deepEqual([isDone, ready, message], want)
  })
}

test('Kubernetes gave up waiting', () => {
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }]
  assert.equal(
    deploymentProgress(deployment('web', { status: { observedGeneration: 1, conditions } as never })).isOverdue,
    true,
  )
  assert.equal(
    deploymentProgress(deployment('web', { status: { observedGeneration: 0, conditions } as never })).isOverdue,
    false,
  )
})
