import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, applyType, mergePatchType, testApi } from '../../api.test-support.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

let count = 0

/** A definition of its own with this schema; `collection` is where its objects are. */
function definition(properties: object, more: { rules?: object[]; status?: boolean } = {}) {
  const plural = `things${++count}`
  const group = 'rules.example.com'
  const schema = {
    type: 'object',
    ...(more.rules && { 'x-kubernetes-validations': more.rules }),
    properties,
  }
  return {
    collection: `/apis/${group}/v1/namespaces/default/${plural}`,
    body: {
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, kind: `Thing${count}` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            ...(more.status && { subresources: { status: {} } }),
          },
        ],
      },
    },
  }
}

const validations = (...rules: (string | object)[]) => ({
  'x-kubernetes-validations': rules.map((one) => (typeof one === 'string' ? { rule: one } : one)),
})

/** As the conformance suite has it. */
const conformance = {
  spec: {
    type: 'object',
    ...validations(
      'self.x + self.y > 0',
      'self.firstArray.isSorted() && self.secondArray.isSorted() && ((self.firstArray.sum() + self.secondArray.sum()) % 2 == 0)',
      'self.largeArray.all(x, self.largeArray.all(y, y == x))',
    ),
    properties: {
      x: { type: 'integer' },
      y: { type: 'integer' },
      firstArray: { type: 'array', maxItems: 1000, items: { type: 'integer' } },
      secondArray: { type: 'array', maxItems: 1000, items: { type: 'integer' } },
      largeArray: { type: 'array', maxItems: 725, items: { type: 'integer' } },
    },
  },
  status: {
    type: 'object',
    ...validations("self.health == 'ok' || self.health == 'unhealthy'"),
    properties: { health: { type: 'string' } },
  },
}

