import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from '@sampan/resources/core/config-map'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { app } from '@sampan/resources/sampan/app'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { decideBlocked } from './approval.ts'
import { setPipelineSecret } from './secret-store.ts'
import { setUp } from './test-runs.ts'

const digest = `sha256:${'a'.repeat(64)}`
const step = (name: string, more = '') => `- name: ${name}\n  image: debian:12\n  commands: [echo $X]\n${more}`
const file = (...documents: string[]) => documents.join('---\n')
const serial = `kind: pipeline\nsteps:\n${step('one')}${step('two')}`
const cloned = { container: 'clone' }

test('a file is carried out step by step, and the image of the push is built after it', async (t) => {
  const { files, pushed, set, steps, state, said, log, pods, client, bury, advance, idle } = await setUp(t)
  files.set('c0ffee', serial)
  const name = await pushed()
  assert.deepEqual(await steps(name), [
    'default/clone pending',
    'default/one pending',
    'default/two pending',
    'image/clone pending',
    'image/build pending',
  ])
  assert.equal((await state(name))?.config, '.drone.yml')
  said.clone = ['Fetching']
  said.step = ['hello']
  await set('-1-0', 'running', cloned)
  await set('-1-0', 0, cloned)
  const one = (await pods()).find(({ metadata }) => metadata.name.endsWith('-1-2'))!
  assert.deepEqual(one.spec.containers[0]?.command, ['/bin/sh', '/run/drone/script'])
  assert.equal(one.spec.containers[0]?.env?.find((each) => each.name === 'DRONE_STEP_NAME')?.value, 'one')
  assert.equal(one.spec.containers[0]?.env?.find((each) => each.name === 'DRONE_COMMIT_SHA')?.value, 'c0ffee')
  await set('-1-2', 'running')
  assert.deepEqual((await pods()).length, 2, 'the second step waits for the first')
  await set('-1-2', 0)
  await set('-1-3', 0)
  assert.deepEqual(await steps(name), [
    'default/clone success',
    'default/one success',
    'default/two success',
    'image/clone pending',
    'image/build pending',
  ])
  await bury()
  await advance(1000)
  await idle()
  const build = (await pods())[0]!
  await client.updateStatus(pod, {
    ...build,
    status: {
      initContainerStatuses: [{ name: 'clone', state: { terminated: { exitCode: 0 } } }],
      containerStatuses: [
        { name: 'build', state: { terminated: { exitCode: 0, message: JSON.stringify({ digest }) } } },
      ],
    } as never,
  })
  await idle()
  const status = await state(name)
  assert.deepEqual([status?.state, status?.image], ['success', `registry.test:5000/demo/web@${digest}`])
  assert.deepEqual((await log(name)).slice(0, 3), ['Fetching', 'hello', 'hello'])
  await bury()
  for (const kind of [pod, secret, configMap, persistentVolumeClaim, networkPolicy]) {
    assert.deepEqual((await client.list(kind as typeof pod, { namespace: 'sampan-builds' })).items, [], kind.kind)
  }
})

test('services are there before the steps, by name, and nobody else reaches them', async (t) => {
  const { files, pushed, set, pods, client, state, steps } = await setUp(t)
  files.set('c0ffee', `kind: pipeline\nservices:\n${step('db')}${step('Cache_2')}steps:\n${step('one')}`)
  const name = await pushed('web', { commit: { sha: 'c0ffee', ref: 'refs/heads/topic' } })
  await set('-1-0', 0, cloned)
  assert.equal((await pods()).length, 3, 'both services and no step')
  await set('-1-2', 'running')
  await set('-1-3', 'running')
  const one = (await pods()).find(({ metadata }) => metadata.name.endsWith('-1-4'))!
  assert.deepEqual(
    one.spec.hostAliases?.map(({ hostnames }) => hostnames),
    [['db'], ['cache-2']],
  )
  const [policy] = (await client.list(networkPolicy)).items
  assert.deepEqual(policy?.spec?.podSelector, {
    matchLabels: { 'sampan.dev/stage': one.metadata.labels!['sampan.dev/stage'] },
  })
  await set('-1-4', 0)
  assert.deepEqual(await steps(name), [
    'default/clone success',
    'default/db success',
    'default/Cache_2 success',
    'default/one success',
  ])
  assert.deepEqual([(await state(name))?.state, (await state(name))?.image], ['success', undefined])
})

