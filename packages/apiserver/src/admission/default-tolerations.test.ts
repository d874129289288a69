import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, podNamed, testApi } from '../api.test-support.ts'
import { defaultTolerations } from './default-tolerations.ts'

const pods = '/api/v1/namespaces/default/pods'

describe('tolerations every pod has', () => {
  let api: Api
  before(async () => {
    api = await testApi({ admission: [defaultTolerations] })
  })
  after(() => api.end())

  test('an update that names only its own keeps them', async () => {
    const { body: made } = await api.ask('POST', pods, podNamed('p'))
    const own = { key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoSchedule' }
    const wish = { ...made, spec: { ...made.spec, tolerations: [own] } }
    const { status, body } = await api.ask('PUT', `${pods}/p`, wish)
    assert.equal(status, 200, body.message)
    assert.deepEqual(
      body.spec.tolerations.map((one: { key: string }) => one.key),
      ['foo', 'node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'],
    )
    assert.equal(body.metadata.generation, 2)
  })
})
