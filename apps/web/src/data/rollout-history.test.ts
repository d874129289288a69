import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revisionsOf } from './rollout-history.ts'

const owner = (uid: string) => [{ apiVersion: 'apps/v1', kind: 'X', name: 'web', uid }]
const template = (image: string, labels: Record<string, string> = {}) => ({
  metadata: { labels: { app: 'web', ...labels } },
  spec: { containers: [{ name: 'app', image }] },
})
const replicaSet = (revision: number, image: string, uid = 'u', annotations = {}) => ({
  metadata: {
    name: `web-${revision}`,
    ownerReferences: owner(uid),
    annotations: { 'deployment.kubernetes.io/revision': String(revision), ...annotations },
  },
  spec: { template: template(image, { 'pod-template-hash': `h${revision}` }) },
})
const record = (revision: number, image: string) => ({
  metadata: { name: `web-${revision}`, ownerReferences: owner('u') },
  revision,
  data: { spec: { template: { $patch: 'replace', ...template(image) } } },
})

test('the revisions of a Deployment are those of its own ReplicaSets, as numbers, without the hash of their pods', () => {
  const sets = [
    replicaSet(9, 'web:9'),
    replicaSet(10, 'web:10', 'u', { 'kubernetes.io/change-cause': 'faster' }),
    replicaSet(11, 'x', 'of somebody else'),
  ]
  const [newest, older, ...rest] = revisionsOf('deployments', { metadata: { name: 'web', uid: 'u' } }, sets)
  assert.deepEqual(rest, [])
  assert.deepEqual([newest?.number, newest?.isCurrent, newest?.cause], [10, true, 'faster'])
  assert.deepEqual([older?.number, older?.isCurrent, older?.images], [9, false, ['web:9']])
  assert.deepEqual(older?.template, template('web:9'))
})

test('a StatefulSet has the revision its status names, also after going back to an older one', () => {
  const set = { metadata: { name: 'web', uid: 'u' }, status: { updateRevision: 'web-1' } }
  const all = revisionsOf('statefulsets', set, [record(1, 'a'), record(2, 'b')])
  assert.deepEqual(
    all.map((one) => [one.number, one.isCurrent]),
    [
      [2, false],
      [1, true],
    ],
  )
  assert.deepEqual(all[1]?.template, template('a'), 'without the marks of a patch')
})