test('secrets reach steps by reference, and logs without them', async (t) => {
  const { files, pushed, set, pods, client, state } = await setUp(t)
  await setPipelineSecret(client, { project: 'demo', app: 'web' }, { name: 'token', value: 'hunter2' })
  files.set(
    'c0ffee',
    `kind: pipeline\nsteps:\n${step('one', '  environment: {T: {from_secret: TOKEN}, N: {from_secret: none}, D: "a$(b)c$$"}\n')}`,
  )
  const name = await pushed()
  await set('-1-0', 0, cloned)
  const one = (await pods()).find(({ metadata }) => metadata.name.endsWith('-1-2'))!
  const env = new Map(one.spec.containers[0]!.env!.map((each) => [each.name, each]))
  assert.ok(env.get('T')?.valueFrom?.secretKeyRef)
  assert.equal(env.has('N'), false, 'a secret that is not there leaves the variable out')
  assert.equal(
    env.get('D')?.value,
    'a$$(b)c$$',
    'nothing is expanded but what the file means ($$ is one dollar sign there)',
  )
  assert.ok(!JSON.stringify(await client.list(pod)).includes('hunter2'))
  assert.deepEqual((await state(name))?.warnings, ['there is no secret none: it is empty (sampan secrets set none)'])
})

const ends: {
  name: string
  text: string
  play: Parameters<Awaited<ReturnType<typeof setUp>>['set']>[]
  say?: string[]
  want: string[]
}[] = [
  {
    name: 'a command that fails',
    text: serial,
    play: [
      ['-1-0', 0, cloned],
      ['-1-2', 3],
    ],
    say: ['+ make', 'make: *** no rule'],
    want: ['failure', 'default: one: exit code 3: make: *** no rule', 'failure', 'skipped'],
  },
  {
    name: 'an image that does not exist',
    text: serial,
    play: [
      ['-1-0', 0, cloned],
      ['-1-2', { waiting: { reason: 'ErrImagePull', message: 'not found' } }],
    ],
    want: [
      'error',
      'default: one: the image x does not exist in its registry: correct name and tag',
      'error',
      'skipped',
    ],
  },
  {
    name: 'a workspace that grows too large',
    text: serial,
    play: [
      ['-1-0', 0, cloned],
      ['-1-2', 'running'],
      ['-1-0', 1, { container: 'watch' }],
    ],
    want: [
      'failure',
      'default: it wrote more than 10 GiB to the disk: set build.disk of the app higher, or write less',
      'failure',
      'skipped',
    ],
  },
  {
    name: 'an early exit',
    text: serial,
    play: [
      ['-1-0', 0, cloned],
      ['-1-2', 78],
    ],
    want: ['running', 'undefined', 'success', 'skipped'],
  },
]
for (const { name, text, play, say = [], want } of ends) {
  test(`a run says why: ${name}`, async (t) => {
    const { files, pushed, set, state, said } = await setUp(t)
    files.set('c0ffee', text)
    said.step = say
    const made = await pushed()
    for (const turn of play) await set(...turn)
    const status = await state(made)
    const [, one, two] = status!.stages![0]!.steps
    assert.deepEqual([status?.state, String(status?.reason), one?.state, two?.state], want)
  })
}

