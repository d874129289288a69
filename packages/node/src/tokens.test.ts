import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import type { ApiRequest, ApiResponse } from '@sampan/resources/transport'
import { podOf } from './pod/fixtures.ts'
import { tokens } from './tokens.ts'
import { MountError } from './volumes/payload.ts'

function counting(answer: (request: ApiRequest) => unknown) {
  const asked: ApiRequest[] = []
  const raw = async (request: ApiRequest) => {
    asked.push(request)
    return { object: async () => answer(request) } as ApiResponse
  }
  return { asked, client: { ...memoryClient(), raw } }
}
const hour = 3_600_000
const pod = podOf({ spec: { serviceAccountName: 'robot' } })

test('a token is asked for once and again when it is old', async () => {
  let now = 0
  const { asked, client } = counting(() => ({
    status: { token: `t${asked.length}`, expirationTimestamp: new Date(now + hour).toISOString() },
  }))
  const own = tokens(client, () => now)
  assert.equal((await own.of(pod, undefined, 3600)).token, 't1')
  assert.equal((await own.of(pod, undefined, 3600)).token, 't1')
  assert.equal((await own.of(pod, 'vault', 3600)).token, 't2')
  now = 0.81 * hour
  assert.equal((await own.of(pod, undefined, 3600)).token, 't3')
  assert.equal(asked[0]?.path, '/api/v1/namespaces/shop/serviceaccounts/robot/token')
  assert.deepEqual((asked[1]!.body as { spec: object }).spec, {
    audiences: ['vault'],
    expirationSeconds: 3600,
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u1' },
  })
})

test('an answer without a token holds the pod back', async () => {
  const { client } = counting(() => ({}))
  await assert.rejects(tokens(client, () => 0).of(pod, undefined, 3600), MountError)
})
