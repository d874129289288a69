import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from '../define.ts'
import { builtInKinds } from '../kinds.ts'
import { nodeMetrics } from '../metrics/node-metrics.ts'
import { podMetrics } from '../metrics/pod-metrics.ts'
import { app } from '../sampan/app.ts'
import { referencesIn } from './components.ts'
import { openApiV3Document } from './v3.ts'

const of = (group: string, version: string) =>
  builtInKinds.filter((one) => one.group === group && one.version === version)

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string }[]; [key: string]: unknown }>>
  components: { schemas: Record<string, Record<string, unknown>> }
}
const documentOf = (definitions: readonly Definition[]) =>
  openApiV3Document(definitions, 'v1.36.0') as unknown as Document

for (const key of new Set(builtInKinds.map(({ group, version }) => `${group}/${version}`)))
  test(`every reference in the document of ${key} leads somewhere`, () => {
    const [group, version] = key.split('/') as [string, string]
    const document = documentOf(of(group, version))
    for (const reference of referencesIn(document))
      assert.ok(document.components.schemas[reference.replace('#/components/schemas/', '')], reference)
  })

test('every reference in the document of measured use leads somewhere', () => {
  const document = documentOf([nodeMetrics, podMetrics] as unknown as Definition[])
  for (const reference of referencesIn(document))
    assert.ok(document.components.schemas[reference.replace('#/components/schemas/', '')], reference)
  assert.ok(document.components.schemas['io.k8s.metrics.v1beta1.PodMetrics'])
})

test('kubectl finds fieldValidation in the PATCH operation of a kind', () => {
  const patches = Object.values(documentOf(of('apps', 'v1')).paths)
    .map((item) => item.patch)
    .filter((one) => (one?.['x-kubernetes-group-version-kind'] as { kind: string } | undefined)?.kind === 'Deployment')
  assert.equal(patches.length, 2)
  for (const patch of patches) assert.ok(patch!.parameters!.some(({ name }) => name === 'fieldValidation'))
})

test('explain finds a kind, its fields and what they are for', () => {
  const { schemas } = documentOf(of('', 'v1')).components
  const pod = schemas['io.k8s.api.core.v1.Pod'] as { [key: string]: unknown; properties: Record<string, object> }
  assert.deepEqual(pod['x-kubernetes-group-version-kind'], [{ group: '', version: 'v1', kind: 'Pod' }])
  assert.match(String(pod.description), /collection of containers/)
  const spec = pod.properties.spec as { allOf: object[]; description: string }
  assert.deepEqual(spec.allOf, [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }])
  assert.match(spec.description, /^PodSpec is a description/)
  const podSpec = schemas['io.k8s.api.core.v1.PodSpec'] as { properties: Record<string, { description: string }> }
  assert.match(podSpec.properties.containers!.description, /List of containers/)
})

test('only what a kind can do is there', () => {
  const { paths } = documentOf(of('authorization.k8s.io', 'v1'))
  assert.deepEqual(Object.keys(paths['/apis/authorization.k8s.io/v1/subjectaccessreviews']!), ['post'])
  assert.ok(!Object.keys(paths).some((path) => path.includes('{name}')))
})

test('scale and status are there for those that have them', () => {
  const { paths } = documentOf(of('apps', 'v1'))
  assert.ok(paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale']?.patch)
  assert.ok(paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status']?.put)
  assert.ok(!paths['/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}/scale'])
})

test('custom kinds have their own schema and a list', () => {
  const document = documentOf([app as unknown as Definition])
  const { schemas } = document.components
  assert.ok((schemas['dev.sampan.v1.App']!.properties as object)['spec' as never])
  assert.ok(schemas['dev.sampan.v1.AppList'])
  assert.ok(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'])
  for (const reference of referencesIn(document)) assert.ok(schemas[reference.replace('#/components/schemas/', '')])
})
