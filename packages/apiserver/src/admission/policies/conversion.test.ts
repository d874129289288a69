import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Api, type Json, testApi } from '../../api.test-support.ts'
import { type Webhooks, webhooks } from '../../webhook.test-support.ts'
import { expressionChecks, mutatingPolicies, validatingPolicies } from './policies.ts'

/** A kind whose `address` in v1 is `host` and `port` in v2, which only a webhook can tell. */
const places = (version: string) => `/apis/conversion.example.com/${version}/namespaces/default/places`
const registrations = '/apis/admissionregistration.k8s.io/v1'
const ways: Record<string, (object: Json) => Json> = {
  v1: ({ host, port, ...rest }) => ({ ...rest, address: `${host}:${port}` }),
  v2: ({ address = ':', ...rest }) => {
    const [host, port] = address.split(':')
    return { ...rest, host, port }
  },
}
const properties = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
const version = (name: string, storage: boolean, ...names: string[]) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: properties(...names) } },
})

let api: Api
let hooks: Webhooks
before(async () => {
  hooks = await webhooks(({ request }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: {
      uid: request.uid,
      result: { status: 'Success' },
      convertedObjects: request.objects.map((one: Json) => ({
        ...ways[request.desiredAPIVersion.split('/')[1]]!(one),
        apiVersion: request.desiredAPIVersion,
      })),
    },
  }))
  api = await testApi({ admission: [expressionChecks, mutatingPolicies, validatingPolicies] })
  const made = await api.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'places.conversion.example.com' },
    spec: {
      group: 'conversion.example.com',
      scope: 'Namespaced',
      names: { plural: 'places', kind: 'Place' },
      versions: [version('v1', true, 'address', 'seen'), version('v2', false, 'host', 'port', 'seen')],
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig: hooks.clientConfig('/convert'), conversionReviewVersions: ['v1'] },
      },
    },
  })
  assert.equal(made.status, 201, made.body.message)
})
after(async () => {
  await api.end()
  await hooks.close()
})
beforeEach(async () => {
  for (const kind of ['validating', 'mutating'])
    for (const what of ['policybindings', 'policies'])
      await api.ask('DELETE', `${registrations}/${kind}admission${what}`)
})

async function policy(kind: 'validating' | 'mutating', spec: object): Promise<void> {
  const rule = {
    operations: ['CREATE', 'UPDATE'],
    apiGroups: ['conversion.example.com'],
    apiVersions: ['v2'],
    resources: ['places'],
  }
  const made = await api.ask('POST', `${registrations}/${kind}admissionpolicies`, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
  })
  assert.equal(made.status, 201, made.body.message)
  await api.ask('POST', `${registrations}/${kind}admissionpolicybindings`, {
    metadata: { name: 'p' },
    spec: { policyName: 'p', ...(kind === 'validating' && { validationActions: ['Deny'] }) },
  })
}

test('a validating policy for another version sees the object as that version has it', async () => {
  await policy('validating', {
    validations: [{ expression: 'object.port == "80" && (oldObject == null || oldObject.host == object.host)' }],
  })
  const ask = (method: string, path: string, address: string) =>
    api.ask(method, path, { metadata: { name: 'a' }, address })
  assert.equal((await ask('POST', places('v1'), 'here:8080')).status, 422)
  assert.equal((await ask('POST', places('v1'), 'here:80')).status, 201)
  assert.equal((await ask('PUT', `${places('v1')}/a`, 'there:80')).status, 422)
  assert.equal((await api.ask('GET', `${places('v1')}/a`)).body.address, 'here:80')
})

const port = 'object.port + "80"'
for (const { name, mutation } of [
  {
    name: 'a configuration',
    mutation: { patchType: 'ApplyConfiguration', applyConfiguration: { expression: `Object{port: ${port}}` } },
  },
  {
    name: 'a patch',
    mutation: {
      patchType: 'JSONPatch',
      jsonPatch: { expression: `[JSONPatch{op: "replace", path: "/port", value: ${port}}]` },
    },
  },
])
  test(`a mutating policy for another version changes what that version has, by ${name}`, async () => {
    const seen = { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{seen: object.port}' } }
    await policy('mutating', { reinvocationPolicy: 'Never', mutations: [mutation, seen] })
    const { status, body } = await api.ask('POST', places('v1'), { metadata: { generateName: 'm-' }, address: 'h:80' })
    assert.deepEqual([status, body.address, body.seen], [201, 'h:8080', '8080'], body.message)
  })
