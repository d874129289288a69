import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from './define.ts'
import { builtInKinds } from './kinds.ts'
import { childOf, definition, mergeMetaOf, nameOf, objectMetaSchema, patchMetaOf, schemaOf } from './schemas.ts'

const at = (group: string, version: string, kind: string, path: string): Schema => {
  let schema: Schema | undefined = schemaOf(group, version, kind)
  for (const key of path.split('.')) schema = childOf(schema, key)
  return schema!
}

for (const { group, version, kind } of builtInKinds)
  test(`${group}/${version} ${kind} has a schema`, () => {
    const schema = schemaOf(group, version, kind)!
    assert.equal(schema.properties?.metadata, objectMetaSchema())
    assert.ok(schema.properties?.kind)
  })

test('what is not built in has none', () => {
  assert.equal(schemaOf('sampan.dev', 'v1', 'App'), undefined)
  assert.equal(schemaOf('', 'v1', 'Nope'), undefined)
  assert.equal(schemaOf('../../x', 'v1', 'Pod'), undefined)
  assert.equal(definition('io.k8s.api.core.v9.Pod'), undefined)
})

test('structs are the same wherever they are used', () => {
  assert.equal(at('apps', 'v1', 'Deployment', 'spec.template.spec'), at('', 'v1', 'Pod', 'spec'))
  assert.equal(nameOf(at('', 'v1', 'Pod', 'spec')), 'io.k8s.api.core.v1.PodSpec')
  assert.equal(at('', 'v1', 'Pod', 'spec.hostname'), at('', 'v1', 'Pod', 'spec.nodeName'))
})

test('a schema that contains itself ends', () => {
  const props = at('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'spec.versions.x.schema.openAPIV3Schema')
  assert.equal(childOf(childOf(props, 'properties'), 'anything'), props)
})

const patches: [string, string, string, string, object][] = [
  ['', 'v1', 'Pod', 'spec.containers', { list: 'merge', mergeKey: 'name', retainsKeys: false, replaces: false }],
  [
    'apps',
    'v1',
    'Deployment',
    'spec.template.spec.volumes',
    { list: 'merge', mergeKey: 'name', retainsKeys: true, replaces: false },
  ],
  [
    '',
    'v1',
    'Pod',
    'spec.containers.x.ports',
    { list: 'merge', mergeKey: 'containerPort', retainsKeys: false, replaces: false },
  ],
  ['', 'v1', 'Pod', 'spec.tolerations', { list: 'replace', retainsKeys: false, replaces: false }],
  ['', 'v1', 'Pod', 'metadata.finalizers', { list: 'merge', retainsKeys: false, replaces: false }],
  ['apps', 'v1', 'Deployment', 'spec.strategy', { retainsKeys: true, replaces: false }],
  ['policy', 'v1', 'PodDisruptionBudget', 'spec.selector', { retainsKeys: false, replaces: true }],
  ['', 'v1', 'Service', 'spec.ports', { list: 'merge', mergeKey: 'port', retainsKeys: false, replaces: false }],
]
for (const [group, version, kind, path, want] of patches)
  test(`strategic merge of ${kind} ${path}`, () => assert.deepEqual(patchMetaOf(at(group, version, kind, path)), want))

const merges: [string, string, string, string, object][] = [
  ['', 'v1', 'Pod', 'spec.containers', { list: 'map', keys: ['name'], defaults: {}, isAtomic: false }],
  [
    '',
    'v1',
    'Pod',
    'spec.containers.x.ports',
    { list: 'map', keys: ['containerPort', 'protocol'], defaults: { protocol: 'TCP' }, isAtomic: false },
  ],
  ['', 'v1', 'Pod', 'spec.tolerations', { list: 'atomic', isAtomic: true }],
  ['', 'v1', 'Pod', 'metadata.finalizers', { list: 'set', isAtomic: false }],
  ['', 'v1', 'Pod', 'spec.nodeSelector', { isAtomic: true }],
  ['', 'v1', 'Pod', 'metadata.labels', { isAtomic: false }],
  ['apps', 'v1', 'Deployment', 'spec.selector', { isAtomic: true }],
  ['apps', 'v1', 'Deployment', 'spec.strategy', { isAtomic: false }],
  ['policy', 'v1', 'PodDisruptionBudget', 'spec.selector', { isAtomic: true }],
  [
    '',
    'v1',
    'Service',
    'spec.ports',
    { list: 'map', keys: ['port', 'protocol'], defaults: { protocol: 'TCP' }, isAtomic: false },
  ],
]
for (const [group, version, kind, path, want] of merges)
  test(`server-side apply of ${kind} ${path}`, () =>
    assert.deepEqual(mergeMetaOf(at(group, version, kind, path)), want))

test('a struct with something said about its field is still walked', () => {
  const strategy = at('apps', 'v1', 'Deployment', 'spec.strategy')
  assert.deepEqual(childOf(strategy, 'type'), { type: 'string' })
  assert.equal({ ...strategy }.type, 'object')
})

const formats: [string, string, string, string, Schema][] = [
  ['', 'v1', 'Pod', 'spec.containers.x.resources.limits.cpu', { type: 'string', format: 'quantity' }],
  ['', 'v1', 'Pod', 'spec.volumes.x.emptyDir.sizeLimit', { type: 'string', format: 'quantity' }],
  ['', 'v1', 'Service', 'spec.ports.x.targetPort', { 'x-kubernetes-int-or-string': true }],
  ['', 'v1', 'Secret', 'data.x', { type: 'string', format: 'byte' }],
  ['coordination.k8s.io', 'v1', 'Lease', 'spec.renewTime', { type: 'string', format: 'date-time-micro' }],
  ['', 'v1', 'Pod', 'metadata.creationTimestamp', { type: 'string', format: 'date-time' }],
  ['apps', 'v1', 'Deployment', 'spec.replicas', { type: 'integer', format: 'int32' }],
  ['', 'v1', 'LimitRange', 'spec.limits.x.default.cpu', { type: 'string', format: 'quantity' }],
]
for (const [group, version, kind, path, want] of formats)
  test(`type of ${kind} ${path}`, () => assert.deepEqual(at(group, version, kind, path), want))
