import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appParameters } from '@sampan/resources/sampan/app'
import { fieldsOf, titleFrom, withField } from './schema-fields.ts'
import { formSchema } from './service-types.ts'

test('every parameter of an app has its field', () => {
  const kinds = Object.fromEntries(fieldsOf(appParameters).map(({ name, kind }) => [name, kind]))
  assert.deepEqual(
    [kinds.port, kinds.replicas, kinds.cpu, kinds.env, kinds.command, kinds.route, kinds.more],
    ['number', 'number', 'text', 'map', 'list', 'group', 'json'],
  )
})

test('what a service type asks for becomes fields, those it hides do not', () => {
  const parameters = {
    type: 'object',
    'x-sampan-hidden': ['port', 'route'],
    required: ['size'],
    properties: {
      size: { type: 'string', enum: ['small', 'large'], title: 'Size' },
      keepDays: { type: 'integer', minimum: 1 },
      isPublic: { type: 'boolean' },
      note: { type: 'string', maxLength: 500 },
      rules: { type: 'array', items: { type: 'object' } },
    },
  }
  const schema = formSchema({ spec: { template: '', parameters } } as never)
  const names = fieldsOf(schema).map(({ name }) => name)
  assert.deepEqual([names.includes('port'), names.includes('route'), names.includes('replicas')], [false, false, true])
  assert.deepEqual(
    fieldsOf(schema.properties!.more!).map(({ name, kind, isRequired, title }) => [name, kind, isRequired, title]),
    [
      ['size', 'choice', true, 'Size'],
      ['keepDays', 'number', false, undefined],
      ['isPublic', 'switch', false, undefined],
      ['note', 'long', false, undefined],
      ['rules', 'json', false, undefined],
    ],
  )
})

test('a field that is emptied takes its default again', () => {
  assert.deepEqual(withField({ a: 1, b: 2 }, 'a', ''), { b: 2 })
  assert.deepEqual(withField({}, 'a', 0), { a: 0 })
  assert.equal(titleFrom('keepDays_max'), 'Keep days max')
})
