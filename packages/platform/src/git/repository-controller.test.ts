import assert from 'node:assert/strict'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import { runControllers } from '@sampan/control/run-controllers'
import { app } from '@sampan/resources/sampan/app'
import { repositoriesIn } from './repositories.ts'
import { repositoryController } from './repository-controller.ts'

test('the repository of an app goes with the app, and holds it until then', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-repositories-'))
  const client = memoryClient()
  const repositories = repositoriesIn(folder, { hooks: join(folder, '.hooks'), maxPushBytes: 1000 })
  const cacheOf = () => join(folder, 'cache')
  const running = runControllers({ client, controllers: [repositoryController({ repositories, cacheOf })] })
  t.after(async () => {
    await running.close()
    await rm(folder, { recursive: true, force: true })
  })
  await running.synced
  const at = { namespace: 'demo', name: 'hello' }
  await client.create(app, {
    metadata: { ...at, finalizers: ['example.com/other'] },
    spec: {
      source: { type: 'git', branch: 'main' },
      template: 'web',
      parameters: { replicas: 1, cpu: '1', memory: '1Gi', env: {} },
    },
  })
  await running.idle()
  assert.deepEqual((await client.get(app, at)).metadata.finalizers, ['example.com/other', 'sampan.dev/repository'])
  const path = await repositories.ensure({ project: 'demo', app: 'hello' }, 'main')
  await access(path)
  await client.remove(app, at)
  await running.idle()
  assert.deepEqual((await client.get(app, at)).metadata.finalizers, ['example.com/other'])
  await assert.rejects(access(path), /ENOENT/)
})
