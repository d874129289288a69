import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Api,
  applyType,
  configMap,
  deploymentNamed,
  jsonPatchType,
  mergePatchType,
  podNamed,
  strategicType,
  testApi,
} from './api.test-support.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const pods = '/api/v1/namespaces/default/pods'

describe('writes', () => {
  let api: Api
  before(async () => {
    api = await testApi()
  })
  after(() => api.end())

  test('create sets what the server owns, and says 409 the second time', async () => {
    const sent = configMap('one', { a: '1' }, { uid: 'mine', creationTimestamp: null, generation: 7 })
    const made = await api.ask('POST', maps, sent)
    assert.equal(made.status, 201)
    const { metadata } = made.body
    assert.match(metadata.uid, /^[0-9a-f-]{36}$/)
    assert.match(metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.match(metadata.resourceVersion, /^[1-9]\d*$/)
    assert.equal(metadata.namespace, 'default')
    assert.equal(metadata.generation, undefined, 'ConfigMaps have none')
    const again = await api.ask('POST', maps, sent)
    assert.deepEqual(
      [again.status, again.body.reason, again.body.message],
      [409, 'AlreadyExists', 'configmaps "one" already exists'],
    )
    assert.deepEqual(again.body.details, { name: 'one', kind: 'configmaps' })
  })

  test('generateName makes a name', async () => {
    const { body } = await api.ask('POST', maps, { metadata: { generateName: 'gen-' } })
    assert.match(body.metadata.name, /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    assert.deepEqual([body.kind, body.apiVersion], ['ConfigMap', 'v1'])
  })

  const refusals: [string, [string, string, unknown, Record<string, string>?], number, RegExp][] = [
    [
      'an unknown namespace',
      ['POST', '/api/v1/namespaces/nope/configmaps', configMap('x')],
      404,
      /namespaces "nope" not found/,
    ],
    [
      'another namespace in the body',
      ['POST', maps, configMap('x', {}, { namespace: 'kube-system' })],
      400,
      /does not match the namespace/,
    ],
    ['another kind', ['POST', maps, { ...configMap('x'), kind: 'Secret' }], 400, /cannot be handled as a ConfigMap/],
    [
      'another version',
      ['POST', maps, { ...configMap('x'), apiVersion: 'v2' }],
      400,
      /does not match the expected API version/,
    ],
    [
      'no name',
      ['POST', maps, { metadata: {} }],
      422,
      /metadata.name: Required value: name or generateName is required/,
    ],
    [
      'a bad name',
      ['POST', maps, configMap('Not_Good')],
      422,
      /metadata.name: Invalid value: "Not_Good": a lowercase RFC 1123 subdomain/,
    ],
    [
      'a bad label',
      ['POST', maps, configMap('x', {}, { labels: { a: '-' } })],
      422,
      /metadata.labels: Invalid value: "-"/,
    ],
    [
      'labels of the wrong type',
      ['POST', maps, configMap('x', {}, { labels: { a: 1 } })],
      400,
      /metadata.labels.a must be a string/,
    ],
    [
      'a resourceVersion on create',
      ['POST', maps, configMap('x', {}, { resourceVersion: '1' })],
      500,
      /resourceVersion should not be set/,
    ],
    ['broken JSON', ['POST', maps, '{"metadata":'], 400, /unrecognized/],
    ['an empty body', ['POST', maps, ''], 400, /empty/],
    ['a list as a body', ['POST', maps, '[]'], 400, /must be a ConfigMap/],
    ['an unknown content type', ['POST', maps, 'x', { 'content-type': 'text/plain' }], 415, /application\/json/],
    ['dryRun=Some', ['POST', `${maps}?dryRun=Some`, configMap('x')], 422, /dryRun/],
    ['a PUT where nothing is', ['PUT', `${maps}/nope`, configMap('nope')], 404, /configmaps "nope" not found/],
    ['a PUT of another name', ['PUT', `${maps}/nope`, configMap('other')], 400, /does not match the name on the URL/],
    [
      'PATCH with application/json',
      ['PATCH', `${maps}/one`, {}, { 'content-type': 'application/json' }],
      415,
      /json-patch/,
    ],
    [
      'a failing test in a JSON patch',
      ['PATCH', `${maps}/one`, [{ op: 'test', path: '/data/a', value: 'x' }], jsonPatchType],
      422,
      /./,
    ],
    [
      'a missing path in a JSON patch',
      ['PATCH', `${maps}/one`, [{ op: 'remove', path: '/data/zz' }], jsonPatchType],
      422,
      /./,
    ],
    [
      'apply without fieldManager',
      ['PATCH', `${maps}/one`, configMap('one'), applyType],
      422,
      /fieldManager: Required value/,
    ],
    [
      'a field manager nobody could read',
      ['POST', `${maps}?fieldManager=${'x'.repeat(129)}`, configMap('x')],
      422,
      /fieldManager: Too long/,
    ],
    [
      'DELETE of a protected namespace',
      ['DELETE', '/api/v1/namespaces/default', undefined],
      403,
      /this namespace may not be deleted/,
    ],
    [
      'DELETE with another uid',
      ['DELETE', `${maps}/one`, { preconditions: { uid: 'x' } }],
      409,
      /UID in the precondition/,
    ],
    [
      'both ways of propagation',
      ['DELETE', `${maps}/one`, { orphanDependents: true, propagationPolicy: 'Orphan' }],
      422,
      /cannot be both set/,
    ],
    ['a too large body', ['POST', maps, configMap('x', { a: 'x'.repeat(4 << 20) })], 413, /too large/],
    ['a method that is not there', ['POST', `${maps}/one`, {}], 405, /does not allow this method/],
  ]
  for (const [name, [method, path, body, headers], status, message] of refusals)
    test(`refuses ${name}`, async () => {
      const reply = await api.ask(method, path, body, headers)
      assert.equal(reply.body.kind, 'Status', JSON.stringify(reply.body))
      assert.deepEqual([reply.status, reply.body.code, reply.body.status], [status, status, 'Failure'])
      assert.match(reply.body.message, message)
    })

  test('unknown paths are plain 404s', async () => {
    for (const path of [
      '/nope',
      '/api/v1/nopes',
      '/apis/nope/v1/x',
      '/api/v1/namespaces/default/configmaps/one/nope',
    ]) {
      const { status, body } = await api.ask('GET', path)
      assert.deepEqual([status, body], [404, '404 page not found\n'], path)
    }
  })

  test('update checks the revision, and changes nothing when nothing changes', async () => {
    const { body: first } = await api.ask('POST', maps, configMap('up', { a: '1' }))
    const { body: second } = await api.ask('PUT', `${maps}/up`, { ...first, data: { a: '2' } })
    assert.equal(second.data.a, '2')
    assert.ok(Number(second.metadata.resourceVersion) > Number(first.metadata.resourceVersion))
    const stale = await api.ask('PUT', `${maps}/up`, { ...first, data: { a: '3' } })
    assert.deepEqual([stale.status, stale.body.reason], [409, 'Conflict'])
    const { body: same } = await api.ask('PUT', `${maps}/up`, second)
    assert.equal(same.metadata.resourceVersion, second.metadata.resourceVersion)
    const { body: unconditional } = await api.ask('PUT', `${maps}/up`, configMap('up', { a: '4' }))
    assert.deepEqual([unconditional.data.a, unconditional.metadata.uid], ['4', first.metadata.uid])
  })

  test('patches in four languages', async () => {
    await api.ask('POST', deployments, deploymentNamed('p'))
    const path = `${deployments}/p`
    const json = await api.ask('PATCH', path, [{ op: 'replace', path: '/spec/replicas', value: 3 }], jsonPatchType)
    assert.equal(json.body.spec.replicas, 3)
    const merge = await api.ask(
      'PATCH',
      path,
      { metadata: { labels: { a: 'b' } }, spec: { paused: true } },
      mergePatchType,
    )
    assert.deepEqual([merge.body.metadata.labels, merge.body.spec.paused], [{ a: 'b' }, true])
    const container = { name: 'c', image: 'nginx:2' }
    const strategic = await api.ask(
      'PATCH',
      path,
      { spec: { template: { spec: { containers: [container, { name: 'd', image: 'e' }] } } } },
      strategicType,
    )
    assert.deepEqual(
      strategic.body.spec.template.spec.containers.map((one: Record<string, unknown>) => [
        one.name,
        one.image,
        (one.ports as unknown[])?.length,
      ]),
      [
        ['c', 'nginx:2', 1],
        ['d', 'e', undefined],
      ],
    )
    assert.equal(strategic.body.metadata.generation, 4)
  })

  test('apply owns what it says, conflicts with others, and takes away what it no longer says', async () => {
    const path = (who: string, more = '') => `${maps}/applied?fieldManager=${who}${more}`
    const made = await api.ask('PATCH', path('one'), configMap('applied', { a: '1', b: '1' }), applyType)
    assert.equal(made.status, 201)
    assert.deepEqual(
      made.body.metadata.managedFields.map((one: Record<string, unknown>) => [
        one.manager,
        one.operation,
        one.fieldsV1,
      ]),
      [['one', 'Apply', { 'f:data': { 'f:a': {}, 'f:b': {} } }]],
    )
    const same = await api.ask('PATCH', path('one'), configMap('applied', { a: '1', b: '1' }), applyType)
    assert.equal(same.body.metadata.resourceVersion, made.body.metadata.resourceVersion, 'a no-op changes nothing')
    const shared = await api.ask('PATCH', path('two'), configMap('applied', { b: '1', c: '1' }), applyType)
    assert.equal(shared.status, 200)
    const conflict = await api.ask('PATCH', path('two'), configMap('applied', { a: '2' }), applyType)
    assert.equal(conflict.status, 409)
    assert.equal(conflict.body.message, 'Apply failed with 1 conflict: conflict with "one": .data.a')
    assert.deepEqual(conflict.body.details.causes, [
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
    ])
    const forced = await api.ask('PATCH', path('two', '&force=true'), configMap('applied', { a: '2' }), applyType)
    assert.deepEqual(forced.body.data, { a: '2', b: '1' }, 'c had no other owner, b has')
    const empty = await api.ask('PATCH', path('one'), configMap('applied'), applyType)
    assert.deepEqual(empty.body.data, { a: '2' })
  })

  test('an update takes fields over, and applying them again conflicts', async () => {
    const path = `${maps}/mixed?fieldManager=one`
    await api.ask('PATCH', path, configMap('mixed', { a: '1' }), applyType)
    await api.ask('PATCH', `${maps}/mixed?fieldManager=editor`, { data: { a: '9' } }, mergePatchType)
    const conflict = await api.ask('PATCH', path, configMap('mixed', { a: '1' }), applyType)
    assert.match(
      conflict.body.message,
      /^Apply failed with 1 conflict: conflict with "editor" using v1 at .*: \.data\.a$/,
    )
    const agreed = await api.ask('PATCH', path, configMap('mixed', { a: '9' }), applyType)
    assert.equal(agreed.status, 200, 'the same value is shared')
  })

  test('ephemeral containers come to a pod that is there, and only by their own path', async () => {
    await api.ask('POST', pods, podNamed('debugged'))
    const patch = { spec: { ephemeralContainers: [{ name: 'helper', image: 'busybox' }] } }
    const added = await api.ask('PATCH', `${pods}/debugged/ephemeralcontainers`, patch, strategicType)
    assert.deepEqual([added.status, added.body.spec?.ephemeralContainers?.[0].name], [200, 'helper'])
    const from = await api.ask('POST', pods, podNamed('begun', patch.spec))
    assert.match(from.body.message, /spec\.ephemeralContainers: Forbidden: cannot be set on create/)
  })

  test('an anchor inside of itself is refused', async () => {
    const { status, body } = await api.ask('POST', maps, '&a [*a, *a]', { 'content-type': 'application/yaml' })
    assert.deepEqual([status, body.reason], [400, 'BadRequest'])
  })

  test('labels and annotations come with a status, but for kinds where they do not', async () => {
    const noted = { metadata: { annotations: { a: 'b' }, labels: { c: 'd' } }, spec: { paused: true } }
    await api.ask('POST', deployments, deploymentNamed('noted'))
    const deployed = await api.ask('PATCH', `${deployments}/noted/status`, noted, mergePatchType)
    const { labels, annotations } = deployed.body.metadata
    assert.deepEqual([labels, annotations, deployed.body.spec.paused], [undefined, { a: 'b' }, undefined])
    const services = '/api/v1/namespaces/default/services'
    await api.ask('POST', services, { metadata: { name: 'noted' }, spec: { ports: [{ port: 80 }] } })
    const { body } = await api.ask('PATCH', `${services}/noted/status`, noted, mergePatchType)
    assert.deepEqual([body.metadata.labels, body.metadata.annotations], [{ c: 'd' }, { a: 'b' }])
    const wrong = { metadata: { labels: { c: 'no spaces' } } }
    assert.equal((await api.ask('PATCH', `${services}/noted/status`, wrong, mergePatchType)).status, 422)
    const attachments = '/apis/storage.k8s.io/v1/volumeattachments'
    const source = { persistentVolumeName: 'v' }
    await api.ask('POST', attachments, { metadata: { name: 'noted' }, spec: { attacher: 'a', nodeName: 'n', source } })
    const attached = await api.ask('PATCH', `${attachments}/noted/status`, noted, mergePatchType)
    assert.deepEqual([attached.status, attached.body.metadata.annotations], [200, undefined])
  })

  test('status is written only through /status, and counts no generation', async () => {
    const made = await api.ask('POST', deployments, { ...deploymentNamed('s'), status: { replicas: 9 } })
    assert.equal(made.body.status?.replicas, undefined)
    const main = await api.ask('PATCH', `${deployments}/s`, { status: { replicas: 9 } }, mergePatchType)
    assert.equal(main.body.status?.replicas, undefined)
    const status = await api.ask(
      'PATCH',
      `${deployments}/s/status`,
      { status: { replicas: 2 }, spec: { replicas: 8 } },
      mergePatchType,
    )
    assert.deepEqual(
      [status.body.status.replicas, status.body.spec.replicas, status.body.metadata.generation],
      [2, 1, 1],
    )
  })

  test('a JSON patch finds a status that nobody has filled yet', async () => {
    const claims = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims'
    const devices = { requests: [{ name: 'req', exactly: { deviceClassName: 'c' } }] }
    const made = await api.ask('POST', claims, { metadata: { name: 'bare' }, spec: { devices } })
    assert.equal(made.status, 201, made.body.message)
    const results = [{ request: 'req', driver: 'd', pool: 'p', device: 'x' }]
    const add = [{ op: 'add', path: '/status/allocation', value: { devices: { results } } }]
    const { status, body } = await api.ask('PATCH', `${claims}/bare/status`, add, jsonPatchType)
    assert.deepEqual([status, body.status.allocation.devices.results], [200, results], body.message)
  })

  test('scale shows and changes the replicas of its parent', async () => {
    await api.ask('POST', deployments, deploymentNamed('sc', { replicas: 2 }))
    const got = await api.ask('GET', `${deployments}/sc/scale`)
    assert.deepEqual(
      [got.body.kind, got.body.spec, got.body.status],
      ['Scale', { replicas: 2 }, { replicas: 0, selector: 'app=sc' }],
    )
    const patched = await api.ask('PATCH', `${deployments}/sc/scale`, { spec: { replicas: 5 } }, mergePatchType)
    assert.equal(patched.body.spec.replicas, 5)
    const stale = await api.ask('PUT', `${deployments}/sc/scale`, { ...got.body, spec: { replicas: 7 } })
    assert.equal(stale.status, 409)
  })

  test('dryRun answers what would be and stores nothing', async () => {
    const made = await api.ask('POST', `${maps}?dryRun=All`, configMap('dry'))
    assert.deepEqual([made.status, made.body.metadata.resourceVersion], [201, undefined])
    assert.ok(made.body.metadata.uid)
    assert.equal((await api.ask('GET', `${maps}/dry`)).status, 404)
    await api.ask('POST', maps, configMap('wet'))
    assert.equal((await api.ask('DELETE', `${maps}/wet?dryRun=All`)).status, 200)
    assert.equal((await api.ask('GET', `${maps}/wet`)).status, 200)
  })

  test('fieldValidation warns, refuses or is silent about unknown and duplicate fields', async () => {
    const body = (name: string) =>
      `{"metadata":{"name":"${name}"},"spec":{"replicas":1,"replicas":2,"odd":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","typo":1}]}}}}`
    const warned = await api.ask('POST', deployments, body('warned'))
    assert.equal(warned.status, 201)
    const warning = warned.headers.get('warning')!
    for (const text of [
      'unknown field',
      'spec.odd',
      'spec.template.spec.containers[0].typo',
      'duplicate field',
      'spec.replicas',
    ])
      assert.ok(warning.includes(text), `${text} in ${warning}`)
    assert.equal(warned.body.spec.odd, undefined, 'what is unknown is dropped')
    const strict = await api.ask('POST', `${deployments}?fieldValidation=Strict`, body('strict'))
    assert.equal(strict.status, 400)
    assert.match(
      strict.body.message,
      /^Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.odd", unknown field "spec.template.spec.containers\[0\].typo", duplicate field "spec.replicas"$/,
    )
    const silent = await api.ask('POST', `${deployments}?fieldValidation=Ignore`, body('silent'))
    assert.deepEqual([silent.status, silent.headers.get('warning')], [201, null])
  })

  test('finalizers hold an object until they are gone', async () => {
    await api.ask('POST', maps, configMap('held', {}, { finalizers: ['example.com/hold'] }))
    const marked = await api.ask('DELETE', `${maps}/held`)
    assert.equal(marked.status, 200)
    assert.ok(marked.body.metadata.deletionTimestamp)
    const more = await api.ask(
      'PATCH',
      `${maps}/held`,
      { metadata: { finalizers: ['example.com/hold', 'example.com/new'] } },
      mergePatchType,
    )
    assert.equal(more.status, 422)
    await api.ask('PATCH', `${maps}/held`, { metadata: { finalizers: null } }, mergePatchType)
    assert.equal((await api.ask('GET', `${maps}/held`)).status, 404)
  })

  test('a plain deletion answers a Status, a pod is answered itself', async () => {
    await api.ask('POST', maps, configMap('plain'))
    const status = await api.ask('DELETE', `${maps}/plain`)
    assert.deepEqual(
      [status.body.kind, status.body.status, status.body.details.kind],
      ['Status', 'Success', 'configmaps'],
    )
    await api.ask('POST', pods, podNamed('gone'))
    const pod = await api.ask('DELETE', `${pods}/gone`)
    assert.equal(pod.body.kind, 'Pod')
    assert.equal((await api.ask('GET', `${pods}/gone`)).status, 404, 'it was not on a node yet')
  })

  test('a pod on a node gets its grace, which can only be shortened', async () => {
    await api.ask('POST', pods, podNamed('slow', { nodeName: 'n1' }))
    const first = await api.ask('DELETE', `${pods}/slow`)
    assert.equal(first.body.metadata.deletionGracePeriodSeconds, 30)
    const longer = await api.ask('DELETE', `${pods}/slow`, { gracePeriodSeconds: 60 })
    assert.equal(longer.body.metadata.deletionGracePeriodSeconds, 30)
    const shorter = await api.ask('DELETE', `${pods}/slow`, { gracePeriodSeconds: 5 })
    assert.equal(shorter.body.metadata.deletionGracePeriodSeconds, 5)
    await api.ask('DELETE', `${pods}/slow`, { gracePeriodSeconds: 0 })
    assert.equal((await api.ask('GET', `${pods}/slow`)).status, 404)
  })

  test('propagation is written down for the garbage collector', async () => {
    await api.ask('POST', deployments, deploymentNamed('fg'))
    const { body } = await api.ask('DELETE', `${deployments}/fg`, { propagationPolicy: 'Foreground' })
    assert.deepEqual(body.metadata.finalizers, ['foregroundDeletion'])
    await api.ask('POST', deployments, deploymentNamed('or'))
    const orphan = await api.ask('DELETE', `${deployments}/or`, { propagationPolicy: 'Orphan' })
    assert.deepEqual(orphan.body.metadata.finalizers, ['orphan'])
  })

  test('deletecollection honours selectors and answers what it deleted', async () => {
    for (const name of ['c1', 'c2', 'c3'])
      await api.ask('POST', maps, configMap(name, {}, { labels: { set: name === 'c3' ? 'b' : 'a' } }))
    const { body } = await api.ask('DELETE', `${maps}?labelSelector=set%3Da`)
    assert.deepEqual(body.items.map((one: { metadata: { name: string } }) => one.metadata.name).sort(), ['c1', 'c2'])
    assert.equal((await api.ask('GET', `${maps}/c3`)).status, 200)
  })

  test('binding puts a pod on a node, once', async () => {
    await api.ask('POST', pods, podNamed('bound'))
    const binding = { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'n1' } }
    assert.equal((await api.ask('POST', `${pods}/bound/binding`, binding)).status, 201)
    const { body } = await api.ask('GET', `${pods}/bound`)
    assert.equal(body.spec.nodeName, 'n1')
    assert.equal(body.status.conditions.find((one: { type: string }) => one.type === 'PodScheduled').status, 'True')
    assert.equal((await api.ask('POST', `${pods}/bound/binding`, binding)).status, 409)
  })

  test('eviction asks the disruption budget', async () => {
    await api.ask('POST', pods, { ...podNamed('kept'), metadata: { name: 'kept', labels: { app: 'k' } } })
    await api.ask(
      'PATCH',
      `${pods}/kept/status`,
      { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      mergePatchType,
    )
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
    await api.ask('POST', budgets, {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'k' } } },
    })
    await api.ask(
      'PATCH',
      `${budgets}/b/status`,
      {
        status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
      },
      mergePatchType,
    )
    const refused = await api.ask('POST', `${pods}/kept/eviction`, { metadata: { name: 'kept' } })
    assert.deepEqual([refused.status, refused.body.details.causes[0].reason], [429, 'DisruptionBudget'])
    assert.equal(refused.body.message, "Cannot evict pod as it would violate the pod's disruption budget.")
    await api.ask('PATCH', `${budgets}/b/status`, { status: { disruptionsAllowed: 1 } }, mergePatchType)
    assert.equal((await api.ask('POST', `${pods}/kept/eviction`, { metadata: { name: 'kept' } })).status, 201)
    assert.equal((await api.ask('GET', `${pods}/kept`)).status, 404)
    assert.equal((await api.ask('GET', `${budgets}/b`)).body.status.disruptionsAllowed, 0)
  })

  test('a namespace goes when it is finalized, and takes nothing new before', async () => {
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'short' } })
    const marked = await api.ask('DELETE', '/api/v1/namespaces/short')
    assert.equal(marked.body.status.phase, 'Terminating')
    const refused = await api.ask('POST', '/api/v1/namespaces/short/configmaps', configMap('x'))
    assert.deepEqual([refused.status, refused.body.details.causes[0].reason], [403, 'NamespaceTerminating'])
    const { body } = await api.ask('GET', '/api/v1/namespaces/short')
    await api.ask('PUT', '/api/v1/namespaces/short/finalize', { ...body, spec: { finalizers: [] } })
    assert.equal((await api.ask('GET', '/api/v1/namespaces/short')).status, 404)
  })

  test('no update of many at once is lost', async () => {
    await api.ask('POST', maps, configMap('counted', {}))
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        api.ask('PATCH', `${maps}/counted`, { data: { [`k${i}`]: 'x' } }, mergePatchType),
      ),
    )
    const { body } = await api.ask('GET', `${maps}/counted`)
    assert.equal(Object.keys(body.data).length, 40)
  })
})
