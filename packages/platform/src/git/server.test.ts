import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { memoryClient } from '@sampan/client/memory-client'
import { silent } from '@sampan/kit/log'
import { run } from '@sampan/kit/run'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import type { Access } from '../access/access.ts'
import { appLabel } from '../labels.ts'
import { fetchTicket } from './fetch-ticket.ts'
import { createGit } from './server.ts'

const key = randomBytes(32)
const passwords: Record<string, string> = { dev: 'dev-secret', guest: 'guest-secret' }
const access: Access = {
  byToken: async () => undefined,
  byPassword: async (name, password) => (passwords[name] === password ? { name, groups: [] } : undefined),
  may: async (who, { verb, name }) => name === 'hello' && (who.name === 'dev' || verb === 'get'),
}

/** A platform with one app `demo/hello`, its git server on loopback, and a working folder. */
async function setUp(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'sampan-git-'))
  const client = memoryClient()
  const parameters = { replicas: 1, cpu: '1', memory: '1Gi', env: {} }
  client.seed(app, {
    metadata: { name: 'hello', namespace: 'demo' },
    spec: { source: { type: 'git', branch: 'main' }, template: 'web', parameters },
  })
  client.seed(environment, {
    metadata: { name: 'test', namespace: 'demo' },
    spec: { cluster: 'local', order: 0, policy: 'automatic' },
  })
  const config = {
    home,
    name: 'test',
    nodeIP: '127.0.0.1',
    ports: { platform: 0, registry: 0, http: 0, https: 0 },
    network: { dnsIP: '', clusterDomain: '', podCIDR: '', serviceCIDR: '' },
    domain: 'localhost',
    platformURL: 'http://sampan.test',
    registryHost: 'registry.test',
  }
  const stop = new AbortController()
  const make = () =>
    createGit({
      client,
      config,
      access,
      key,
      log: silent,
      now: () => new Date(),
      maxPushBytes: 8 * 1024 * 1024,
      async *readLog(one) {
        yield { step: 'build', time: one.metadata.creationTimestamp ?? '', text: 'STEP 1/1: FROM debian' }
      },
    })
  let git = make()
  await git.start!(stop.signal)
  const http = createServer((request, response) => {
    git.handlers![0]!.handle(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
  const work = join(home, 'work')
  await mkdir(work)
  t.after(async () => {
    stop.abort()
    http.closeAllConnections()
    http.close()
    await git.close!()
    await rm(home, { recursive: true, force: true })
  })
  const env = {
    HOME: home,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'Ada'],
        [`GIT_${who}_EMAIL`, 'ada@example.com'],
      ]),
    ),
  }
  const shell = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('git', args, { cwd: work, env })
    return { code, text: stdout + stderr }
  }
  await shell('init', '--quiet', '--initial-branch=main')
  const commit = async (files: Record<string, string | Uint8Array>, message = 'a change') => {
    for (const [path, content] of Object.entries(files)) await writeFile(join(work, path), content)
    await shell('add', '.')
    await shell('commit', '--quiet', '-m', message)
  }
  return {
    client,
    home,
    git: () => git,
    remake: () => {
      git = make()
    },
    shell,
    commit,
    url: (name = 'dev', password = passwords[name] ?? '', path = 'demo/hello.git') =>
      `http://${name}:${password}@${host}/git/${path}`,
  }
}

type Client = ReturnType<typeof memoryClient>

/** Plays the controllers: ends every Pipeline as told, and deploys what succeeded. */
async function play(client: Client, status: Partial<Pipeline['status'] & object>) {
  for (;;) {
    const { items } = await client.list(pipeline)
    const open = items.find((one) => !one.status)
    if (!open) {
      await wait(10)
      continue
    }
    const { namespace, name } = open.metadata
    const now = new Date().toISOString()
    await client.updateStatus(pipeline, { ...open, status: { state: 'success', finishedAt: now, ...status } })
    if ((status.state ?? 'success') !== 'success') return open
    const labels = { [appLabel]: 'hello' }
    const parameters = { replicas: 1, cpu: '1', memory: '1Gi', env: {} }
    client.seed(release, {
      metadata: { name: 'hello-1', namespace, labels },
      spec: { app: 'hello', number: 1, image: 'x', pipeline: name, template: 'web', parameters, environments: [] },
    })
    client.seed(rollout, {
      metadata: { name: 'hello-test-1', namespace, labels },
      spec: { app: 'hello', number: 1, environment: 'test', release: 'hello-1' },
      status: {
        state: 'verified',
        url: 'http://hello-test.demo.localhost',
        stages: [{ name: 'applied', at: now }],
      },
    })
    return open
  }
}

