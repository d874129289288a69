import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Api, applyType, type Json, mergePatchType, testApi } from '../api.test-support.ts'
import { systemUser } from '../auth/interfaces.ts'

const maps = '/api/v1/namespaces/default/configmaps'
let api: Api
before(async () => {
  api = await testApi()
  const body = { metadata: { name: 'ours' }, data: { a: '1', b: '2' } }
  const transport = api.server.api.transport(systemUser, 'kube-controller-manager')
  const { status } = await transport.send({ method: 'POST', path: maps, body })
  assert.equal(status, 201)
})
after(() => api.end())

const apply = (data: object, query = '') =>
  api.ask(
    'PATCH',
    `${maps}/ours?fieldManager=me${query}`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ours' }, data },
    applyType,
  )

test('what a part of the engine wrote is its own', async () => {
  const refused = await apply({ a: 'mine' })
  assert.deepEqual([refused.status, refused.body.reason], [409, 'Conflict'])
  assert.match(refused.body.message, /conflict with "kube-controller-manager" using v1.*: \.data\.a$/)
})

test('what nobody is recorded for is owned by whoever was before the first apply', async () => {
  const reset = await api.ask('PATCH', `${maps}/ours`, { metadata: { managedFields: [{}] } }, mergePatchType)
  assert.deepEqual([reset.status, reset.body.metadata.managedFields], [200, undefined])
  const refused = await apply({ a: 'mine' })
  assert.deepEqual([refused.status, refused.body.reason], [409, 'Conflict'])
  assert.match(refused.body.message, /conflict with "before-first-apply" using v1.*: \.data\.a$/)
  const same = await apply({ a: '1' })
  assert.equal(same.status, 200, same.body.message)
  const owners = same.body.metadata.managedFields.map(({ manager, operation, fieldsV1 }: Json) => [
    manager,
    operation,
    Object.keys(fieldsV1['f:data']).sort(),
  ])
  assert.deepEqual(owners, [
    ['me', 'Apply', ['f:a']],
    ['before-first-apply', 'Update', ['.', 'f:a', 'f:b']],
  ])
  const forced = await apply({ a: 'mine' }, '&force=true')
  assert.deepEqual([forced.status, forced.body.data], [200, { a: 'mine', b: '2' }])
})