test('a step that hangs on its process limit is ended', async (t) => {
  const { files, full, pushed, set, pods, state, advance, idle } = await setUp(t)
  files.set('c0ffee', serial)
  const name = await pushed()
  await set('-1-0', 0, cloned)
  await set('-1-2', 'running')
  full.add((await pods()).find(({ metadata }) => metadata.name.endsWith('-1-2'))!.metadata.name)
  await advance(20_000)
  await idle()
  assert.match((await state(name))?.reason ?? '', /it used all 1024 processes it may have/)
})

test('a run that takes too long is ended by us when nobody else does', async (t) => {
  const { files, pushed, set, state, advance, idle } = await setUp(t)
  files.set('c0ffee', serial)
  const name = await pushed()
  await set('-1-0', 0, cloned)
  await set('-1-2', 'running')
  await advance(3_601_000)
  await idle()
  assert.match((await state(name))?.reason ?? '', /it took longer than 60 minutes/)
  assert.equal((await state(name))?.stages?.[0]?.steps[1]?.state, 'failure')
})

const refused: { name: string; text: string; state: string; want: RegExp }[] = [
  { name: 'a file that is none', text: 'kind: pipeline\nsteps: [\n', state: 'error', want: /^\.drone\.yml:\d+: / },
  {
    name: 'a step it does not have',
    text: `kind: pipeline\nsteps:\n${step('a', '  depends_on: [b]\n')}`,
    state: 'error',
    want: /\.drone\.yml:\d+: unknown step dependency/,
  },
  {
    name: 'folders of the host',
    text: `${serial}volumes:\n- name: v\n  host: {path: /}\n`,
    state: 'error',
    want: /mounts a folder of the host, which untrusted repositories cannot do/,
  },
  {
    name: 'nothing for this push',
    text: `${serial}trigger: {branch: other}\n`,
    state: 'skipped',
    want: /no pipeline of \.drone\.yml is for a push to main/,
  },
  {
    name: 'a machine itself',
    text: `${serial}type: exec\n`,
    state: 'error',
    want: /type exec run on a machine itself/,
  },
  {
    name: 'another system',
    text: `${serial}platform: {os: windows}\n`,
    state: 'error',
    want: /it asks for windows\/amd64 .* linux\/amd64/,
  },
  { name: 'a labelled machine', text: `${serial}node: {disk: ssd}\n`, state: 'error', want: /labelled disk=ssd/ },
]
for (const { name, text, state: ending, want } of refused) {
  test(`a file is refused in words: ${name}`, async (t) => {
    const { files, pushed, state, pods } = await setUp(t)
    files.set('c0ffee', text)
    const made = await pushed()
    const status = await state(made)
    assert.equal(status?.state, ending)
    assert.match(status?.reason ?? '', want)
    assert.deepEqual(await pods(), [])
  })
}

test('stages wait for each other; one for failures runs when another failed', async (t) => {
  const { files, pushed, set, steps, bury, advance, idle } = await setUp(t)
  files.set(
    'c0ffee',
    file(
      `kind: pipeline\nname: a\nsteps:\n${step('x')}`,
      `kind: pipeline\nname: b\ndepends_on: [a]\nsteps:\n${step('x')}`,
      `kind: pipeline\nname: c\ndepends_on: [a]\ntrigger: {status: [failure]}\nsteps:\n${step('x')}`,
    ),
  )
  const name = await pushed('web', { commit: { sha: 'c0ffee', ref: 'refs/heads/topic' } })
  await set('-1-0', 0, cloned)
  await set('-1-2', 1)
  await bury()
  await advance(1000)
  await idle()
  assert.deepEqual(await steps(name), [
    'a/clone success',
    'a/x failure',
    'b/clone skipped',
    'b/x skipped',
    'c/clone pending',
    'c/x pending',
  ])
})

test('a restart in the middle changes nothing, and the run ends as it is', async (t) => {
  const { files, pushed, set, restart, client, state, pods } = await setUp(t)
  files.set('c0ffee', serial)
  const name = await pushed('web', { commit: { sha: 'c0ffee', ref: 'refs/heads/topic' } })
  await set('-1-0', 0, cloned)
  await set('-1-2', 'running')
  const before = client.writes.length
  await restart()
  assert.equal(client.writes.length, before, 'a second look writes nothing')
  assert.equal((await pods()).length, 2)
  await set('-1-2', 0)
  await restart()
  await set('-1-3', 0)
  assert.equal((await state(name))?.state, 'success')
})

