import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from '@sampan/resources/core/config-map'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { recipe, setUp } from './test-runs.ts'

const digest = `sha256:${'a'.repeat(64)}`
const built = {
  clone: 0,
  build: { code: 0, message: JSON.stringify({ digest, ports: ['9000/tcp', '8080/tcp', '53/udp'] }) },
}

test('a pipeline fetches, builds, pushes, and leaves its image and its log', async (t) => {
  const { pushed, play, state, said, log, pods, client, bury } = await setUp(t)
  const name = await pushed()
  assert.deepEqual(
    (await state(name))?.stages?.[0]?.steps.map((step) => `${step.name} ${step.state}`),
    ['clone pending', 'build pending'],
  )
  const [made] = await pods()
  assert.equal(made?.spec.priorityClassName, 'sampan-build')
  assert.equal(made?.spec.activeDeadlineSeconds, 1800)
  assert.deepEqual(made?.spec.containers[0]?.resources?.limits, {
    cpu: '2',
    memory: '2Gi',
    'ephemeral-storage': '10Gi',
  })
  const kept = await client.get(secret, { namespace: 'sampan-builds', name: made!.metadata.name })
  assert.equal(Buffer.from(kept.data!.password!, 'base64').toString(), 'fetch-ticket')
  assert.ok(!/fetch-ticket|push demo/.test(JSON.stringify(made)), 'no credential in the pod itself')

  await play({ clone: 'running' })
  assert.equal((await state(name))?.stages?.[0]?.steps[0]?.state, 'running')
  said.clone = ['Fetching c0ffee']
  said.build = ['STEP 1/1: FROM debian', 'Pushed']
  await play(built)
  const status = await state(name)
  assert.equal(status?.state, 'success')
  assert.equal(status?.image, `registry.test:5000/demo/web@${digest}`)
  assert.equal(status?.exposedPort, 8080)
  assert.deepEqual(
    status?.stages?.[0]?.steps.map((step) => [step.state, step.exitCode, step.logLines]),
    [
      ['success', 0, 1],
      ['success', 0, 2],
    ],
  )
  assert.deepEqual(await log(name), ['Fetching c0ffee', 'STEP 1/1: FROM debian', 'Pushed'])
  await bury()
  assert.deepEqual((await client.list(pod)).items, [])
  assert.deepEqual((await client.list(secret)).items, [])
})

const ends: {
  name: string
  states: Parameters<Awaited<ReturnType<typeof setUp>>['play']>[0]
  pod?: object
  say?: string[]
  want: string
  steps: string[]
}[] = [
  {
    name: 'a step of the Dockerfile that fails',
    states: { clone: 0, build: 1 },
    say: ['STEP 2/2: RUN make', 'make: *** No targets.  Stop.'],
    want: 'step 2/2 (RUN make) failed: make: *** No targets.  Stop.',
    steps: ['success', 'failure'],
  },
  {
    name: 'a clone that fails',
    states: { clone: 128 },
    want: 'the source could not be fetched: it said nothing',
    steps: ['failure', 'skipped'],
  },
  {
    name: 'too little memory',
    states: { clone: 0, build: { code: 137, reason: 'OOMKilled' } },
    say: ['STEP 2/2: RUN make'],
    want: 'step 2/2 (RUN make) needed more than 2 GiB of memory: set build.memory of the app higher',
    steps: ['success', 'failure'],
  },
  {
    name: 'too little time',
    states: { clone: 0, build: 'running' },
    pod: { phase: 'Failed', reason: 'DeadlineExceeded' },
    say: ['STEP 2/2: RUN sleep'],
    want: 'step 2/2 (RUN sleep) took longer than 30 minutes, the time a build may take',
    steps: ['success', 'failure'],
  },
]
for (const { name, states, pod: podStatus, say = [], want, steps } of ends) {
  test(`a pipeline says why: ${name}`, async (t) => {
    const { pushed, play, state, said, pods } = await setUp(t)
    const made = await pushed()
    said.build = say
    await play(states, podStatus as Partial<NonNullable<Pod['status']>>)
    const status = await state(made)
    assert.equal(status?.state, 'failure')
    assert.equal(status?.reason, want)
    assert.deepEqual(
      status?.stages?.[0]?.steps.map((step) => step.state),
      steps,
    )
    assert.deepEqual(await pods(), [])
  })
}

