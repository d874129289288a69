import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment } from '@sampan/resources/apps/deployment'
import { event } from '@sampan/resources/core/event'
import { namespace } from '@sampan/resources/core/namespace'
import { secret } from '@sampan/resources/core/secret'
import { ingress } from '@sampan/resources/networking/ingress'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { roleBinding } from '@sampan/resources/rbac/role-binding'
import { app } from '@sampan/resources/sampan/app'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import type { Behaviour } from './pretend-cluster.ts'
import { at, home, type World, world } from './pretend-world.ts'
import { rolloutFrom } from './rollouts/make.ts'

const scenario = (name: string, run: (world: World) => Promise<void>) =>
  test(name, async () => {
    const one = await world()
    try {
      await run(one)
    } finally {
      await one.end()
    }
  })

const crashing: Behaviour = {
  ready: false,
  containerStatus: {
    restartCount: 2,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
  },
}
const rolloutsIn = async ({ client }: World) =>
  (await client.list(rollout, { namespace: home })).items
    .toSorted((a, b) => a.spec.number - b.spec.number)
    .map((one) => `${one.spec.release} ${one.status?.state}`)

scenario('a project gets its namespaces, rights, isolation and the right to pull', async ({ client }) => {
  assert.deepEqual((await client.list(namespace)).items.map((one) => one.metadata.name).toSorted(), [
    'demo',
    'demo-test',
  ])
  const where = await client.get(environment, { namespace: home, name: 'test' })
  assert.deepEqual(where.status, { phase: 'Ready', namespace: 'demo-test', domain: 'demo.localhost' })
  const binding = await client.get(roleBinding, { namespace: 'demo-test', name: 'sampan:owner' })
  assert.equal(binding.subjects?.[0]?.name, 'ann')
  assert.ok(await client.find(networkPolicy, { namespace: 'demo-test', name: 'sampan-isolation' }))
  assert.ok(await client.find(secret, { namespace: 'demo-test', name: 'sampan-registry' }))
  assert.equal((await client.get(project, { name: home })).status?.phase, 'Active')
})

scenario('a finished run becomes a release that is verified', async (one) => {
  assert.equal((await one.state()).state, 'none')
  await one.push(1)
  assert.deepEqual(await one.state(), {
    name: 'test',
    state: 'verified',
    url: 'http://web-test.demo.localhost',
    release: 1,
    ready: 1,
    replicas: 1,
    rollout: 'web.test.1',
  })
  const done = await one.client.get(rollout, { namespace: home, name: 'web.test.1' })
  assert.deepEqual(
    done.status?.stages?.map((stage) => stage.name),
    ['approved', 'applied', 'rolledOut', 'routed', 'resolved', 'verified'],
  )
  const made = await one.client.get(release, { namespace: home, name: 'web-1' })
  assert.equal(made.spec.image, 'r:5000/demo/web@sha256:1')
  assert.deepEqual(made.spec.environments[0]?.hosts, ['web-test.demo.localhost'])
  assert.equal((await one.client.get(pipeline, { namespace: home, name: 'web-1' })).status?.release, 1)
})

scenario('nothing is written when nothing has changed', async (one) => {
  await one.push(1)
  const before = one.client.writes.length
  await one.stop()
  one.start()
  await one.settle()
  const written = one.client.writes.slice(before).filter((line) => !line.startsWith('apply'))
  assert.deepEqual(written, [])
})

scenario('a second push replaces the first', async (one) => {
  await one.push(1)
  await one.push(2)
  assert.deepEqual(await rolloutsIn(one), ['web-1 verified', 'web-2 verified'])
  assert.equal((await one.state()).release, 2)
})

scenario('a broken release is rolled back, and the sentence says why', async (one) => {
  await one.push(1)
  one.behave.set(2, crashing)
  await one.push(2)
  await until(one, async () => (await rolloutsIn(one))[1] === 'web-2 rolledBack')
  const state = await one.state()
  assert.equal(state.state, 'degraded')
  assert.equal(state.release, 1)
  assert.equal(state.cause, 'oom')
  assert.match(state.reason ?? '', /Release 2 was not taken: .*memory.* Meanwhile release 1 serves\./)
  const live = await one.client.get(deployment, { namespace: 'demo-test', name: 'web' })
  assert.equal(live.spec.template.spec?.containers[0]?.image, 'r:5000/demo/web@sha256:1')
})

scenario('the first release fails without something to go back to', async (one) => {
  one.behave.set(1, crashing)
  await one.push(1)
  await until(one, async () => (await rolloutsIn(one))[0] === 'web-1 failed')
  const state = await one.state()
  assert.equal(state.state, 'failed')
  assert.equal(state.url, undefined)
  assert.match(state.reason ?? '', /memory/)
})

