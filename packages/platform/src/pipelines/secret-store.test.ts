import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import { secret } from '@sampan/resources/core/secret'
import { app as appKind } from '@sampan/resources/sampan/app'
import { pipelineSecrets, removePipelineSecret, setPipelineSecret, valuesFor } from './secret-store.ts'

const project = 'shop'
const app = 'web'

test('an app has its own secrets before those of its project, and names compare without case', async () => {
  const client = memoryClient()
  await setPipelineSecret(client, { project }, { name: 'TOKEN', value: 'shared' })
  await setPipelineSecret(client, { project }, { name: 'other', value: 'all' })
  await setPipelineSecret(client, { project, app }, { name: 'token', value: 'own' })
  const { found } = await valuesFor(client, { project, app })
  assert.deepEqual([...found].toSorted(), [
    ['other', 'all'],
    ['token', 'own'],
  ])
  assert.deepEqual([...(await valuesFor(client, { project, app: 'api' })).found].toSorted(), [
    ['other', 'all'],
    ['token', 'shared'],
  ])
  assert.deepEqual(
    (await pipelineSecrets(client, { project })).map(({ name }) => name),
    ['other', 'TOKEN'],
  )
  assert.ok(!JSON.stringify(await pipelineSecrets(client, { project, app })).includes('own'))
})

test('pull requests get what they may, those from forks nothing', async () => {
  const client = memoryClient()
  await setPipelineSecret(client, { project, app }, { name: 'open', value: 'a', pullRequests: true })
  await setPipelineSecret(client, { project, app }, { name: 'closed', value: 'b' })
  const values = (fork: boolean) => valuesFor(client, { project, app, pullRequest: { fork } })
  assert.deepEqual([...(await values(false)).found.keys()], ['open'])
  assert.deepEqual([...(await values(false)).withheld], ['closed'])
  assert.deepEqual([...(await values(true)).found.keys()], [])
})

test('a secret is replaced, described and removed', async () => {
  const client = memoryClient()
  const holder = { project, app }
  await assert.rejects(setPipelineSecret(client, holder, { name: 'x', pullRequests: true }), /give it a value/)
  await setPipelineSecret(client, holder, { name: 'x', value: '1' })
  await setPipelineSecret(client, holder, { name: 'X', pullRequests: true })
  assert.equal((await valuesFor(client, holder)).found.get('x'), '1')
  await assert.rejects(setPipelineSecret(client, holder, { name: 'a b', value: '1' }), /needs a name/)
  await assert.rejects(
    setPipelineSecret(client, holder, { name: 'x', value: 'y'.repeat(100_000) }),
    /larger than 64 KiB/,
  )
  await removePipelineSecret(client, holder, 'x')
  await assert.rejects(removePipelineSecret(client, holder, 'x'), /no secret x/)
})

test("an app's secrets go with it", async () => {
  const client = memoryClient()
  const source = { type: 'git' as const, branch: 'main' }
  const parameters = { replicas: 1, cpu: '1', memory: '1Gi', env: {} }
  const owner = client.seed(appKind, {
    metadata: { name: app, namespace: project },
    spec: { source, template: 'web', parameters },
  })
  await setPipelineSecret(client, { project, app }, { name: 'x', value: '1' })
  const [made] = (await client.list(secret)).items
  assert.equal(made?.metadata.ownerReferences?.[0]?.uid, owner.metadata.uid)
})
