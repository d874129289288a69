import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowed, type Right } from './permissions.ts'

const rules = [
  { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
  { verbs: ['*'], apiGroups: ['sampan.dev'], resources: ['apps'] },
  { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['own'] },
  { verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] },
]
const cases: [want: boolean, right: Omit<Right, 'namespace'>][] = [
  [true, { verb: 'list', group: '', resource: 'pods' }],
  [false, { verb: 'delete', group: '', resource: 'pods' }],
  [true, { verb: 'delete', group: 'sampan.dev', resource: 'apps' }],
  [false, { verb: 'get', group: 'apps', resource: 'pods' }],
  [true, { verb: 'get', group: '', resource: 'secrets', name: 'own' }],
  [false, { verb: 'get', group: '', resource: 'secrets', name: 'other' }],
  [false, { verb: 'get', group: '', resource: 'secrets' }],
  [true, { verb: 'update', group: 'apps', resource: 'deployments/scale' }],
]
for (const [want, right] of cases) {
  test(`${JSON.stringify(right)} is ${want ? '' : 'not '}allowed`, () => assert.equal(isAllowed(rules, right), want))
}
