import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { limitRanger } from '../admission/limit-ranger.ts'
import { type Api, strategicType, testApi } from '../api.test-support.ts'

const pods = '/api/v1/namespaces/default/pods'
const guaranteed = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '100m', memory: '64Mi' } }
const burstable = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } }

/** Name, containers, patch of the containers, what the refusal says (undefined: it is taken). */
const cases: [string, object[], object[], RegExp | undefined][] = [
  ['more CPU', [{ resources: burstable }], [{ resources: { requests: { cpu: '150m' } } }], undefined],
  [
    'both up',
    [{ resources: guaranteed }],
    [{ resources: { requests: { cpu: '200m' }, limits: { cpu: '200m' } } }],
    undefined,
  ],
  ['less memory', [{ resources: burstable }], [{ resources: { limits: { memory: '100Mi' } } }], undefined],
  [
    'a limit where there was none',
    [{ resources: { requests: { cpu: '100m' } } }],
    [{ resources: { limits: { cpu: '200m' } } }],
    undefined,
  ],
  [
    'a best-effort pod',
    [{}],
    [{ resources: { requests: { memory: '400Mi' } } }],
    /Pod QOS Class may not change as a result of resizing/,
  ],
  [
    'a limit taken away',
    [{ resources: burstable }],
    [{ resources: { limits: { memory: null } } }],
    /spec\.containers\[0\]\.resources\.limits: Forbidden: resource limits cannot be removed/,
  ],
  [
    'a request taken away',
    [{ resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
    [{ resources: { requests: { memory: null } } }],
    /resource requests cannot be removed/,
  ],
  [
    'a request above its limit',
    [{ resources: burstable }],
    [{ resources: { requests: { cpu: '500m' } } }],
    /must be less than or equal to cpu limit/,
  ],
  [
    'other resources',
    [{ resources: burstable }],
    [{ resources: { limits: { 'ephemeral-storage': '1Gi' } } }],
    /spec: Forbidden: only cpu and memory resources are mutable/,
  ],
]

describe('resizing pods', () => {
  let api: Api
  before(async () => {
    api = await testApi({ admission: [limitRanger] })
  })
  after(() => api.end())
  beforeEach(() => api.ask('DELETE', `${pods}?gracePeriodSeconds=0`))

  const named = (containers: object[]) => containers.map((one, index) => ({ name: `c${index}`, ...one }))
  const create = async (containers: object[], more: object = {}) => {
    const made = await api.ask('POST', pods, {
      metadata: { name: 'p' },
      spec: { containers: named(containers).map((one) => ({ image: 'pause', ...one })), ...more },
    })
    assert.equal(made.status, 201, made.body.message)
    return made.body
  }
  const resize = (spec: object) => api.ask('PATCH', `${pods}/p/resize`, { spec }, strategicType)

  for (const [name, containers, changes, wanted] of cases)
    test(`${name} is ${wanted ? 'refused' : 'taken'}`, async () => {
      await create(containers)
      const { status, body } = await resize({ containers: named(changes) })
      if (!wanted) return assert.equal(status, 200, body.message)
      assert.equal(status, 422)
      assert.match(body.message, wanted)
    })

  test('containers keep their names and order', async () => {
    const body = await create([{ resources: burstable }, { resources: burstable }])
    body.spec.containers.reverse()
    const reordered = await api.ask('PUT', `${pods}/p/resize`, body)
    assert.match(
      reordered.body.message,
      /spec\.containers\[0\]\.name: Forbidden: containers may not be renamed or reordered on resize, spec\.containers\[1\]\.name: Forbidden/,
    )
  })

  test('init containers that end are not resized', async () => {
    await create([{ resources: burstable }], {
      initContainers: [{ name: 'init', image: 'pause', resources: burstable }],
    })
    const { body } = await resize({ initContainers: [{ name: 'init', resources: { requests: { cpu: '150m' } } }] })
    assert.match(body.message, /resources for non-sidecar init containers are immutable/)
  })

  test('what the pod has as a whole may change, but not go', async () => {
    await create([{}], { resources: burstable })
    const more = await resize({ resources: { limits: { memory: '256Mi' } } })
    assert.equal(more.status, 200, more.body.message)
    assert.equal(more.body.spec.resources.limits.memory, '256Mi')
    const less = await resize({ resources: { limits: { memory: null } } })
    assert.match(less.body.message, /spec\.resources\.limits: Forbidden: resource limits cannot be removed/)
  })

  test('limit ranges hold', async () => {
    const ranges = '/api/v1/namespaces/default/limitranges'
    await create([{ resources: burstable }])
    await api.ask('POST', ranges, {
      metadata: { name: 'r' },
      spec: { limits: [{ type: 'Container', max: { cpu: '300m' } }] },
    })
    const { status, body } = await resize({ containers: named([{ resources: { limits: { cpu: '400m' } } }]) })
    await api.ask('DELETE', ranges)
    assert.equal(status, 403)
    assert.match(body.message, /maximum cpu usage per Container is 300m, but limit is 400m/)
  })
})
