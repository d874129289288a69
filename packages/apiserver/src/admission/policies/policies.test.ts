import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, configMap, type Json, mergePatchType, testApi } from '../../api.test-support.ts'
import { expressionChecks, mutatingPolicies, validatingPolicies } from './policies.ts'

const registrations = '/apis/admissionregistration.k8s.io/v1'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const maps = '/api/v1/namespaces/default/configmaps'

const deployment = (name: string, replicas: number) => ({
  metadata: { name, labels: { app: 'nginx' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'nginx' } },
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: { containers: [{ name: 'nginx', image: 'nginx:latest' }] },
    },
  },
})

const rule = (group: string, plural: string, more: object = {}) => ({
  resourceRules: [
    { operations: ['CREATE', 'UPDATE'], apiGroups: [group], apiVersions: ['v1'], resources: [plural], ...more },
  ],
})
const onDeployments = rule('apps', 'deployments')
const onMaps = rule('', 'configmaps')

describe('admission policies', () => {
  let api: Api
  before(async () => {
    api = await testApi({ admission: [expressionChecks, mutatingPolicies, validatingPolicies] })
    await api.ask('PATCH', '/api/v1/namespaces/default', { metadata: { labels: { unique: 'true' } } }, mergePatchType)
  })
  after(() => api.end())

  const clear = async () => {
    for (const kind of ['validating', 'mutating'])
      for (const what of ['policybindings', 'policies'])
        await api.ask('DELETE', `${registrations}/${kind}admission${what}`)
    await api.ask('DELETE', maps)
    await api.ask('DELETE', deployments)
  }

  const policy = (spec: object, kind = 'validating') =>
    api.ask('POST', `${registrations}/${kind}admissionpolicies`, {
      metadata: { name: 'policy.example.com' },
      spec: { matchConstraints: onDeployments, ...spec },
    })

  const bind = (spec: object = {}, kind = 'validating', name = 'binding.example.com') =>
    api.ask('POST', `${registrations}/${kind}admissionpolicybindings`, {
      metadata: { name },
      spec: {
        policyName: 'policy.example.com',
        ...(kind === 'validating' && { validationActions: ['Deny'] }),
        matchResources: { namespaceSelector: { matchLabels: { unique: 'true' } } },
        ...spec,
      },
    })

  const both = async (spec: object, binding: object = {}, kind = 'validating') => {
    await clear()
    const made = await policy(spec, kind)
    assert.equal(made.status, 201, made.body.message)
    const bound = await bind(binding, kind)
    assert.equal(bound.status, 201, bound.body.message)
  }

  test('a policy refuses what it is bound to, and nothing else', async () => {
    await both({
      validations: [
        {
          expression: 'object.spec.replicas > 1',
          messageExpression: "'wants replicas > 1, got ' + object.spec.replicas",
        },
        { expression: "namespaceObject.metadata.name == 'default'" },
      ],
    })
    const refused = await api.ask('POST', deployments, deployment('marker', 1))
    assert.deepEqual([refused.status, refused.body.reason], [422, 'Invalid'])
    assert.equal(
      refused.body.message,
      `deployments.apps "marker" is forbidden: ValidatingAdmissionPolicy 'policy.example.com' with binding 'binding.example.com' denied request: failed expression: object.spec.replicas > 1`,
    )
    assert.equal((await api.ask('POST', deployments, deployment('replicated', 2))).status, 201)
    const sets = '/apis/apps/v1/namespaces/default/replicasets'
    assert.equal((await api.ask('POST', sets, deployment('single', 1))).status, 201)
    assert.equal(
      (await api.ask('POST', deployments.replace('default', 'kube-public'), deployment('other', 1))).status,
      201,
    )
  })

  test('variables are worked out from one another', async () => {
    await both({
      variables: [
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
      ],
      validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas' }],
    })
    const status = async (replicas: number) =>
      (await api.ask('POST', deployments, deployment(`v${replicas}`, replicas))).status
    assert.deepEqual([await status(1), await status(2), await status(3)], [422, 422, 201])
  })

  const typed = (validations: object[]) => policy({ validations })

  test('types are checked against the schemas of the kinds', async () => {
    await clear()
    const good = await typed([{ expression: 'object.spec.replicas > 1' }])
    assert.deepEqual(good.body.status, { observedGeneration: 1, typeChecking: {} })
    await clear()
    const { body } = await typed([
      {
        expression: "object.spec.replicas > '1'",
        messageExpression: "'wants replicas > 1, got ' + object.spec.replicas",
      },
    ])
    const warnings = body.status.typeChecking.expressionWarnings
    assert.deepEqual(
      warnings.map((one: Json) => one.fieldRef),
      ['spec.validations[0].expression', 'spec.validations[0].messageExpression'],
    )
    assert.match(
      warnings[0].warning,
      /^apps\/v1, Kind=Deployment: ERROR: .*found no matching overload for '_>_' applied to '\(int, string\)'/,
    )
    assert.match(warnings[1].warning, /found no matching overload for '_\+_' applied to '\(string, int\)'/)
  })

  test('types are checked again when a kind comes, changes and goes', async () => {
    await clear()
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const version = (type: string) => ({
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { size: { type } } } },
    })
    const matchConstraints = rule('later.example.com', 'widgets')
    await policy({ matchConstraints, validations: [{ expression: "object.size > '1'" }] })
    const told = async (pattern: RegExp) => {
      for (let tries = 0; ; tries++) {
        const { body } = await api.ask('GET', `${registrations}/validatingadmissionpolicies/policy.example.com`)
        const text = JSON.stringify(body.status.typeChecking)
        if (pattern.test(text)) return
        assert.ok(tries < 200, text)
        await sleep(20)
      }
    }
    await told(/^{}$/)
    await api.ask('POST', definitions, {
      metadata: { name: 'widgets.later.example.com' },
      spec: {
        group: 'later.example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [version('integer')],
      },
    })
    await told(/no matching overload for '_>_' applied to '\(int, string\)'/)
    const changed = { spec: { versions: [version('string')] } }
    await api.ask('PATCH', `${definitions}/widgets.later.example.com`, changed, mergePatchType)
    await told(/^{}$/)
    await api.ask(
      'PATCH',
      `${definitions}/widgets.later.example.com`,
      { spec: { versions: [version('boolean')] } },
      mergePatchType,
    )
    await told(/\(bool, string\)/)
    await api.ask('DELETE', `${definitions}/widgets.later.example.com`)
    await told(/^{}$/)
  })

  test('types of custom kinds are checked, too', async () => {
    await clear()
    await api.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'crontabs.stable.example.com' },
      spec: {
        group: 'stable.example.com',
        scope: 'Namespaced',
        names: { plural: 'crontabs', kind: 'CronTab' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { replicas: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    })
    const matchConstraints = rule('stable.example.com', 'crontabs')
    const { body } = await policy({ matchConstraints, validations: [{ expression: "object.spec.replicas > '1'" }] })
    assert.match(
      body.status.typeChecking.expressionWarnings[0].warning,
      /stable\.example\.com\/v1, Kind=CronTab: ERROR: .*'_>_' applied to '\(int, string\)'/,
    )
  })

  const wrong: [string, object, RegExp][] = [
    [
      'a syntax error',
      { validations: [{ expression: 'object.spec.' }] },
      /spec\.validations\[0\]\.expression: Invalid value: .*Syntax error/,
    ],
    ['what is no question', { validations: [{ expression: '1 + 1' }] }, /must evaluate to bool/],
    ['an unknown variable', { validations: [{ expression: 'variables.nope' }] }, /undefined field 'nope'/],
    ['params it does not take', { validations: [{ expression: 'params.x == 1' }] }, /undeclared reference to 'params'/],
    [
      'a wrong condition',
      { matchConditions: [{ name: 'c', expression: 'request.nope' }], validations: [{ expression: 'true' }] },
      /spec\.matchConditions\[0\]\.expression: .*undefined field 'nope'/s,
    ],
  ]
  for (const [what, spec, message] of wrong)
    test(`a policy is refused for ${what}`, async () => {
      await clear()
      const { status, body } = await policy(spec)
      assert.equal(status, 422)
      assert.match(body.message, message)
    })

  test('parameters come from objects, by name or by selector', async () => {
    const spec = {
      matchConstraints: rule('apps', 'deployments'),
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [
        {
          expression: 'object.spec.replicas <= int(params.data.max)',
          messageExpression: "'at most ' + params.data.max",
          reason: 'Forbidden',
        },
      ],
    }
    await both(spec, { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } })
    const missing = await api.ask('POST', deployments, deployment('p', 1))
    assert.match(
      missing.body.message,
      /failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction/,
    )
    await api.ask('POST', maps, configMap('limits', { max: '3' }, { labels: { kind: 'limits' } }))
    const refused = await api.ask('POST', deployments, deployment('p', 4))
    assert.deepEqual([refused.status, refused.body.reason], [403, 'Forbidden'])
    assert.match(refused.body.message, /denied request: at most 3$/)
    assert.equal((await api.ask('POST', deployments, deployment('p', 3))).status, 201)

    await both(spec, {
      paramRef: { selector: { matchLabels: { kind: 'limits' } }, parameterNotFoundAction: 'Allow' },
    })
    assert.equal((await api.ask('POST', deployments, deployment('q', 9))).status, 201)
    await api.ask('POST', maps, configMap('low', { max: '2' }, { labels: { kind: 'limits' } }))
    await api.ask('POST', maps, configMap('high', { max: '8' }, { labels: { kind: 'limits' } }))
    assert.equal((await api.ask('POST', deployments, deployment('r', 5))).status, 403)
  })

  test('bindings may only warn', async () => {
    await both(
      { validations: [{ expression: 'object.spec.replicas > 1', message: 'too few' }] },
      { validationActions: ['Warn', 'Audit'] },
    )
    const { status, headers } = await api.ask('POST', deployments, deployment('w', 1))
    assert.equal(status, 201)
    assert.match(
      headers.get('warning')!,
      /Validation failed for ValidatingAdmissionPolicy 'policy\.example\.com' with binding 'binding\.example\.com': too few/,
    )
  })

  test('conditions and failures', async () => {
    const failing = { validations: [{ expression: 'object.spec.nope == 1' }] }
    await both(failing)
    const refused = await api.ask('POST', deployments, deployment('f', 1))
    assert.match(refused.body.message, /expression 'object\.spec\.nope == 1' resulted in error: no such key: nope/)
    await both({ ...failing, failurePolicy: 'Ignore' })
    assert.equal((await api.ask('POST', deployments, deployment('f', 1))).status, 201)
    await both({
      ...failing,
      matchConditions: [{ name: 'others', expression: "request.userInfo.username != 'system:apiserver'" }],
    })
    assert.equal((await api.ask('POST', deployments, deployment('g', 1))).status, 201)
  })

  test('rights can be asked for', async () => {
    await both({
      validations: [
        {
          expression: "authorizer.group('apps').resource('deployments').namespace('default').check('create').allowed()",
        },
        { expression: "authorizer.requestResource.check('delete').allowed()" },
        {
          expression:
            "request.operation == 'CREATE' && request.resource.resource == 'deployments' && oldObject == null",
        },
      ],
    })
    const { status, body } = await api.ask('POST', deployments, deployment('a', 1))
    assert.equal(status, 201, body.message)
  })

  test('deletes are judged by the old object', async () => {
    await both({
      matchConstraints: rule('', 'configmaps', { operations: ['DELETE'] }),
      validations: [{ expression: "oldObject.data.keep != 'yes'" }],
    })
    await api.ask('POST', maps, configMap('kept', { keep: 'yes' }))
    await api.ask('POST', maps, configMap('gone', { keep: 'no' }))
    assert.equal((await api.ask('DELETE', `${maps}/kept`)).status, 422)
    assert.equal((await api.ask('DELETE', `${maps}/gone`)).status, 200)
  })

  test('another version of the same kind counts as the same', async () => {
    const scalers = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`
    const spec = {
      matchConstraints: {
        resourceRules: [
          {
            operations: ['CREATE'],
            apiGroups: ['autoscaling'],
            apiVersions: ['v2'],
            resources: ['horizontalpodautoscalers'],
          },
        ],
      },
      validations: [{ expression: 'object.spec.maxReplicas < 5 && object.apiVersion == "autoscaling/v2"' }],
    }
    const scaler = (name: string, maxReplicas: number) => ({
      metadata: { name },
      spec: { maxReplicas, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } },
    })
    await both(spec)
    assert.equal((await api.ask('POST', scalers('v1'), scaler('h', 9))).status, 422)
    assert.equal((await api.ask('POST', scalers('v1'), scaler('h', 4))).status, 201)
    await both({ ...spec, matchConstraints: { ...spec.matchConstraints, matchPolicy: 'Exact' } })
    assert.equal((await api.ask('POST', scalers('v1'), scaler('i', 9))).status, 201)
  })

  test('a mutating policy applies a configuration', async () => {
    const expression = `
      Object{
        metadata: Object.metadata{
          annotations: {
            "mutated-by": "admission-policy"
          }
        },
        spec: Object.spec{
          template: Object.spec.template{
            spec: Object.spec.template.spec{
              containers: [Object.spec.template.spec.containers{name: "nginx", imagePullPolicy: "Never"}]
            }
          }
        }
      }`
    await both({ mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }] }, {}, 'mutating')
    const { status, body } = await api.ask('POST', deployments, deployment('m', 2))
    assert.equal(status, 201, body.message)
    assert.equal(body.metadata.annotations['mutated-by'], 'admission-policy')
    const [container] = body.spec.template.spec.containers
    assert.deepEqual([container.image, container.imagePullPolicy], ['nginx:latest', 'Never'])
  })

  test('a configuration may not replace what can only be replaced whole', async () => {
    const expression = `
      Object{
        spec: Object.spec{
          template: Object.spec.template{
            spec: Object.spec.template.spec{
              containers: [Object.spec.template.spec.containers{name: "nginx", command: ["sh"]}],
              nodeSelector: {"disk": "ssd"}
            }
          }
        }
      }`
    await both({ mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }] }, {}, 'mutating')
    const { status, body } = await api.ask('POST', deployments, deployment('m', 2))
    assert.equal(status, 403)
    assert.match(
      body.message,
      /may not mutate atomic arrays, maps or structs: \.spec\.template\.spec\.containers\[0\]\.command, \.spec\.template\.spec\.nodeSelector$/,
    )
  })

  test('a mutating policy patches', async () => {
    await both(
      {
        matchConstraints: onMaps,
        matchConditions: [
          { name: 'unset', expression: "!has(object.metadata.labels) || !('x/y' in object.metadata.labels)" },
        ],
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression: `[
                JSONPatch{op: "add", path: "/metadata/labels", value: {}},
                JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("x/y"), value: request.name},
                JSONPatch{op: "add", path: "/data/o", value: string(2)}
              ]`,
            },
          },
        ],
      },
      {},
      'mutating',
    )
    const { status, body } = await api.ask('POST', maps, configMap('j', { a: 'b' }))
    assert.equal(status, 201, body.message)
    assert.deepEqual([body.metadata.labels, body.data], [{ 'x/y': 'j' }, { a: 'b', o: '2' }])
  })

  test('a mutation that fails refuses, unless failures are ignored', async () => {
    const spec = {
      matchConstraints: onMaps,
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: '[JSONPatch{op: "add", path: "/data/x", value: object.data.nope}]' },
        },
      ],
    }
    await both(spec, {}, 'mutating')
    const refused = await api.ask('POST', maps, configMap('n', { a: 'b' }))
    assert.deepEqual([refused.status, refused.body.reason], [403, 'Forbidden'])
    assert.match(
      refused.body.message,
      /policy 'policy\.example\.com' with binding 'binding\.example\.com' denied request: .*no such key: nope/,
    )
    await both({ ...spec, failurePolicy: 'Ignore' }, {}, 'mutating')
    assert.equal((await api.ask('POST', maps, configMap('n', { a: 'b' }))).status, 201)
  })
})