scenario('an app that does not answer through the front door is not verified', async (one) => {
  one.answers.ok = false
  await one.push(1)
  const [only] = (await one.client.list(rollout, { namespace: home })).items
  assert.equal(only?.status?.state, 'resolved')
  assert.match(only.status.message ?? '', /http:\/\/web-test\.demo\.localhost\/ answered 502/)
  assert.equal((await one.state()).state, 'deploying')
  one.answers.ok = true
  await until(one, async () => (await one.state()).state === 'verified')
})

scenario('scaling makes a release of the same image and restarts nothing', async (one) => {
  await one.push(1)
  await one.change({ replicas: 3 })
  const made = await one.client.get(release, { namespace: home, name: 'web-2' })
  assert.equal(made.spec.reason, 'scaled to 3')
  assert.equal(made.spec.image, 'r:5000/demo/web@sha256:1')
  const live = await one.client.get(deployment, { namespace: 'demo-test', name: 'web' })
  assert.equal(live.spec.template.metadata?.labels?.['sampan.dev/release'], '1', 'pods keep the release that made them')
  assert.deepEqual([(await one.state()).ready, (await one.state()).release], [3, 2])
})

scenario('a rollback brings back image and parameters, and stays', async (one) => {
  await one.push(1)
  await one.change({ env: { MODE: 'new' } })
  await one.push(2)
  assert.equal((await one.state()).release, 3)
  const known = (await one.client.list(rollout, { namespace: home })).items
  const old = await one.client.get(release, { namespace: home, name: 'web-1' })
  const owner = await one.client.get(app, at)
  await one.client.create(
    rollout,
    rolloutFrom({ app: owner, environment: 'test', release: old, rollouts: known, rollback: true }),
  )
  await one.settle()
  assert.equal((await one.state()).release, 1)
  assert.deepEqual((await one.client.get(app, at)).spec.parameters.env, {})
  assert.equal((await one.client.list(release, { namespace: home })).items.length, 3, 'a rollback makes no release')
  await one.change({ replicas: 2 })
  const next = await one.client.get(release, { namespace: home, name: 'web-4' })
  assert.equal(next.spec.image, 'r:5000/demo/web@sha256:1', 'what was rolled back to is what is changed')
})

scenario('an older run that ends later makes no release', async (one) => {
  await one.push(2)
  await one.push(1)
  assert.deepEqual(await rolloutsIn(one), ['web-1 verified'])
  const late = await one.client.get(pipeline, { namespace: home, name: 'web-1' })
  assert.match(late.status?.reason ?? '', /newer push/)
})

scenario('parameters that cannot be are said, and nothing is changed', async (one) => {
  await one.push(1)
  await one.change({ memory: 'lots' })
  const state = await one.state()
  assert.equal(state.state, 'degraded')
  assert.match(state.reason ?? '', /memory is "lots"/)
  await one.change({ memory: '256Mi' })
  assert.equal((await one.state()).state, 'verified')
})

scenario('a route that is taken away is taken away', async (one) => {
  await one.push(1)
  assert.ok(await one.client.find(ingress, { namespace: 'demo-test', name: 'web' }))
  await one.change({ route: { disabled: true } })
  assert.equal(await one.client.find(ingress, { namespace: 'demo-test', name: 'web' }), undefined)
  assert.deepEqual((await one.client.list(dnsRecord)).items, [])
})

scenario('a host of another project is not taken', async (one) => {
  one.client.seed(dnsRecord, {
    metadata: { name: 'shop.example.com', namespace: 'other-test', labels: { 'sampan.dev/app': 'web' } },
    spec: { name: 'shop.example.com', type: 'A', values: ['10.0.0.7'], ttl: 30 },
  })
  await one.change({ route: { hosts: ['shop.example.com'] } })
  await one.push(1)
  const state = await one.state()
  assert.deepEqual([state.state, state.cause], ['failed', 'host-taken'])
})

scenario('killed between any two steps, it goes on where it was', async (one) => {
  for (let round = 0; round < 12; round++) {
    await one.stop()
    one.start()
    if (round === 1) await one.push(1).catch(() => undefined)
  }
  await one.settle()
  assert.equal((await one.state()).state, 'verified')
  assert.deepEqual(await rolloutsIn(one), ['web-1 verified'])
})