test('what cannot be built at all is refused before any pod', async (t) => {
  const nothing = await setUp(t, { planOf: async () => ({ by: 'nothing', reason: 'there is no Dockerfile' }) })
  const name = await nothing.pushed()
  assert.equal((await nothing.state(name))?.reason, 'there is no Dockerfile')
  assert.deepEqual(await nothing.pods(), [])
  const full = await setUp(t, { disk: async () => ({ freeBytes: 1024 ** 3, totalBytes: 40 * 1024 ** 3 }) })
  const refused = await full.pushed()
  assert.equal(
    (await full.state(refused))?.reason,
    'the disk under /home has 1 GiB free of 40 GiB, and a build needs 2 GiB: free some space or remove old releases',
  )
})

test('a stack is prepared once, and the step says so', async (t) => {
  const { pushed, play, state, images, pods, client } = await setUp(t, { planOf: async () => recipe })
  const name = await pushed()
  assert.deepEqual(
    (await state(name))?.stages?.[0]?.steps.map((step) => step.title),
    [
      'Prepare the Python stack, once',
      'Fetch the source',
      'Build with the Python stack, because there is app.py and no Dockerfile',
    ],
  )
  const [stack] = await pods()
  assert.equal(stack?.metadata.name, 'stack-python-abc')
  assert.deepEqual((await client.get(configMap, { namespace: 'sampan-builds', name: 'stack-python-abc' })).data, {
    Dockerfile: 'FROM x',
  })
  images.add('stacks/python:abc')
  await play({ 'stack-python': 0 })
  const run = (await pods()).find((one) => one.metadata.name !== 'stack-python-abc')
  assert.ok(run?.spec.containers[0]?.env?.some(({ value }) => value === 'FROM registry.test:5000/stacks/python:abc\n'))
  assert.equal((await state(name))?.stack, 'python')
})

test('one waits for the other, and then runs', async (t) => {
  const { pushed, play, state, advance, idle, bury } = await setUp(t)
  const first = await pushed('web')
  const second = await pushed('api')
  assert.deepEqual([(await state(second))?.state, (await state(second))?.queuePosition], ['pending', 1])
  await play(built)
  assert.equal((await state(first))?.state, 'success')
  await bury()
  await advance(5000)
  await idle()
  assert.deepEqual([(await state(second))?.state, (await state(second))?.queuePosition], ['running', undefined])
})

test('a restart of the platform changes nothing and loses nothing', async (t) => {
  const { pushed, play, state, restart, pods, client } = await setUp(t)
  const name = await pushed()
  await play({ clone: 'running' })
  const before = client.writes.length
  await restart()
  assert.equal(client.writes.length, before, 'a second look writes nothing')
  assert.equal((await pods()).length, 1)
  await play(built)
  assert.equal((await state(name))?.state, 'success')
})

test('a pod that was lost is made again, but not for ever', async (t) => {
  const { pushed, state, pods, client, idle, advance } = await setUp(t)
  const name = await pushed()
  for (let lost = 0; lost < 3; lost++) {
    assert.equal((await state(name))?.state, 'running')
    const [one] = await pods()
    await client.remove(pod, one!.metadata, { graceSeconds: 0 })
    await idle()
    await advance(1000)
    await idle()
  }
  assert.equal((await state(name))?.reason, 'its pod was lost 3 times')
})

test('cancelling stops the pod and says so', async (t) => {
  const { pushed, play, state, pods, client, idle } = await setUp(t)
  const name = await pushed()
  await play({ clone: 0, build: 'running' })
  await client.patch(pipeline, { namespace: 'demo', name }, { spec: { cancel: true } })
  await idle()
  const status = await state(name)
  assert.deepEqual(
    [status?.state, status?.reason, status?.stages?.[0]?.steps[1]?.state],
    ['cancelled', 'it was cancelled', 'cancelled'],
  )
  assert.deepEqual(await pods(), [])
})

test('deleting a pipeline takes its pod and its log along', async (t) => {
  const { pushed, play, client, idle, advance, bury, log, said } = await setUp(t)
  const name = await pushed()
  said.build = ['something']
  await play(built)
  assert.deepEqual(await log(name), ['something'])
  await client.remove(pipeline, { namespace: 'demo', name })
  await bury()
  await advance(1000)
  await idle()
  assert.equal(await client.find(pipeline, { namespace: 'demo', name }), undefined)
  assert.deepEqual((await client.list(pod)).items, [])
})
