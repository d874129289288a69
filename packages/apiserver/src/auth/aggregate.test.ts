import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterRole } from '@sampan/resources/rbac/cluster-role'
import { aggregatedRules } from './aggregate.ts'

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] })
const part = (name: string, labels: Record<string, string>, ...resources: string[]): ClusterRole => ({
  metadata: { name, labels },
  rules: resources.map(rule),
})
const target: ClusterRole = {
  metadata: { name: 'all', labels: { to: 'all' } },
  aggregationRule: {
    clusterRoleSelectors: [{ matchLabels: { to: 'all' } }, { matchExpressions: [{ key: 'also', operator: 'Exists' }] }],
  },
}

const cases: { name: string; all: ClusterRole[]; want: string[] }[] = [
  {
    name: 'parts by name, whatever their order',
    all: [part('b', { to: 'all' }, 'pods'), part('a', { also: '' }, 'nodes')],
    want: ['nodes', 'pods'],
  },
  {
    name: 'a rule once',
    all: [part('a', { to: 'all' }, 'pods'), part('b', { to: 'all', also: '' }, 'pods')],
    want: ['pods'],
  },
  { name: 'nothing of others', all: [part('a', { to: 'none' }, 'pods')], want: [] },
  { name: 'nothing of itself', all: [{ ...target, rules: [rule('pods')] }], want: [] },
]
for (const { name, all, want } of cases)
  test(`aggregates ${name}`, () =>
    assert.deepEqual(
      aggregatedRules(target, all).map((one) => one.resources?.[0]),
      want,
    ))