test('a push builds its commit and is told how it went', async (t) => {
  const { client, commit, shell, url, git } = await setUp(t)
  await commit({ 'index.html': 'hello' }, 'first light')
  const [pushed, made] = await Promise.all([shell('push', url(), 'main'), play(client, {})])
  assert.equal(pushed.code, 0, pushed.text)
  for (const said of ['Pipeline 1 of demo/hello', 'STEP 1/1: FROM debian', 'objects applied', 'Release 1 made']) {
    assert.match(pushed.text, new RegExp(`remote: .*${said}`))
  }
  assert.match(pushed.text, /remote: Release 1 \([0-9a-f]{8}\) answers in test: http:\/\/hello-test\.demo\.localhost/)
  assert.equal(made.spec.commit.message, 'first light')
  assert.equal(made.spec.commit.author, 'Ada')
  assert.equal(made.spec.by, 'dev')
  const name = { project: 'demo', app: 'hello' }
  assert.deepEqual(await git().repositories.files(name, made.spec.commit.sha), ['index.html'])
  assert.equal(await git().repositories.read(name, made.spec.commit.sha, 'index.html'), 'hello')
  assert.equal(await git().repositories.read(name, made.spec.commit.sha, 'missing'), undefined)
})

test('a failed pipeline ends the push with its reason', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  await commit({ Dockerfile: 'FROM nothing' })
  const [pushed] = await Promise.all([
    shell('push', url(), 'main'),
    play(client, { state: 'failure', reason: 'step 1 (FROM nothing) failed' }),
  ])
  assert.match(pushed.text, /remote: Not deployed: step 1 \(FROM nothing\) failed\./)
})

test('what is not the branch of the app is kept and said so', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  await commit({ a: 'a' })
  const pushed = await shell('push', url(), 'main:topic', 'HEAD:refs/tags/v1')
  assert.equal(pushed.code, 0, pushed.text)
  assert.match(pushed.text, /Branch topic is kept, but hello deploys from main/)
  assert.match(pushed.text, /refs\/tags\/v1 is kept/)
  assert.deepEqual((await client.list(pipeline)).items, [])
})

test('a clone gives back what was pushed, with a branch checked out, also by ticket and by commit', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  // Larger than http.postBuffer: git sends it chunked.
  await commit({ large: randomBytes(3 * 1024 * 1024) })
  await Promise.all([shell('push', url(), 'main'), play(client, {})])
  const cloned = await shell('clone', url('guest'), 'copy')
  assert.equal(cloned.code, 0, cloned.text)
  const log = await shell('-C', 'copy', 'rev-parse', 'HEAD')
  const sha = log.text.trim()
  assert.match(sha, /^[0-9a-f]{40}$/)
  const until = new Date(Date.now() + 60_000)
  const ticket = fetchTicket(key, { pipeline: 'demo/hello-1', repository: 'demo/hello', until })
  const early = await shell('ls-remote', url('sampan-pipeline', ticket))
  assert.match(early.text, /403/, 'the pipeline has ended')
  const ended = await client.get(pipeline, { namespace: 'demo', name: 'hello-1' })
  await client.updateStatus(pipeline, { ...ended, status: { ...ended.status, state: 'running' } })
  await shell('init', '--quiet', 'run')
  const fetched = await shell('-C', 'run', 'fetch', '--depth=1', url('sampan-pipeline', ticket), sha)
  assert.equal(fetched.code, 0, fetched.text)
  const refused = await shell('push', url('sampan-pipeline', ticket), 'main:other')
  assert.match(refused.text, /403/)
})

test('who may not is refused with what to do', async (t) => {
  const { commit, shell, url } = await setUp(t)
  await commit({ a: 'a' })
  const until = new Date(Date.now() + 60_000)
  const cases = [
    { url: url('dev', 'wrong'), want: /Authentication failed|401/ },
    { url: url('guest'), want: /403/ },
    { url: url('dev', 'dev-secret', 'demo/secret.git'), want: /not found/ },
    { url: url('dev', 'dev-secret', '../etc.git'), want: /not found|404/ },
    {
      url: url('sampan-pipeline', fetchTicket(key, { pipeline: 'demo/x', repository: 'demo/other', until })),
      want: /403/,
    },
  ]
  for (const one of cases) {
    const pushed = await shell('push', one.url, 'main')
    assert.notEqual(pushed.code, 0)
    assert.match(pushed.text, one.want)
  }
})

test('a push that is too large is refused', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  await commit({ huge: randomBytes(9 * 1024 * 1024) })
  const pushed = await shell('push', url(), 'main')
  assert.notEqual(pushed.code, 0)
  assert.match(pushed.text, /exceeds maximum allowed size/)
  assert.deepEqual((await client.list(pipeline)).items, [])
})

test('what was pushed but never built is built after a restart, once', async (t) => {
  const { client, commit, shell, url, git, remake } = await setUp(t)
  await commit({ a: 'a' })
  await Promise.all([shell('push', url(), 'main'), play(client, {})])
  const { items } = await client.list(pipeline)
  await client.remove(pipeline, { namespace: 'demo', name: items[0]!.metadata.name })
  await client.patch(pipeline, { namespace: 'demo', name: items[0]!.metadata.name }, { metadata: { finalizers: null } })
  await git().close!()
  remake()
  await git().start!(new AbortController().signal)
  await git().sweep()
  const after = (await client.list(pipeline)).items
  assert.equal(after.length, 1)
  assert.equal(after[0]!.spec.commit.sha, items[0]!.spec.commit.sha)
})
