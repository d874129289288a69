import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, configMap, type Json, mergePatchType, strategicType, testApi } from '../../api.test-support.ts'
import { type Webhooks, webhooks } from '../../webhook.test-support.ts'
import { expressionChecks } from '../policies/policies.ts'
import { mutatingWebhooks, validatingWebhooks } from './webhooks.ts'

/** What Kubernetes' conformance suite asks of admission webhooks, request by request, with a webhook that answers as its own does. */

const maps = '/api/v1/namespaces/default/configmaps'
const pods = '/api/v1/namespaces/default/pods'
const registrations = '/apis/admissionregistration.k8s.io/v1'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const things = (version = 'v1') => `/apis/hooks.example.com/${version}/namespaces/default/things`

const deny = (message: string) => ({ allowed: false, status: { message, reason: message } })
const allow = { allowed: true }
const patch = (...operations: Json[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})
const added = (value: string, path = '/data/') => ({ op: 'add', path: `${path}${value}`, value: 'yes' })

/** The next stage of a mutation that is done in two. */
function staged(data: Json = {}) {
  if (data['mutation-start'] === 'yes' && data['mutation-stage-1'] !== 'yes') return patch(added('mutation-stage-1'))
  return data['mutation-stage-1'] === 'yes' ? patch(added('mutation-stage-2')) : allow
}

const answers: Record<string, (request: Json) => Json | Promise<Json>> = {
  '/always-deny': () => deny('this webhook denies all requests'),
  '/always-allow-delay-5s': async () => (await sleep(5_000, undefined, { ref: false })) ?? allow,
  '/add-label': () => patch({ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }),
  '/pods': ({ object }) => {
    if (object.metadata.labels?.['webhook-e2e-test'] === 'wait-forever') return new Promise(() => undefined)
    const reasons = [
      object.metadata.labels?.['webhook-e2e-test'] === 'webhook-disallow' && 'the pod contains unwanted label; ',
      object.spec.containers.some(({ name }: Json) => name === 'webhook-disallow') &&
        'the pod contains unwanted container name; ',
    ].filter(Boolean)
    return reasons.length > 0 ? deny(reasons.join('')) : allow
  },
  '/pods/attach': ({ name, operation, object, subResource }) => {
    assert.deepEqual([operation, object.kind, subResource], ['CONNECT', 'PodAttachOptions', 'attach'])
    return name === 'to-be-attached-pod' ? deny("attaching to pod 'to-be-attached-pod' is not allowed") : allow
  },
  '/mutating-pods': () =>
    patch({
      op: 'add',
      path: '/spec/initContainers',
      value: [{ image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} }],
    }),
  '/configmaps': ({ object }) =>
    object.data?.['webhook-e2e-test'] === 'webhook-disallow'
      ? deny('the configmap contains unwanted key and value')
      : allow,
  '/mutating-configmaps': ({ object }) => staged(object.data),
  '/custom-resource': ({ operation, object, oldObject }) => {
    if (operation === 'DELETE')
      return oldObject.data?.['webhook-e2e-test'] === 'webhook-nondeletable'
        ? deny('the custom resource cannot be deleted because it contains unwanted key and value')
        : allow
    return object.data?.['webhook-e2e-test'] === 'webhook-disallow'
      ? deny('the custom resource contains unwanted data')
      : allow
  },
  '/mutating-custom-resource': ({ object }) => staged(object.data),
  '/convert': ({ objects, desiredAPIVersion: apiVersion }) => ({
    result: { status: 'Success' },
    convertedObjects: objects.map(({ data, old, ...rest }: Json) =>
      apiVersion.endsWith('v1') ? { ...rest, apiVersion, old: data } : { ...rest, apiVersion, data: old },
    ),
  }),
  '/crd': ({ object }) =>
    object.metadata.labels?.['webhook-e2e-test'] === 'webhook-disallow'
      ? deny('the crd contains unwanted label')
      : allow,
}

