import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from '../define.ts'
import { builtInKinds } from '../kinds.ts'
import { app } from '../sampan/app.ts'
import { text } from '../schema.ts'
import { referencesIn } from './components.ts'
import { openApiV2Document } from './v2.ts'
import { openApiV2Protobuf } from './v2-protobuf.ts'

interface Document {
  paths: Record<string, Record<string, { parameters: { name: string }[]; [key: string]: unknown }>>
  definitions: Record<string, { [key: string]: unknown; properties?: Record<string, Record<string, unknown>> }>
}
const documentOf = (definitions: readonly Definition[]) =>
  openApiV2Document(definitions, 'v1.36.0') as unknown as Document
const whole = documentOf([...builtInKinds, app as unknown as Definition])

test('every reference leads somewhere', () => {
  for (const reference of referencesIn(whole))
    assert.ok(whole.definitions[reference.replace('#/definitions/', '')], reference)
})

test('old kubectl finds dryRun and fieldValidation in PATCH', () => {
  const { patch } = whole.paths['/api/v1/namespaces/{namespace}/pods/{name}']!
  const names = patch!.parameters.map(({ name }) => name)
  for (const name of ['dryRun', 'fieldValidation', 'fieldManager', 'force']) assert.ok(names.includes(name), name)
  assert.deepEqual(patch!['x-kubernetes-group-version-kind'], { group: '', version: 'v1', kind: 'Pod' })
})

test('quantities and ports are text, structs are references', () => {
  assert.equal(whole.definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']?.type, 'string')
  assert.equal(whole.definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']?.type, 'string')
  const spec = whole.definitions['io.k8s.api.core.v1.Pod']!.properties!.spec!
  assert.equal(spec.$ref, '#/definitions/io.k8s.api.core.v1.PodSpec')
})

test('arrays have one kind of item, everything else a type or a reference', () => {
  for (const [name, { properties = {} }] of Object.entries(whole.definitions))
    for (const [key, one] of Object.entries(properties))
      if (one.type === 'array') assert.ok(one.items, `${name}.${key}`)
})

test('what v2 cannot say is left out of custom kinds', () => {
  const schema = {
    type: 'object' as const,
    properties: { a: text({ nullable: true, anyOf: [{ pattern: 'x' }] }), b: { 'x-kubernetes-int-or-string': true } },
  }
  const { definitions } = documentOf([{ ...(app as unknown as Definition), schema }])
  const { a, b } = definitions['dev.sampan.v1.App']!.properties!
  assert.deepEqual(a, {})
  assert.deepEqual(b, { type: 'string', format: 'int-or-string', 'x-kubernetes-int-or-string': true })
})

test('custom kinds that take anything show no fields', () => {
  const open = { 'x-kubernetes-preserve-unknown-fields': true as const, properties: { x: text() } }
  const kind = (schema: object) =>
    documentOf([{ ...(app as unknown as Definition), schema: { type: 'object', ...schema } }])
  const { definitions } = kind(open)
  const { 'x-kubernetes-group-version-kind': gvk, ...rest } = definitions['dev.sampan.v1.App'] as Record<
    string,
    unknown
  >
  assert.deepEqual([rest, Array.isArray(gvk)], [{ type: 'object' }, true])
  const inside = kind({ properties: { spec: { type: 'object', ...open, description: 'any' } } }).definitions
  assert.deepEqual(inside['dev.sampan.v1.App']!.properties!.spec, {
    type: 'object',
    description: 'any',
    'x-kubernetes-preserve-unknown-fields': true,
  })
})

test('the whole document fits the protobuf form', () => {
  const bytes = openApiV2Protobuf(whole as unknown as Record<string, unknown>)
  assert.ok(bytes.length > 300_000, String(bytes.length))
})
