import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiKind } from './discovery.ts'
import { kindSections } from './kind-sections.ts'

const kind = (group: string, plural: string, name: string, rest: Partial<ApiKind> = {}): ApiKind => ({
  group,
  version: 'v1',
  kind: name,
  plural,
  isNamespaced: true,
  verbs: ['list'],
  shortNames: [],
  categories: [],
  subresources: [],
  path: '',
  isPreferred: true,
  ...rest,
})

const all = [
  kind('', 'pods', 'Pod', { shortNames: ['po'] }),
  kind('', 'secrets', 'Secret'),
  kind('apps', 'deployments', 'Deployment', { shortNames: ['deploy'] }),
  kind('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  kind('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', { version: 'v1', isPreferred: false }),
  kind('example.com', 'widgets', 'Widget'),
  kind('sampan.dev', 'apps', 'App'),
  kind('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', { verbs: ['create'] }),
]
const shown = (wanted?: string) =>
  Object.fromEntries(kindSections(all, wanted).map(({ title, kinds }) => [title, kinds.map((one) => one.kind)]))

test('kinds are found by what they are for; those nobody can list and older versions are left out', () => {
  assert.deepEqual(shown(), {
    'cluster.platformKinds': ['App'],
    'cluster.groupWorkloads': ['Deployment', 'HorizontalPodAutoscaler', 'Pod'],
    'cluster.groupConfig': ['Secret'],
    'cluster.custom': ['Widget'],
  })
})

for (const { wanted, want } of [
  { wanted: 'deploy', want: { 'cluster.groupWorkloads': ['Deployment'] } },
  { wanted: 'example.com', want: { 'cluster.custom': ['Widget'] } },
  { wanted: 'nothing like it', want: {} },
])
  test(`kinds with “${wanted}”`, () => assert.deepEqual(shown(wanted), want))