scenario('an environment that asks for approval takes nothing before it', async (one) => {
  const { client } = one
  await client.create(environment, {
    metadata: { name: 'prod', namespace: home },
    spec: { cluster: 'local', order: 1, policy: 'approval' },
  })
  await one.settle()
  await one.push(1)
  const known = (await client.list(rollout, { namespace: home })).items
  assert.deepEqual(
    known.map((each) => each.spec.environment),
    ['test'],
    'it does not go there by itself',
  )
  const [made] = (await client.list(release, { namespace: home })).items
  const owner = await client.get(app, at)
  const asked = await client.create(
    rollout,
    rolloutFrom({ app: owner, environment: 'prod', release: made!, rollouts: known }),
  )
  await one.settle()
  const waiting = await client.get(rollout, asked.metadata)
  assert.match(waiting.status?.message ?? '', /Waits for an approval/)
  assert.equal(await client.find(deployment, { namespace: 'demo-prod', name: 'web' }), undefined)
  await client.updateStatus(rollout, { ...waiting, status: { ...waiting.status!, approvedBy: ['ann'] } })
  await one.settle()
  const done = await client.get(rollout, asked.metadata)
  assert.deepEqual([done.status?.state, done.status?.url], ['verified', 'http://web-prod.demo.localhost'])
  assert.equal(done.status?.stages?.[0]?.message, 'approved by ann')
})

const foreign: [name: string, namespace: string, says: RegExp][] = [
  ['of the system', 'kube-system', /does not begin with "demo-"/],
  ['of another project', 'demo-shop', /belongs to something else/],
]
for (const [name, taken, says] of foreign) {
  scenario(`an environment gets no namespace ${name}`, async (one) => {
    await one.client.create(namespace, { metadata: { name: taken, labels: { mine: 'yes' } }, spec: {} })
    await one.client.create(environment, {
      metadata: { name: 'shop', namespace: home },
      spec: { cluster: 'local', order: 1, policy: 'automatic', namespace: taken },
    })
    await one.settle()
    const { status } = await one.client.get(environment, { namespace: home, name: 'shop' })
    assert.equal(status?.phase, 'Failed')
    assert.match(status.message ?? '', says)
    assert.deepEqual((await one.client.get(namespace, { name: taken })).metadata.labels?.mine, 'yes')
    assert.equal(await one.client.find(roleBinding, { namespace: taken, name: 'sampan:owner' }), undefined)
  })
}

scenario(
  'an app of an image keeps what its tag named: a rollback brings that back after the tag moved',
  async (one) => {
    const name = async (tag: string) => {
      const owner = await one.client.get(app, at)
      await one.client.update(app, {
        ...owner,
        spec: { ...owner.spec, source: { ...owner.spec.source, type: 'image', image: tag } },
      })
      await one.settle()
    }
    one.images.set('nginx:1', { image: 'nginx:1@sha256:aa', exposedPort: 80 })
    await name('nginx:1')
    await name('own:2')
    one.images.set('nginx:1', { image: 'nginx:1@sha256:bb', exposedPort: 80 })
    const releases = async () => (await one.client.list(release, { namespace: home })).items.map(({ spec }) => spec)
    assert.deepEqual(
      (await releases()).map(({ image, exposedPort }) => [image, exposedPort]),
      [
        ['nginx:1@sha256:aa', 80],
        ['own:2', undefined],
      ],
    )
    const { items } = await one.client.list(event, { namespace: home })
    assert.match(
      items.find(({ reason }) => reason === 'ImageNotPinned')?.message ?? '',
      /^The digest of own:2 is not known/,
    )

    const old = await one.client.get(release, { namespace: home, name: 'web-1' })
    const known = (await one.client.list(rollout, { namespace: home })).items
    const owner = await one.client.get(app, at)
    await one.client.create(
      rollout,
      rolloutFrom({ app: owner, environment: 'test', release: old, rollouts: known, rollback: true }),
    )
    await one.settle()
    const made = await one.client.get(deployment, { namespace: 'demo-test', name: 'web' })
    assert.equal(made.spec.template.spec?.containers[0]?.image, 'nginx:1@sha256:aa')
    assert.equal((await releases()).length, 2, 'a rollback makes no release')

    assert.equal((await one.client.get(app, at)).spec.source.image, 'nginx:1@sha256:aa', 'the app says what runs')
  },
)

scenario('a removed project takes everything with it', async (one) => {
  await one.push(1)
  await one.client.remove(project, { name: home })
  await until(one, async () => (await one.client.find(project, { name: home })) === undefined)
  assert.deepEqual((await one.client.list(namespace)).items, [])
})

/** Settles until `isTrue`, for what takes its time by design; at most ten seconds. */
async function until(one: World, isTrue: () => Promise<boolean>) {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    await one.settle()
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('did not come true in ten seconds')
}