test('a step whose pod is gone is an error, not running for ever', async (t) => {
  const { files, pushed, set, pods, client, idle, state } = await setUp(t)
  files.set('c0ffee', serial)
  const name = await pushed()
  await set('-1-0', 0, cloned)
  await set('-1-2', 'running')
  const one = (await pods()).find(({ metadata }) => metadata.name.endsWith('-1-2'))!
  await client.remove(pod, one.metadata, { graceSeconds: 0 })
  await idle()
  assert.deepEqual(
    [(await state(name))?.state, (await state(name))?.reason],
    ['error', 'default: one: the node lost it'],
  )
})

test('a protected app waits for a word', async (t) => {
  const { files, pushed, client, idle, state, pods } = await setUp(t)
  files.set('c0ffee', serial)
  await client.patch(app, { namespace: 'demo', name: 'web' }, { spec: { pipelines: { protected: true } } })
  const first = await pushed()
  assert.deepEqual([(await state(first))?.state, await pods()], ['blocked', []])
  assert.match(
    (await state(first))?.reason ?? '',
    /\.drone\.yml is not signed: an owner or maintainer has to approve it/,
  )
  const at = (name: string) => ({ namespace: 'demo', name })
  await decideBlocked(client, at(first), { approve: false, by: 'ann' })
  await idle()
  assert.deepEqual([(await state(first))?.state, (await state(first))?.reason], ['declined', 'declined by ann'])
  const second = await pushed()
  await decideBlocked(client, at(second), { approve: true, by: 'ann' })
  await idle()
  assert.equal((await state(second))?.state, 'running')
  assert.equal((await pods()).length, 1)
  await assert.rejects(decideBlocked(client, at(second), { approve: true, by: 'ann' }), /no stage that waits/)
})

test('a newer push makes the older one needless where the app says so', async (t) => {
  const { pushed, client, state, idle } = await setUp(t)
  await client.patch(
    app,
    { namespace: 'demo', name: 'web' },
    { spec: { pipelines: { autoCancel: { pushes: true, running: true } } } },
  )
  const first = await pushed()
  const second = await pushed()
  const third = await pushed()
  await idle()
  assert.deepEqual(
    [await state(first), await state(second)].map((one) => [one?.state, one?.reason]),
    [
      ['cancelled', 'run 2 of the same ref came after it'],
      ['cancelled', 'run 3 of the same ref came after it'],
    ],
  )
  assert.equal((await state(third))?.state, 'running')
  assert.equal((await client.list(pipeline)).items.length, 3)
})

test('an image that a step pushes is what becomes the release', async (t) => {
  const { files, pushed, set, state, client } = await setUp(t)
  files.set(
    'c0ffee',
    'kind: pipeline\nsteps:\n- name: publish\n  image: plugins/docker\n  settings: {repo: demo/web, tags: [v1], username: {from_secret: u}}\n',
  )
  const name = await pushed()
  assert.deepEqual(
    (await state(name))?.stages?.map((one) => one.name),
    ['default'],
  )
  await set('-1-0', 0, cloned)
  const [made] = (await client.list(pod)).items.filter(({ metadata }) => metadata.name.endsWith('-1-2'))
  assert.equal(made?.spec.containers[0]?.securityContext?.privileged, true)
  await set('-1-2', { code: 0, message: JSON.stringify({ digest, ports: ['80/tcp'], tags: ['v1'] }) })
  const status = await state(name)
  assert.deepEqual(
    [status?.state, status?.image, status?.exposedPort, status?.artifacts?.[0]?.tags],
    ['success', `registry.test:5000/demo/web@${digest}`, 80, ['v1']],
  )
})
