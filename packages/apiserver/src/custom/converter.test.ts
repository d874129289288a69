import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type Api, type Json, mergePatchType, testApi } from '../api.test-support.ts'
import { type Webhooks, webhooks } from '../webhook.test-support.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const things = (version: string) => `/apis/stable.example.com/${version}/namespaces/default/things`

const version = (name: string, storage: boolean, properties: object) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties } },
})
const text = { type: 'string' }
const versions = (storage: 'v1' | 'v2') => [
  version('v1', storage === 'v1', { hostPort: text }),
  version('v2', storage === 'v2', { host: text, port: text }),
]

/** As the conformance suite's webhook: `hostPort` of v1 is `host` and `port` of v2. */
function convert(object: Json, apiVersion: string): Json {
  const { hostPort, host, port, ...rest } = object
  if (apiVersion.endsWith('v1')) return { ...rest, apiVersion, hostPort: `${host}:${port}` }
  const [name, number] = (hostPort ?? ':').split(':')
  return { ...rest, apiVersion, host: name, port: number }
}

describe('conversion webhooks', () => {
  let api: Api
  let hooks: Webhooks
  let answer: (review: Json) => Json
  let asked = 0

  const converted = ({ uid, objects, desiredAPIVersion }: Json) => ({
    uid,
    result: { status: 'Success' },
    convertedObjects: objects.map((one: Json) => convert(one, desiredAPIVersion)),
  })

  before(async () => {
    hooks = await webhooks((review) => {
      asked++
      return { ...review, request: undefined, response: answer(review.request) }
    })
    api = await testApi()
  })
  after(async () => {
    await api.end()
    await hooks.close()
  })
  beforeEach(async () => {
    answer = converted
    await api.ask('DELETE', `${definitions}/things.stable.example.com`)
    const made = await api.ask('POST', definitions, {
      metadata: { name: 'things.stable.example.com' },
      spec: {
        group: 'stable.example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: versions('v1'),
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: hooks.clientConfig('/crdconvert'), conversionReviewVersions: ['v1', 'v1beta1'] },
        },
      },
    })
    assert.equal(made.status, 201, made.body.message)
    asked = 0
  })

  const create = (name: string) => api.ask('POST', things('v1'), { metadata: { name }, hostPort: 'localhost:8080' })
  const useStorage = (storage: 'v1' | 'v2') =>
    api.ask(
      'PATCH',
      `${definitions}/things.stable.example.com`,
      { spec: { versions: versions(storage) } },
      mergePatchType,
    )

  const isV2 = (object: Json) => {
    assert.equal(object.apiVersion, 'stable.example.com/v2')
    assert.deepEqual([object.host, object.port, object.hostPort], ['localhost', '8080', undefined])
  }

  test('what is written as v1 is read as v2', async () => {
    assert.equal((await create('one')).status, 201)
    assert.equal(asked, 0)
    isV2((await api.ask('GET', `${things('v2')}/one`)).body)
    await api.ask('GET', `${things('v2')}/one`)
    assert.equal(asked, 1)
  })

  test('a list of objects of both versions', async () => {
    await create('one')
    const changed = await useStorage('v2')
    assert.deepEqual(changed.body.status.storedVersions, ['v1', 'v2'])
    const two = await create('two')
    assert.deepEqual(
      [two.status, two.body.apiVersion, two.body.hostPort],
      [201, 'stable.example.com/v1', 'localhost:8080'],
    )
    for (const wanted of ['v1', 'v2']) {
      const { body } = await api.ask('GET', things(wanted))
      assert.equal(body.items.length, 2)
      for (const item of body.items) {
        assert.equal(item.apiVersion, `stable.example.com/${wanted}`)
        if (wanted === 'v2') isV2(item)
        else assert.equal(item.hostPort, 'localhost:8080')
      }
    }
  })

  test('changes through the other version', async () => {
    await create('one')
    const patched = await api.ask('PATCH', `${things('v2')}/one`, { port: '9090' }, mergePatchType)
    assert.deepEqual([patched.status, patched.body.host, patched.body.port], [200, 'localhost', '9090'])
    assert.equal((await api.ask('GET', `${things('v1')}/one`)).body.hostPort, 'localhost:9090')
    const watching = await api.watch(`${things('v2')}?watch=true`)
    const first = await watching.next()
    assert.deepEqual([first.type, first.object.port], ['ADDED', '9090'])
    await api.ask('PATCH', `${things('v1')}/one`, { hostPort: 'a:1' }, mergePatchType)
    const next = await watching.next()
    assert.deepEqual([next.type, next.object.host, next.object.port], ['MODIFIED', 'a', '1'])
    assert.equal((await api.ask('DELETE', `${things('v2')}/one`)).status, 200)
    assert.equal((await watching.next()).type, 'DELETED')
    watching.close()
  })

  const failures: [string, (request: Json) => Json, RegExp][] = [
    [
      'refuses',
      ({ uid }) => ({ uid, result: { status: 'Failed', message: 'cannot do that' } }),
      /conversion webhook for stable\.example\.com\/v1, Kind=Thing failed: cannot do that/,
    ],
    [
      'answers with too little',
      ({ uid }) => ({ uid, result: { status: 'Success' }, convertedObjects: [] }),
      /expected 1 converted objects, got 0/,
    ],
    [
      'changes the name',
      (request) => {
        const made = converted(request)
        made.convertedObjects[0].metadata = { ...made.convertedObjects[0].metadata, name: 'x' }
        return made
      },
      /must have the same name/,
    ],
  ]
  for (const [what, made, message] of failures)
    test(`a webhook that ${what} is an error of the read, not of the server`, async () => {
      await create('one')
      answer = made
      const { status, body } = await api.ask('GET', `${things('v2')}/one`)
      assert.deepEqual([status, body.reason], [500, 'InternalError'])
      assert.match(body.message, message)
      assert.equal((await api.ask('GET', `${things('v1')}/one`)).status, 200)
    })
})
