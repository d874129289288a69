import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, applyType, mergePatchType, strategicType, testApi } from '../api.test-support.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const crontabs = '/apis/stable.example.com/v1/namespaces/default/crontabs'

const spec = {
  type: 'object',
  required: ['cron'],
  properties: {
    cron: { type: 'string', pattern: '^[*0-9 ]+$' },
    replicas: { type: 'integer', minimum: 1, maximum: 10, default: 2 },
    mode: { type: 'string', enum: ['fast', 'slow'] },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    hosts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, port: { type: 'integer' } },
      },
    },
  },
}

const crd = (more: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab', shortNames: ['ct'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec,
              status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
            },
          },
        },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [{ name: 'Cron', type: 'string', jsonPath: '.spec.cron' }],
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
    ...more,
  },
})

const crontab = (name: string, more: object = {}) => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name },
  spec: { cron: '* *', ...more },
})

describe('custom kinds', () => {
  let api: Api
  before(async () => {
    api = await testApi()
  })
  after(() => api.end())

  test('are served as soon as their definition is answered', async () => {
    const made = await api.ask('POST', definitions, crd())
    assert.equal(made.status, 201)
    assert.deepEqual(
      made.body.status.conditions.map((one: Record<string, string>) => [one.type, one.status]),
      [
        ['NamesAccepted', 'True'],
        ['Established', 'True'],
      ],
    )
    assert.deepEqual(made.body.status.storedVersions, ['v1'])
    assert.deepEqual([made.body.spec.names.singular, made.body.spec.names.listKind], ['crontab', 'CronTabList'])
    const empty = await api.ask('GET', crontabs)
    assert.deepEqual([empty.status, empty.body.kind], [200, 'CronTabList'])
    const { body } = await api.ask('GET', '/apis/stable.example.com')
    assert.deepEqual(
      body.versions.map((one: { version: string }) => one.version),
      ['v1', 'v1beta1'],
    )
    const index = await api.ask('GET', '/openapi/v3')
    assert.ok(index.body.paths['apis/stable.example.com/v1'])
  })

  test('are defaulted and pruned', async () => {
    const { status, body } = await api.ask('POST', crontabs, crontab('one', { typo: 1, open: { any: { thing: 1 } } }))
    assert.equal(status, 201, JSON.stringify(body))
    assert.deepEqual(body.spec, { cron: '* *', replicas: 2, open: { any: { thing: 1 } } })
    assert.equal(body.metadata.generation, 1)
    const strict = await api.ask('POST', `${crontabs}?fieldValidation=Strict`, crontab('strict', { typo: 1 }))
    assert.deepEqual([strict.status, strict.body.message], [400, 'strict decoding error: unknown field "spec.typo"'])
    const meta = { ...crontab('meta'), metadata: { name: 'meta', lables: {} } }
    const misspelt = await api.ask('POST', `${crontabs}?fieldValidation=Strict`, meta)
    assert.equal(misspelt.body.message, 'strict decoding error: unknown field "metadata.lables"')
  })

  const wrong: [string, object, RegExp][] = [
    ['type', { cron: 5 }, /spec\.cron: Invalid value: "integer": spec\.cron in body must be of type string: "integer"/],
    ['enum', { mode: 'odd' }, /spec\.mode: Unsupported value: "odd": supported values: "fast", "slow"/],
    [
      'minimum',
      { replicas: 0 },
      /spec\.replicas: Invalid value: 0: spec\.replicas in body should be greater than or equal to 1/,
    ],
    ['pattern', { cron: 'x' }, /spec\.cron in body should match/],
    ['required', { cron: undefined }, /spec\.cron: Required value/],
    ['key twice', { hosts: [{ name: 'a' }, { name: 'a' }] }, /Duplicate value/],
  ]
  for (const [what, more, message] of wrong)
    test(`are checked by their schema: ${what}`, async () => {
      const { status, body } = await api.ask('POST', crontabs, crontab('bad', more))
      assert.deepEqual([status, body.reason, body.details.kind], [422, 'Invalid', 'CronTab'])
      assert.match(body.message, message)
    })

  test('have status and scale', async () => {
    const status = await api.ask(
      'PATCH',
      `${crontabs}/one/status`,
      { status: { replicas: 3, selector: 'a=b' }, spec: { replicas: 9 } },
      mergePatchType,
    )
    assert.deepEqual([status.body.status.replicas, status.body.spec.replicas], [3, 2])
    const scaled = await api.ask('PATCH', `${crontabs}/one/scale`, { spec: { replicas: 4 } }, mergePatchType)
    assert.deepEqual([scaled.body.spec.replicas, scaled.body.status], [4, { replicas: 3, selector: 'a=b' }])
    assert.equal((await api.ask('GET', `${crontabs}/one`)).body.metadata.generation, 2)
  })

  test('are shown by their columns', async () => {
    const { body } = await api.ask('GET', crontabs, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    assert.deepEqual(
      body.columnDefinitions.map((one: { name: string }) => one.name),
      ['Name', 'Cron'],
    )
    assert.deepEqual(body.rows[0].cells, ['one', '* *'])
  })

  test('are shown by columns that keep their type and say where they look; what is missing is no zero', async () => {
    const columns = [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio', format: 'double' },
      { name: 'Until', type: 'date', jsonPath: '.spec.until' },
      { name: 'Open', type: 'boolean', jsonPath: '.spec.open', description: 'Whether it is open.' },
    ]
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const group = 'columns.example.com'
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `shops.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { kind: 'Shop', plural: 'shops' },
        versions: [{ name: 'v1', served: true, storage: true, schema, additionalPrinterColumns: columns }],
      },
    }
    assert.equal((await api.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd)).status, 201)
    const shops = `/apis/${group}/v1/shops`
    const until = new Date(Date.now() - 3 * 3_600_000).toISOString()
    const shop = (name: string, spec: object) => ({ apiVersion: `${group}/v1`, kind: 'Shop', metadata: { name }, spec })
    for (let tries = 0; (await api.ask('GET', shops)).status !== 200 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    await api.ask('POST', shops, shop('a', {}))
    await api.ask('POST', shops, shop('b', { size: 2.7, ratio: 0.25, until, open: true }))
    const { body } = await api.ask('GET', shops, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
    assert.deepEqual(
      body.columnDefinitions.slice(1).map((one: Record<string, string>) => [one.type, one.format, one.description]),
      [
        ['integer', '', 'Custom resource definition column (in JSONPath format): .spec.size'],
        ['number', 'double', 'Custom resource definition column (in JSONPath format): .spec.ratio'],
        ['date', '', 'Custom resource definition column (in JSONPath format): .spec.until'],
        ['boolean', '', 'Whether it is open.'],
      ],
    )
    assert.deepEqual(
      body.rows.map((one: { cells: unknown[] }) => one.cells),
      [
        ['a', null, null, null, null],
        ['b', 2, 0.25, '3h', true],
      ],
    )
  })

  test('have no strategic merge patch', async () => {
    assert.equal((await api.ask('PATCH', `${crontabs}/one`, {}, strategicType)).status, 415)
  })

  test('merge lists by the keys of their schema in server-side apply', async () => {
    const path = (who: string) => `${crontabs}/applied?fieldManager=${who}`
    await api.ask('PATCH', path('one'), crontab('applied', { hosts: [{ name: 'a', port: 1 }] }), applyType)
    const { body } = await api.ask(
      'PATCH',
      path('two'),
      { ...crontab('applied'), spec: { cron: '* *', hosts: [{ name: 'b' }] } },
      applyType,
    )
    assert.deepEqual(
      body.spec.hosts,
      [{ name: 'a', port: 1 }, { name: 'b' }].toReversed().toSorted((x, y) => (x.name < y.name ? -1 : 1)),
    )
  })

  test('are the same objects in every version', async () => {
    const { body } = await api.ask('GET', `${crontabs.replace('/v1/', '/v1beta1/')}/one`)
    assert.deepEqual([body.apiVersion, body.spec.cron], ['stable.example.com/v1beta1', '* *'])
  })

  test('want a revision on PUT', async () => {
    const reply = await api.ask('PUT', `${crontabs}/one`, crontab('one'))
    assert.match(reply.body.message, /metadata.resourceVersion: Required value: must be specified for an update/)
  })

  test('definitions that make no sense are refused', async () => {
    const cases: [object, RegExp][] = [
      [{ ...crd(), metadata: { name: 'wrong' } }, /must be spec.names.plural/],
      [crd({ versions: [] }), /spec.versions: Required value/],
      [crd({ versions: [{ name: 'v1', served: true, storage: true }] }), /schemas are required/],
      [crd({ scope: 'Everywhere' }), /supported values: "Cluster", "Namespaced"/],
    ]
    for (const [body, message] of cases) {
      const reply = await api.ask('POST', definitions, body)
      assert.equal(reply.status, 422)
      assert.match(reply.body.message, message)
    }
  })

  test('go with their definition, objects first', async () => {
    await api.ask('POST', crontabs, {
      ...crontab('held'),
      metadata: { name: 'held', finalizers: ['example.com/hold'] },
    })
    await api.ask('DELETE', `${definitions}/crontabs.stable.example.com`)
    await until(async () => (await api.ask('GET', `${crontabs}/one`)).status === 404)
    const held = await api.ask('GET', `${crontabs}/held`)
    assert.ok(held.body.metadata.deletionTimestamp)
    await api.ask('PATCH', `${crontabs}/held`, { metadata: { finalizers: null } }, mergePatchType)
    await until(async () => (await api.ask('GET', `${definitions}/crontabs.stable.example.com`)).status === 404)
    assert.equal((await api.ask('GET', crontabs)).body, '404 page not found\n')
  })
})

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it did not happen within two seconds')
}
