import assert from 'node:assert/strict'
import { test } from 'node:test'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { rollout } from '@sampan/resources/sampan/rollout'
import { at, home, type World, world } from '../pretend-world.ts'
import { promotionController } from './controller.ts'
import { promote } from './promote.ts'

const scenario = (name: string, run: (world: World) => Promise<void>) =>
  test(name, async () => {
    const one = await world([promotionController()])
    try {
      await run(one)
    } finally {
      await one.end()
    }
  })

const prod = {
  metadata: { name: 'prod', namespace: home },
  spec: { cluster: 'local', order: 1, policy: 'approval' as const },
}

async function ask(
  one: World,
  event: 'promote' | 'rollback',
  parent: string,
  target: string,
  state: 'success' | 'skipped' | 'failure',
) {
  const { client } = one
  const made = await promote(client, {
    app: await client.get(app, at),
    parent: await client.get(pipeline, { namespace: home, name: parent }),
    event,
    target,
    parameters: { COLOUR: 'red' },
    by: 'bob',
  })
  await client.updateStatus(pipeline, { ...made, status: { state } })
  await one.settle()
  return made
}

const rolloutsTo = async ({ client }: World, where: string) =>
  (await client.list(rollout, { namespace: home })).items
    .filter(({ spec }) => spec.environment === where)
    .toSorted((a, b) => a.spec.number - b.spec.number)
    .map(({ spec, status }) => `${spec.release} ${status?.state} ${spec.by}`)

scenario(
  'a promotion brings the release of its parent to the environment, where approval is waited for',
  async (one) => {
    await one.client.create(environment, prod)
    await one.settle()
    await one.push(1)
    await one.push(2)
    const made = await ask(one, 'promote', 'web-1', 'prod', 'success')
    assert.deepEqual(
      [made.spec.parent, made.spec.target, made.spec.parameters, made.spec.commit.sha],
      [1, 'prod', { COLOUR: 'red' }, '11111111'],
    )
    assert.deepEqual(await rolloutsTo(one, 'prod'), ['web-1 planned bob'])
    await one.settle()
    assert.deepEqual(await rolloutsTo(one, 'prod'), ['web-1 planned bob'], 'once')
    assert.equal((await one.state()).release, 2, 'the test environment is as it was')
  },
)

scenario(
  'no pipeline for it is as good; one that failed brings nothing; neither does a target that is no environment',
  async (one) => {
    await one.client.create(environment, prod)
    await one.settle()
    await one.push(1)
    await ask(one, 'promote', 'web-1', 'prod', 'failure')
    await ask(one, 'promote', 'web-1', 'moon', 'success')
    assert.deepEqual(await rolloutsTo(one, 'prod'), [])
    const promoted = await ask(one, 'promote', 'web-1', 'prod', 'skipped')
    assert.deepEqual(await rolloutsTo(one, 'prod'), ['web-1 planned bob'])
    await ask(one, 'promote', promoted.metadata.name, 'prod', 'success')
    assert.deepEqual(
      await rolloutsTo(one, 'prod'),
      ['web-1 superseded bob', 'web-1 planned bob'],
      'also by way of a promotion',
    )
  },
)

scenario(
  'a release from before an environment there is: said when asked, not after a run that looks well',
  async (one) => {
    await one.push(1)
    await one.client.create(environment, prod)
    await one.settle()
    await assert.rejects(
      ask(one, 'promote', 'web-1', 'prod', 'success'),
      /Release 1 was not made for prod, which is newer: run pipeline 1 again \(sampan pipelines restart 1\)/,
    )
    assert.equal((await one.client.list(pipeline, { namespace: home })).items.length, 1, 'no run was made')
    await one.push(2)
    await ask(one, 'promote', 'web-2', 'prod', 'success')
    assert.deepEqual(await rolloutsTo(one, 'prod'), ['web-2 planned bob'])
  },
)

scenario('a rollback brings an earlier release back', async (one) => {
  await one.push(1)
  await one.push(2)
  await ask(one, 'rollback', 'web-1', 'test', 'success')
  assert.deepEqual(await rolloutsTo(one, 'test'), ['web-1 verified ann', 'web-2 verified ann', 'web-1 verified bob'])
  assert.equal((await one.state()).release, 1)
})

scenario('a preview takes only runs of its ref, and leaves the other environments alone', async (one) => {
  const { client } = one
  await one.push(1)
  const preview = { app: 'web', ref: 'refs/pull/7/head', pullRequest: 7 }
  await client.create(environment, {
    metadata: { name: 'pr-7', namespace: home },
    spec: { cluster: 'local', order: 1000, policy: 'automatic', preview },
  })
  await one.settle()
  const run = await client.create(pipeline, {
    metadata: { name: 'web-2', namespace: home },
    spec: { app: 'web', number: 2, event: 'pull_request', commit: { sha: '22222222', ref: preview.ref }, by: 'eve' },
  })
  await client.updateStatus(pipeline, {
    ...run,
    status: { state: 'success', image: 'r:5000/demo/web@sha256:2', exposedPort: 8080 },
  })
  await one.settle()
  assert.deepEqual(await rolloutsTo(one, 'pr-7'), ['web-2 verified eve'])
  assert.deepEqual(await rolloutsTo(one, 'test'), ['web-1 verified ann'])
  const states = (await client.get(app, at)).status?.environments?.map(
    ({ name, release, url }) => `${name} ${release} ${url}`,
  )
  assert.deepEqual(states, ['test 1 http://web-test.demo.localhost', 'pr-7 2 http://web-pr-7.demo.localhost'])
  await one.push(3)
  assert.deepEqual(await rolloutsTo(one, 'test'), ['web-1 verified ann', 'web-3 verified ann'])
  assert.deepEqual(await rolloutsTo(one, 'pr-7'), ['web-2 verified eve'])
  await client.remove(environment, { namespace: home, name: 'pr-7' })
  await one.settle()
  await one.settle()
  assert.deepEqual(await rolloutsTo(one, 'pr-7'), [])
  assert.equal(await client.find(environment, { namespace: home, name: 'pr-7' }), undefined)
})
