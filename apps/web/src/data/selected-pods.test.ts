import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podSelectorOf } from './selected-pods.ts'

const cases = [
  { group: '', plural: 'services', spec: { selector: { app: 'web', tier: 'a' } }, want: 'app=web,tier=a' },
  { group: '', plural: 'services', spec: {}, want: undefined },
  { group: '', plural: 'services', spec: { selector: {} }, want: undefined },
  { group: 'apps', plural: 'deployments', spec: { selector: { matchLabels: { app: 'web' } } }, want: 'app=web' },
  {
    group: 'apps',
    plural: 'daemonsets',
    spec: { selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] } },
    want: 'a in (x,y)',
  },
  { group: 'batch', plural: 'jobs', spec: {}, want: 'batch.kubernetes.io/controller-uid=u1' },
  { group: 'example.com', plural: 'widgets', spec: { selector: { app: 'web' } }, want: undefined },
]
for (const { group, plural, spec, want } of cases)
  test(`pods of ${plural} with ${JSON.stringify(spec)}`, () =>
    assert.equal(podSelectorOf({ group, plural }, { metadata: { name: 'x', uid: 'u1' }, spec } as never), want))
