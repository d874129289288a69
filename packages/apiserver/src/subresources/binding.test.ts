import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, testApi } from '../api.test-support.ts'

const pods = '/api/v1/namespaces/default/pods'

describe('binding pods', () => {
  let api: Api
  before(async () => {
    api = await testApi()
  })
  after(() => api.end())

  test('where a pod runs does not count as a new generation of it', async () => {
    await api.ask('POST', pods, { metadata: { name: 'p' }, spec: { containers: [{ name: 'one', image: 'pause' }] } })
    const bound = await api.ask('POST', `${pods}/p/binding`, { metadata: { name: 'p' }, target: { name: 'here' } })
    assert.equal(bound.status, 201, bound.body.message)
    const { body } = await api.ask('GET', `${pods}/p`)
    assert.deepEqual([body.spec.nodeName, body.metadata.generation], ['here', 1])
  })
})