describe('admission webhooks, as conformance asks for them', () => {
  let api: Api
  let hooks: Webhooks

  before(async () => {
    hooks = await webhooks(async (review, path) => ({
      ...review,
      request: undefined,
      response: { uid: review.request.uid, ...(await answers[path]!(review.request)) },
    }))
    api = await testApi({
      admission: [expressionChecks, mutatingWebhooks, validatingWebhooks],
      subresources: [
        {
          group: '',
          plural: 'pods',
          subresource: 'attach',
          kind: { kind: 'PodAttachOptions' },
          verbs: ['create', 'get'],
          handle: async () => ({ status: 200, text: 'attached' }),
        },
      ],
    })
    await api.ask('PATCH', '/api/v1/namespaces/default', { metadata: { labels: { unique: 'true' } } }, mergePatchType)
  })
  after(async () => {
    await api.end()
    await hooks.close()
  })
  beforeEach(async () => {
    for (const kind of ['validating', 'mutating'])
      await api.ask('DELETE', `${registrations}/${kind}webhookconfigurations`)
    await api.ask('DELETE', maps)
    await api.ask('DELETE', pods)
  })

  const rule = (group: string, plural: string, operations = ['CREATE', 'UPDATE'], apiVersions = ['*']) => ({
    operations,
    apiGroups: [group],
    apiVersions,
    resources: [plural],
  })

  const webhook = (path: string, rules: object, more: object = {}) => ({
    name: `${path.slice(1).replaceAll('/', '-')}.k8s.io`,
    rules: [rules],
    clientConfig: hooks.clientConfig(path),
    sideEffects: 'None',
    admissionReviewVersions: ['v1', 'v1beta1'],
    namespaceSelector: { matchLabels: { unique: 'true' } },
    ...more,
  })

  const register = async (kind: 'validating' | 'mutating', ...all: object[]) => {
    const made = await api.ask('POST', `${registrations}/${kind}webhookconfigurations`, {
      metadata: { name: `${kind}-scenario` },
      webhooks: all,
    })
    assert.equal(made.status, 201, made.body.message)
    return made
  }

  const refusal = (answer: { status: number; body: Json }) => {
    assert.ok(answer.status >= 400, `answered ${answer.status}`)
    return String(answer.body.message)
  }

  const pod = (name: string, container = 'example', labels: object = {}) => ({
    metadata: { name, labels },
    spec: { containers: [{ name: container, image: 'registry.k8s.io/pause' }] },
  })

  test('discovery lists the webhook configurations', async () => {
    const { body } = await api.ask('GET', registrations)
    for (const kind of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
      assert.ok(body.resources.some(({ name }: Json) => name === kind))
  })

  test('pods and config maps are denied, whichever way they come', async () => {
    await register(
      'validating',
      webhook('/pods', rule('', 'pods', ['CREATE']), { timeoutSeconds: 1 }),
      webhook('/configmaps', rule('', 'configmaps', ['CREATE', 'UPDATE', 'DELETE']), {
        namespaceSelector: {
          matchLabels: { unique: 'true' },
          matchExpressions: [{ key: 'skip-webhook-admission', operator: 'NotIn', values: ['yes'] }],
        },
        rules: [rule('', 'configmaps', ['CREATE', 'UPDATE'])],
      }),
      webhook('/configmaps', rule('', 'configmaps', ['CREATE']), {
        name: 'fail-open.k8s.io',
        clientConfig: { ...hooks.clientConfig('/configmaps'), caBundle: undefined },
        failurePolicy: 'Ignore',
      }),
    )
    const denied = refusal(
      await api.ask('POST', pods, pod('disallowed', 'webhook-disallow', { 'webhook-e2e-test': 'webhook-disallow' })),
    )
    assert.match(denied, /the pod contains unwanted container name/)
    assert.match(denied, /the pod contains unwanted label/)
    const hanging = refusal(await api.ask('POST', pods, pod('hanging', 'wait', { 'webhook-e2e-test': 'wait-forever' })))
    assert.match(hanging, /webhook.*deadline/)
    assert.equal((await api.ask('GET', `${pods}/hanging`)).status, 404)
    const unwanted = { 'webhook-e2e-test': 'webhook-disallow' }
    assert.match(refusal(await api.ask('POST', maps, configMap('d', unwanted))), /unwanted key and value/)
    assert.equal((await api.ask('POST', maps, configMap('allowed', { admit: 'this' }))).status, 201)
    assert.match(
      refusal(await api.ask('PUT', `${maps}/allowed`, configMap('allowed', unwanted))),
      /unwanted key and value/,
    )
    assert.match(
      refusal(await api.ask('PATCH', `${maps}/allowed`, { data: unwanted }, strategicType)),
      /unwanted key and value/,
    )
    await api.ask('POST', '/api/v1/namespaces', {
      metadata: { name: 'exempted', labels: { unique: 'true', 'skip-webhook-admission': 'yes' } },
    })
    const skipped = await api.ask('POST', maps.replace('default', 'exempted'), configMap('d', unwanted))
    assert.equal(skipped.status, 201, skipped.body.message)
  })

  test('attaching to a pod is denied', async () => {
    await register('validating', webhook('/pods/attach', rule('', 'pods/attach', ['CONNECT'])))
    await api.ask('POST', pods, pod('to-be-attached-pod'))
    const answer = await api.ask('POST', `${pods}/to-be-attached-pod/attach?container=example&stdin=true`)
    assert.match(refusal(answer), /attaching to pod 'to-be-attached-pod' is not allowed/)
  })

  const version = (name: string, storage: boolean, schema: object) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', ...schema } },
  })
  const open = { 'x-kubernetes-preserve-unknown-fields': true }
  const define = async (...versions: object[]) => {
    await api.ask('DELETE', `${definitions}/things.hooks.example.com`)
    const made = await api.ask('POST', definitions, {
      metadata: { name: 'things.hooks.example.com' },
      spec: {
        group: 'hooks.example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions,
      },
    })
    assert.equal(made.status, 201, made.body.message)
  }
  const onThings = (operations?: string[]) => rule('hooks.example.com', 'things', operations)

  test('custom resources are denied on create, update and delete', async () => {
    await define(version('v1', true, open))
    await register('validating', webhook('/custom-resource', onThings(['CREATE', 'UPDATE', 'DELETE'])))
    const thing = (value: string) => ({ metadata: { name: 'one' }, data: { 'webhook-e2e-test': value } })
    assert.match(refusal(await api.ask('POST', things(), thing('webhook-disallow'))), /contains unwanted data/)
    assert.equal((await api.ask('POST', things(), thing('webhook-nondeletable'))).status, 201)
    const patched = (value: string) => api.ask('PATCH', `${things()}/one`, thing(value), mergePatchType)
    assert.match(refusal(await patched('webhook-disallow')), /contains unwanted data/)
    assert.match(
      refusal(await api.ask('DELETE', `${things()}/one`)),
      /cannot be deleted because it contains unwanted key/,
    )
    assert.equal((await patched('webhook-allow')).status, 200)
    assert.equal((await api.ask('DELETE', `${things()}/one`)).status, 200)
  })

  test('a webhook that cannot be reached fails closed', async () => {
    const clientConfig = { ...hooks.clientConfig('/configmaps'), caBundle: undefined }
    await register(
      'validating',
      webhook('/configmaps', rule('', 'configmaps', ['CREATE']), { clientConfig, failurePolicy: 'Fail' }),
    )
    const { status, body } = await api.ask('POST', maps, configMap('foo'))
    assert.deepEqual([status, body.reason], [500, 'InternalError'])
  })

  test('webhook configurations are nobody’s business but their own', async () => {
    const both = {
      ...rule('admissionregistration.k8s.io', 'x'),
      resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    }
    await register('validating', webhook('/always-deny', { ...both, operations: ['DELETE'] }))
    const made = await register('mutating', webhook('/add-label', { ...both, operations: ['CREATE'] }))
    assert.equal(made.body.metadata.labels, undefined)
    assert.equal(
      (await api.ask('DELETE', `${registrations}/mutatingwebhookconfigurations/mutating-scenario`)).status,
      200,
    )
  })

  test('config maps are mutated in two stages', async () => {
    const hook = (stage: number) =>
      webhook('/mutating-configmaps', rule('', 'configmaps', ['CREATE']), { name: `stage-${stage}.k8s.io.x` })
    await register('mutating', hook(1), hook(2))
    const { body } = await api.ask('POST', maps, configMap('m', { 'mutation-start': 'yes' }))
    assert.deepEqual(body.data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' })
  })

  test('what a webhook adds to a pod is defaulted', async () => {
    await register('mutating', webhook('/mutating-pods', rule('', 'pods', ['CREATE'])))
    const { body } = await api.ask('POST', pods, pod('to-be-mutated'))
    const [container] = body.spec.initContainers
    assert.deepEqual([container.name, container.terminationMessagePolicy], ['webhook-added-init-container', 'File'])
  })

  test('custom resources are mutated, and pruned again', async () => {
    const hook = (stage: number) =>
      webhook('/mutating-custom-resource', onThings(), { name: `stage-${stage}.k8s.io.x` })
    const start = { metadata: { name: 'one' }, data: { 'mutation-start': 'yes' } }
    await register('mutating', hook(1), hook(2))
    await define(version('v1', true, open))
    const whole = await api.ask('POST', things(), start)
    assert.deepEqual(whole.body.data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' })
    const text = { type: 'string' }
    await define(
      version('v1', true, {
        properties: { data: { type: 'object', properties: { 'mutation-start': text, 'mutation-stage-1': text } } },
      }),
    )
    const pruned = await api.ask('POST', things(), start)
    assert.deepEqual(pruned.body.data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes' })
  })

  test('custom resources are mutated when the stored version is another', async () => {
    await define(version('v1', true, open), version('v2', false, open))
    await api.ask('POST', things('v1'), { metadata: { name: 'one' }, data: { 'mutation-start': 'yes' } })
    const versions = [version('v1', false, open), version('v2', true, open)]
    const patched = await api.ask(
      'PATCH',
      `${definitions}/things.hooks.example.com`,
      { spec: { versions } },
      strategicType,
    )
    assert.equal(patched.status, 200, patched.body.message)
    const hook = (stage: number) =>
      webhook('/mutating-custom-resource', onThings(), { name: `stage-${stage}.k8s.io.x` })
    await register('mutating', hook(1), hook(2))
    const operations = [{ op: 'add', path: '/dummy', value: 'test' }]
    const { body } = await api.ask('PATCH', `${things('v2')}/one`, operations, {
      'content-type': 'application/json-patch+json',
    })
    assert.deepEqual(
      [body.data, body.dummy],
      [{ 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' }, 'test'],
    )
  })

  test('another version counts as the same, and is converted for the webhook', async () => {
    await define(version('v1', true, open), version('v2', false, open))
    const conversion = {
      strategy: 'Webhook',
      webhook: { clientConfig: hooks.clientConfig('/convert'), conversionReviewVersions: ['v1'] },
    }
    await api.ask('PATCH', `${definitions}/things.hooks.example.com`, { spec: { conversion } }, mergePatchType)
    const onlyV2 = { ...onThings(['CREATE']), apiVersions: ['v2'] }
    await register('mutating', webhook('/mutating-custom-resource', onlyV2))
    const { status, body } = await api.ask('POST', things('v1'), {
      metadata: { name: 'one' },
      old: { 'mutation-start': 'yes' },
    })
    assert.equal(status, 201, body.message)
    assert.deepEqual([body.old, body.data], [{ 'mutation-start': 'yes', 'mutation-stage-1': 'yes' }, undefined])
  })

  test('the creation of a definition is denied', async () => {
    await register(
      'validating',
      webhook('/crd', rule('apiextensions.k8s.io', 'customresourcedefinitions', ['CREATE']), {
        namespaceSelector: {},
        objectSelector: { matchLabels: { unique: 'true' } },
      }),
    )
    const answer = await api.ask('POST', definitions, {
      metadata: {
        name: 'denied.hooks.example.com',
        labels: { unique: 'true', 'webhook-e2e-test': 'webhook-disallow' },
      },
      spec: {
        group: 'hooks.example.com',
        scope: 'Cluster',
        names: { plural: 'denied', kind: 'Denied' },
        versions: [version('v1', true, {})],
      },
    })
    assert.match(refusal(answer), /the crd contains unwanted label/)
  })

  test('timeouts are kept', async () => {
    const slow = (more: object) =>
      webhook('/always-allow-delay-5s', rule('', 'configmaps', ['CREATE']), { timeoutSeconds: 1, ...more })
    await register('validating', slow({ failurePolicy: 'Fail' }))
    const message = refusal(await api.ask('POST', maps, configMap('slow')))
    assert.match(message, /context deadline exceeded/)
    assert.match(message, /\/always-allow-delay-5s\?timeout=1s/)
    await api.ask('DELETE', `${registrations}/validatingwebhookconfigurations`)
    await register('validating', slow({ failurePolicy: 'Ignore' }))
    assert.equal((await api.ask('POST', maps, configMap('slow'))).status, 201)
  })

  test('rules that change take effect at once', async () => {
    await register('validating', webhook('/configmaps', rule('', 'configmaps')))
    const bad = configMap('c', { 'webhook-e2e-test': 'webhook-disallow' })
    assert.match(refusal(await api.ask('POST', maps, bad)), /denied/)
    const path = `${registrations}/validatingwebhookconfigurations/validating-scenario`
    const { body } = await api.ask('GET', path)
    body.webhooks[0].rules[0].operations = ['UPDATE']
    assert.equal((await api.ask('PUT', path, body)).status, 200)
    assert.equal((await api.ask('POST', maps, bad)).status, 201)
    await api.ask('DELETE', `${maps}/c`)
    await api.ask('PATCH', path, [{ op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] }], {
      'content-type': 'application/json-patch+json',
    })
    assert.match(refusal(await api.ask('POST', maps, bad)), /denied/)
  })

  for (const kind of ['validating', 'mutating'] as const) {
    test(`match conditions of ${kind} webhooks are kept and checked`, async () => {
      const conditions = (...expressions: string[]) => ({
        matchConditions: expressions.map((expression, index) => ({ name: `expression-${index}`, expression })),
      })
      const first = "object.metadata.namespace == 'production'"
      await register(kind, webhook('/always-deny', rule('', 'configmaps'), conditions(first)))
      const path = `${registrations}/${kind}webhookconfigurations/${kind}-scenario`
      const { body } = await api.ask('GET', path)
      assert.deepEqual(body.webhooks[0].matchConditions, [{ name: 'expression-0', expression: first }])
      body.webhooks[0].matchConditions.push({ name: 'second', expression: "object.metadata.namespace == 'staging'" })
      assert.equal((await api.ask('PUT', path, body)).body.webhooks[0].matchConditions.length, 2)
      const wrong = await api.ask('POST', `${registrations}/${kind}webhookconfigurations`, {
        metadata: { name: 'wrong' },
        webhooks: [webhook('/always-deny', rule('', 'configmaps'), conditions('... [] bad expression'))],
      })
      assert.match(refusal(wrong), /compilation failed/)
    })
  }

  test('everything is mutated but what the conditions leave out', async () => {
    const matchConditions = [{ name: 'skip-me', expression: "object.metadata.name != 'skip-me'" }]
    await register('mutating', webhook('/mutating-configmaps', rule('', 'configmaps', ['CREATE']), { matchConditions }))
    const stage = async (name: string) =>
      (await api.ask('POST', maps, configMap(name, { 'mutation-start': 'yes' }))).body.data['mutation-stage-1']
    assert.deepEqual([await stage('skip-me'), await stage('other')], [undefined, 'yes'])
  })

  test('a condition that cannot be evaluated refuses, unless failures are ignored', async () => {
    const matchConditions = [{ name: 'fails', expression: 'object.data.nope == "x"' }]
    await register('validating', webhook('/configmaps', rule('', 'configmaps'), { matchConditions }))
    const { status, body } = await api.ask('POST', maps, configMap('c', { a: 'b' }))
    assert.equal(status, 403)
    assert.match(body.message, /no such key: nope/)
    await api.ask('DELETE', `${registrations}/validatingwebhookconfigurations`)
    await register(
      'validating',
      webhook('/always-deny', rule('', 'configmaps'), { matchConditions, failurePolicy: 'Ignore' }),
    )
    assert.equal((await api.ask('POST', maps, configMap('c', { a: 'b' }))).status, 201)
  })
})
