import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf, textOf } from '../protobuf/wire.ts'
import { openApiV2Protobuf, v2Protobuf } from './v2-protobuf.ts'

/** The message at a path of field numbers, taking the first of each. */
function at(bytes: Uint8Array, ...numbers: number[]): Uint8Array {
  let here = bytes
  for (const number of numbers) {
    const field = [...fieldsOf(here)].find((one) => one.number === number)
    assert.ok(field?.type === 'bytes', `no field ${number}`)
    here = field.value
  }
  return here
}
const text = (bytes: Uint8Array, ...numbers: number[]) => textOf(at(bytes, ...numbers))

const document = {
  swagger: '2.0',
  info: { title: 'Kubernetes', version: 'v1' },
  paths: {
    '/api/v1/pods': {
      patch: {
        operationId: 'patchPod',
        parameters: [
          { name: 'dryRun', in: 'query', type: 'string' },
          { name: 'body', in: 'body', schema: { $ref: '#/definitions/Pod' } },
        ],
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Pod' } } },
        'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'Pod' },
      },
      parameters: [{ name: 'name', in: 'path', required: true, type: 'string' }],
    },
  },
  definitions: {
    Pod: {
      type: 'object',
      description: 'A pod',
      required: ['spec'],
      properties: {
        ports: { type: 'array', items: { type: 'integer', format: 'int32' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        closed: { type: 'object', additionalProperties: false },
      },
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
    },
  },
}
const bytes = openApiV2Protobuf(document)

test('the parts of a document are where gnostic looks for them', () => {
  assert.equal(text(bytes, 1), '2.0')
  assert.equal(text(bytes, 2, 1), 'Kubernetes')
  const pathItem = at(bytes, 8, 2)
  assert.equal(text(pathItem, 1), '/api/v1/pods')
  const patch = at(pathItem, 2, 8)
  assert.equal(text(patch, 5), 'patchPod')
  assert.equal(text(patch, 8, 1, 2, 3, 4), 'dryRun')
  assert.equal(text(pathItem, 2, 9, 1, 2, 4, 4), 'name')
  const body = [...fieldsOf(patch)].filter((one) => one.number === 8)[1]
  assert.equal(text((body as { value: Uint8Array }).value, 1, 1, 5, 1), '#/definitions/Pod')
  assert.equal(text(patch, 9, 1, 1), '200')
  assert.equal(text(patch, 9, 1, 2, 1, 2, 1, 1), '#/definitions/Pod')
  assert.deepEqual(JSON.parse(text(patch, 13, 2, 2)), { group: '', version: 'v1', kind: 'Pod' })
})

test('schemas', () => {
  const named = at(bytes, 9, 1)
  assert.equal(text(named, 1), 'Pod')
  const schema = at(named, 2)
  assert.equal(text(schema, 22, 1), 'object')
  assert.equal(text(schema, 4), 'A pod')
  assert.equal(text(schema, 19), 'spec')
  const properties = [...fieldsOf(at(schema, 25))].map((one) => (one as { value: Uint8Array }).value)
  assert.deepEqual(
    properties.map((one) => text(one, 1)),
    ['ports', 'labels', 'closed'],
  )
  assert.equal(text(properties[0]!, 2, 23, 1, 2), 'int32')
  assert.equal(text(properties[1]!, 2, 21, 1, 22, 1), 'string')
  assert.equal(text(schema, 31, 1), 'x-kubernetes-group-version-kind')
})

test('both spellings that kubectl uses are recognised', () => {
  for (const accept of [
    'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    'application/com.github.proto-openapi.spec.v2.v1.0+protobuf, application/json',
  ])
    assert.match(accept, v2Protobuf.accepted)
  assert.doesNotMatch('application/json', v2Protobuf.accepted)
})