describe('x-kubernetes-validations', () => {
  let api: Api
  before(async () => {
    api = await testApi()
  })
  after(() => api.end())

  const define = async (...args: Parameters<typeof definition>) => {
    const { collection, body } = definition(...args)
    const made = await api.ask('POST', definitions, body)
    assert.equal(made.status, 201, made.body.message)
    return collection
  }

  test('the objects of the conformance suite', async () => {
    const things = await define(conformance)
    const good = { x: 1, y: 0, firstArray: [3, 4], secondArray: [5, 10], largeArray: [2, 2] }
    assert.equal((await api.ask('POST', things, { metadata: { name: 'good' }, spec: good })).status, 201)
    const bad = await api.ask('POST', things, { metadata: { name: 'bad' }, spec: { x: 0, y: 0 } })
    assert.equal(bad.status, 422)
    assert.match(bad.body.message, /spec: Invalid value: "object": failed rule: self\.x \+ self\.y > 0/)
    assert.match(bad.body.message, /no such key: firstArray evaluating rule: self\.firstArray/)
    const large = await api.ask('POST', things, { metadata: { name: 'l' }, spec: { largeArray: Array(725).fill(20) } })
    assert.equal(large.status, 422)
    assert.match(large.body.message, /call cost exceeds limit/)
  })

  const refused: [string, object, RegExp][] = [
    [
      'a field that does not exist',
      { spec: { type: 'object', ...validations('self.z == 100'), properties: { x: { type: 'integer' } } } },
      /spec\.validation\.openAPIV3Schema\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: .*compilation failed: ERROR: <input>:1:5: undefined field 'z'\n \| self\.z == 100\n \| \.\.\.\.\^/s,
    ],
    ['a syntax error', { spec: { type: 'object', ...validations('self = 42') } }, /Syntax error/],
    [
      'a rule that may cost too much',
      {
        spec: {
          type: 'object',
          properties: {
            x: {
              type: 'array',
              items: {
                type: 'array',
                items: { type: 'string' },
                ...validations("self.all(s, s == 'string constant')"),
              },
            },
          },
        },
      },
      /Forbidden: estimated rule cost exceeds budget by factor of more than 100x/,
    ],
    [
      'a rule that is no question',
      { spec: { type: 'string', ...validations('self + "x"') } },
      /cel expression must evaluate to a bool/,
    ],
    [
      'a transition rule where old values cannot be told',
      {
        spec: {
          type: 'array',
          maxItems: 5,
          items: { type: 'string', maxLength: 5, ...validations('self == oldSelf') },
        },
      },
      /oldSelf cannot be used on the uncorrelatable portion of the schema/,
    ],
    [
      'a message that is no text',
      { spec: { type: 'integer', ...validations({ rule: 'self > 1', messageExpression: 'self' }) } },
      /messageExpression must evaluate to a string/,
    ],
    [
      'a fieldPath that leads nowhere',
      {
        spec: {
          type: 'object',
          properties: { a: { type: 'integer' } },
          ...validations({ rule: 'self.a > 1', fieldPath: '.b' }),
        },
      },
      /fieldPath must be a valid path: does not refer to a valid field/,
    ],
    [
      'an unknown reason',
      { spec: { type: 'integer', ...validations({ rule: 'self > 1', reason: 'Bad' }) } },
      /reason: Unsupported value: "Bad"/,
    ],
  ]
  for (const [what, properties, message] of refused)
    test(`a definition is refused for ${what}`, async () => {
      const { status, body } = await api.ask('POST', definitions, definition(properties).body)
      assert.equal(status, 422)
      assert.match(body.message, message)
    })

  test('transition rules compare with what was', async () => {
    const things = await define({
      spec: { type: 'object', properties: { num: { type: 'integer', ...validations('self > oldSelf') } } },
    })
    assert.equal((await api.ask('POST', things, { metadata: { name: 't' }, spec: { num: 10 } })).status, 201)
    const lower = await api.ask('PATCH', `${things}/t`, { spec: { num: 9 } }, mergePatchType)
    assert.equal(lower.status, 422)
    assert.match(lower.body.message, /spec\.num: Invalid value: "integer": failed rule: self > oldSelf/)
    assert.equal((await api.ask('PATCH', `${things}/t`, { spec: { num: 11 } }, mergePatchType)).status, 200)
  })

  test('apply and status are checked too', async () => {
    const things = await define(
      {
        spec: { type: 'object', properties: { n: { type: 'integer', ...validations('self < 5') } } },
        status: {
          type: 'object',
          ...validations("self.health in ['ok', 'bad']"),
          properties: { health: { type: 'string' } },
        },
      },
      { status: true },
    )
    const [, , group, version] = things.split('/')
    const applied = (n: number) =>
      api.ask(
        'PATCH',
        `${things}/a?fieldManager=me`,
        { apiVersion: `${group}/${version}`, kind: `Thing${count}`, spec: { n } },
        applyType,
      )
    assert.equal((await applied(9)).status, 422)
    assert.equal((await applied(3)).status, 201)
    const status = (health: string) => api.ask('PATCH', `${things}/a/status`, { status: { health } }, mergePatchType)
    assert.equal((await status('odd')).status, 422)
    assert.equal((await status('ok')).status, 200)
  })

  test('messages, reasons and field paths', async () => {
    const things = await define({
      spec: {
        type: 'object',
        ...validations(
          {
            rule: 'self.min <= self.max',
            messageExpression: "'min (%d) is more than max (%d)'.format([self.min, self.max])",
            fieldPath: '.min',
          },
          { rule: 'self.min > 0', message: 'must be positive', reason: 'FieldValueForbidden' },
        ),
        properties: { min: { type: 'integer' }, max: { type: 'integer' } },
      },
    })
    const { body } = await api.ask('POST', things, { metadata: { name: 'm' }, spec: { min: 0, max: -1 } })
    assert.deepEqual(
      body.details.causes.map(({ field, message, reason }: Record<string, string>) => [field, reason, message]),
      [
        ['spec.min', 'FieldValueInvalid', 'Invalid value: "object": min (0) is more than max (-1)'],
        ['spec', 'FieldValueForbidden', 'Forbidden: must be positive'],
      ],
    )
  })

  test('values are typed by the schema', async () => {
    const things = await define(
      {
        spec: {
          type: 'object',
          properties: {
            port: { 'x-kubernetes-int-or-string': true },
            at: { type: 'string', format: 'date-time' },
            data: { type: 'string', format: 'byte' },
            wait: { type: 'string', format: 'duration' },
            namespace: { type: 'string' },
            'my-name': { type: 'string' },
            ratio: { type: 'number' },
            tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            maybe: { type: 'string', nullable: true },
          },
          ...validations(
            'type(self.port) == int ? self.port > 10 : self.port.endsWith("%")',
            'self.at > timestamp("2020-01-01T00:00:00Z")',
            'self.data == b"hi"',
            'self.wait < duration("1h")',
            'self.__namespace__ == "n" && self.my__dash__name == "m"',
            'self.ratio == 1.0',
            'self.tags == ["b", "a"]',
            'self.labels["app"] == "x" && self.labels.all(k, k != "y")',
            '!has(self.maybe)',
          ),
        },
      },
      { rules: [{ rule: "self.metadata.name.startsWith('v') && self.kind != ''" }] },
    )
    const spec = {
      port: '50%',
      at: '2024-01-01T00:00:00Z',
      data: 'aGk=',
      wait: '30m',
      namespace: 'n',
      'my-name': 'm',
      ratio: 1,
      tags: ['a', 'b'],
      labels: { app: 'x' },
    }
    const made = await api.ask('POST', things, { metadata: { name: 'v' }, spec })
    assert.equal(made.status, 201, made.body.message)
    const named = await api.ask('POST', things, { metadata: { name: 'w' }, spec: { ...spec, port: 5 } })
    assert.equal(named.body.details.causes.length, 2)
  })

  test('optionalOldSelf rules run on create', async () => {
    const things = await define({
      spec: {
        type: 'string',
        maxLength: 10,
        ...validations({ rule: "oldSelf.hasValue() || self == 'new'", optionalOldSelf: true }),
      },
    })
    assert.equal((await api.ask('POST', things, { metadata: { name: 'o' }, spec: 'old' })).status, 422)
    assert.equal((await api.ask('POST', things, { metadata: { name: 'o' }, spec: 'new' })).status, 201)
    assert.equal((await api.ask('PATCH', `${things}/o`, { spec: 'any' }, mergePatchType)).status, 200)
  })

  test('what was wrong before and is left alone does not stop a write', async () => {
    const { collection, body } = definition({
      a: { type: 'string', maxLength: 10 },
      b: { type: 'string', maxLength: 10 },
    })
    await api.ask('POST', definitions, body)
    await api.ask('POST', collection, { metadata: { name: 'r' }, a: 'bad', b: 'x' })
    const properties = {
      a: { type: 'string', maxLength: 10, enum: ['good'], ...validations("self == 'good'") },
      b: { type: 'string', maxLength: 10, ...validations("self != 'bad'") },
    }
    const stricter = {
      spec: { versions: [{ ...body.spec.versions[0], schema: { openAPIV3Schema: { type: 'object', properties } } }] },
    }
    const patched = await api.ask('PATCH', `${definitions}/${body.metadata.name}`, stricter, mergePatchType)
    assert.equal(patched.status, 200, patched.body.message)
    const patch = (what: object) => api.ask('PATCH', `${collection}/r`, what, mergePatchType)
    const other = await patch({ b: 'y' })
    assert.equal(other.status, 200, other.body.message)
    assert.match(other.headers.get('warning')!, /failed rule: self == 'good'/)
    assert.equal((await patch({ a: 'worse' })).status, 422)
    assert.equal((await patch({ b: 'bad' })).status, 422)
    assert.equal((await patch({ a: 'good' })).status, 200)
  })

  test('rules of lists with keys see the old element', async () => {
    const things = await define({
      list: {
        type: 'array',
        maxItems: 10,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string', maxLength: 10 },
            value: { type: 'integer', ...validations('self >= oldSelf') },
          },
        },
      },
    })
    await api.ask('POST', things, {
      metadata: { name: 'k' },
      list: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
    })
    const patch = (list: object[]) => api.ask('PATCH', `${things}/k`, { list }, mergePatchType)
    assert.equal(
      (
        await patch([
          { name: 'b', value: 3 },
          { name: 'a', value: 1 },
        ])
      ).status,
      200,
    )
    const lower = await patch([{ name: 'a', value: 0 }])
    assert.match(lower.body.message, /list\[0\]\.value: Invalid value/)
  })
})
