import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@sampan/resources/meta'
import { conflictsIn, contested, filledIn } from './managed-fields.ts'

const fieldsV1 = {
  'f:spec': {
    'f:replicas': {},
    'f:template': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {} } }, 'f:args': { 'v:"-v"': {} } },
  },
}
const deployment = (replicas: number, image: string, more: object = {}) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      managedFields: [
        { manager: 'helm', fieldsV1 },
        { manager: 'console', fieldsV1 },
        { manager: 'hpa', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      ],
    },
    spec: { replicas, paused: false, template: { containers: [{ name: 'app', image, ...more }] } },
  }) as KubeObject

const cases = [
  { name: 'nothing', after: deployment(1, 'a'), want: [] },
  {
    name: 'a field two others keep',
    after: deployment(2, 'a'),
    want: [{ field: 'spec.replicas', managers: ['helm', 'hpa'] }],
  },
  {
    name: 'a field of an item of a list',
    after: deployment(1, 'b'),
    want: [{ field: 'spec.template.containers[0].image', managers: ['helm'] }],
  },
  { name: 'a field nobody keeps', after: deployment(1, 'a', { tty: true }), want: [] },
]
for (const { name, after, want } of cases) {
  test(`a change of ${name} concerns those who keep it`, () =>
    assert.deepEqual(contested(deployment(1, 'a'), after, 'console'), want))
}

test('what the server fills in is what nobody wrote, as high up as it is whole', () => {
  const written = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' }, spec: { list: [{ name: 'a' }] } }
  const answer = {
    ...written,
    metadata: { name: 'a', uid: 'u' },
    spec: { list: [{ name: 'a', port: 1 }], strategy: { type: 'x' } },
    status: {},
  }
  assert.deepEqual(filledIn(written, answer), ['spec.list[0].port', 'spec.strategy'])
})

test('a refusal for conflicts names each field with those who keep it', () => {
  const causes = [
    { reason: 'FieldManagerConflict', field: '.spec.replicas', message: 'conflict with "helm" using apps/v1' },
    { reason: 'FieldManagerConflict', field: '.spec.replicas', message: 'conflict with "hpa"' },
    { reason: 'FieldValueInvalid', field: 'spec', message: 'x' },
  ]
  assert.deepEqual(conflictsIn({ causes }), [{ field: 'spec.replicas', managers: ['helm', 'hpa'] }])
})
