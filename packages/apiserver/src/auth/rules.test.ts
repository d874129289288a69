import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowsPath, allowsResource, beyond, type Rule } from './rules.ts'

const asks: { name: string; rule: Rule; ask: Parameters<typeof allowsResource>[1]; want: boolean }[] = [
  {
    name: 'verb and resource',
    rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    ask: { verb: 'get', group: '', plural: 'pods' },
    want: true,
  },
  {
    name: 'another verb',
    rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    ask: { verb: 'list', group: '', plural: 'pods' },
    want: false,
  },
  {
    name: 'another group',
    rule: { verbs: ['*'], apiGroups: [''], resources: ['*'] },
    ask: { verb: 'get', group: 'apps', plural: 'deployments' },
    want: false,
  },
  {
    name: 'a subresource is not its parent',
    rule: { verbs: ['*'], apiGroups: [''], resources: ['pods'] },
    ask: { verb: 'create', group: '', plural: 'pods', subresource: 'exec' },
    want: false,
  },
  {
    name: 'a subresource by name',
    rule: { verbs: ['create'], apiGroups: [''], resources: ['pods/exec'] },
    ask: { verb: 'create', group: '', plural: 'pods', subresource: 'exec' },
    want: true,
  },
  {
    name: 'a subresource of anything',
    rule: { verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] },
    ask: { verb: 'update', group: 'apps', plural: 'deployments', subresource: 'scale' },
    want: true,
  },
  {
    name: '* covers subresources',
    rule: { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    ask: { verb: 'get', group: '', plural: 'pods', subresource: 'log' },
    want: true,
  },
  {
    name: 'a name in the list',
    rule: { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a'] },
    ask: { verb: 'get', group: '', plural: 'secrets', name: 'a' },
    want: true,
  },
  {
    name: 'names cannot allow what has none',
    rule: { verbs: ['create'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a'] },
    ask: { verb: 'create', group: '', plural: 'secrets' },
    want: false,
  },
]
for (const { name, rule, ask, want } of asks) test(`rule: ${name}`, () => assert.equal(allowsResource(rule, ask), want))

test('paths: exact, or everything below a star', () => {
  const rule = { verbs: ['get'], nonResourceURLs: ['/healthz', '/apis/*'] }
  assert.deepEqual(
    ['/healthz', '/healthz/x', '/apis/apps', '/apis'].map((path) => allowsPath(rule, { verb: 'get', path })),
    [true, false, true, false],
  )
})

const admin: Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]
const dev: Rule[] = [
  { verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['pods', 'deployments', '*/scale'] },
  { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'] },
  { verbs: ['get'], nonResourceURLs: ['/metrics/*'] },
]
const grants: { name: string; owned: Rule[]; wanted: Rule[]; beyond: number }[] = [
  { name: 'everything from everything', owned: admin, wanted: admin, beyond: 0 },
  {
    name: 'own rights',
    owned: dev,
    wanted: [{ verbs: ['list'], apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'] }],
    beyond: 0,
  },
  {
    name: 'one verb more',
    owned: dev,
    wanted: [{ verbs: ['list', 'delete'], apiGroups: [''], resources: ['pods'] }],
    beyond: 1,
  },
  {
    name: 'all names from some',
    owned: dev,
    wanted: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }],
    beyond: 1,
  },
  {
    name: 'one of the names',
    owned: dev,
    wanted: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['b', 'c'] }],
    beyond: 1,
  },
  { name: 'stars from lists', owned: dev, wanted: [{ verbs: ['get'], apiGroups: ['*'], resources: ['*'] }], beyond: 1 },
  {
    name: 'paths',
    owned: dev,
    wanted: [{ verbs: ['get'], nonResourceURLs: ['/metrics/a', '/metrics/*', '/metrics'] }],
    beyond: 1,
  },
  { name: 'nothing from nothing', owned: [], wanted: [], beyond: 0 },
]
for (const { name, owned, wanted, beyond: count } of grants)
  test(`granting ${name}`, () => assert.equal(beyond(owned, wanted).length, count))
