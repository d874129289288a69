import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from './api.ts'
import { refusalsIn } from './edit-object.ts'

const cases = [
  {
    name: 'causes with fields',
    refused: new Refused(422, 'invalid', undefined, [
      { field: 'spec.replicas', message: 'must not be negative' },
      { field: 'spec.template.spec.containers[0].image', message: 'required' },
    ]),
    want: ['spec.replicas: must not be negative', 'spec.template.spec.containers.0.image: required'],
  },
  {
    name: 'strict decoding',
    refused: new Refused(400, 'strict decoding error: unknown field "spec.replica", duplicate field "spec.x"'),
    want: ['spec.replica: unknown field "spec.replica"', 'spec.x: duplicate field "spec.x"'],
  },
  { name: 'no field at all', refused: new Refused(403, 'forbidden'), want: [] },
]
for (const { name, refused, want } of cases)
  test(`fields of a refusal: ${name}`, () =>
    assert.deepEqual(
      refusalsIn(refused).map(({ path, message }) => `${path.join('.')}: ${message}`),
      want,
    ))
