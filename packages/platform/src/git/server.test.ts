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
import { deployTokensOf, makeDeployToken, revokeDeployToken } from './deploy-tokens.ts'
import { fetchTicket } from './fetch-ticket.ts'
import { protectBranches } from './protected-branches.ts'
import { createGit } from './server.ts'

const key = randomBytes(32)
const passwords: Record<string, string> = { dev: 'dev-secret', guest: 'guest-secret', boss: 'boss-secret' }
const access: Access = {
  byToken: async () => undefined,
  byPassword: async (name, password) => (passwords[name] === password ? { name, groups: [] } : undefined),
  may: async (who, { verb, name, subresource }) =>
    name === 'hello' && (who.name === 'boss' || (who.name === 'dev' && !subresource) || verb === 'get'),
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
      spec: {
        app: 'hello',
        number: 1,
        image: 'x',
        pipeline: name,
        template: 'web',
        parameters,
        environments: [{ name: 'test', yaml: '', hosts: [] }],
      },
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

/** Plays a controller that ends every run at once, without an image. */
async function endAll(client: Client, t: TestContext) {
  let over = false
  t.after(() => {
    over = true
  })
  while (!over) {
    for (const one of (await client.list(pipeline)).items) {
      if (one.status) continue
      const finishedAt = new Date().toISOString()
      await client.updateStatus(pipeline, { ...one, status: { state: 'success', finishedAt } })
    }
    await wait(10)
  }
}
const runs = async (client: Client) =>
  (await client.list(pipeline)).items
    .toSorted((a, b) => a.spec.number - b.spec.number)
    .map(({ spec }) => `${spec.event} ${spec.action ?? ''} ${spec.commit.ref} ${spec.branch ?? ''}`.replace(/ +/g, ' '))

test('branches and tags with a pipeline file run it; the words of Drone skip it', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  void endAll(client, t)
  await commit({ '.drone.yml': 'kind: pipeline' })
  const pushed = await shell('push', url(), 'main', 'main:topic/a', 'HEAD:refs/tags/v1')
  assert.equal(pushed.code, 0, pushed.text)
  assert.match(pushed.text, /Pipeline 1 \([0-9a-f]{8}\) succeeded\. It made no image/)
  assert.deepEqual((await runs(client)).toSorted(), [
    'push refs/heads/main main',
    'push refs/heads/topic/a topic/a',
    'tag create refs/tags/v1 ',
  ])
  await commit({ b: 'b' }, 'small change\n\n[CI SKIP]')
  const skipped = await shell('push', url(), 'main')
  assert.match(skipped.text, /No pipeline: the message says \[CI SKIP\]/)
  assert.equal((await runs(client)).length, 3)
  await shell('tag', '-a', 'v2', '-m', 'annotated')
  await shell('push', url(), 'v2')
  const tag = (await client.list(pipeline)).items.find(({ spec }) => spec.commit.ref === 'refs/tags/v2')
  assert.equal(tag?.spec.commit.sha, (await shell('rev-parse', 'v2^{commit}')).text.trim())
})

test('a proposal becomes a pull request that is changed, merged and closed', async (t) => {
  const { client, commit, shell, url, git } = await setUp(t)
  void endAll(client, t)
  const name = { project: 'demo', app: 'hello' }
  await commit({ '.drone.yml': 'kind: pipeline' })
  await shell('push', url(), 'main')
  await shell('checkout', '-q', '-b', 'work')
  await commit({ b: 'b' }, 'a proposal')
  const asked = await shell('push', '-o', 'topic=b', url(), 'HEAD:refs/for/main')
  assert.match(asked.text, /Pull request 1 for main/)
  await commit({ b: 'c' }, 'better')
  await shell('push', '-o', 'topic=b', url(), 'HEAD:refs/for/main')
  await shell('push', url(), 'HEAD:refs/pull/7/head')
  assert.deepEqual((await runs(client)).slice(1), [
    'pull_request opened refs/pull/1/head main',
    'pull_request synchronized refs/pull/1/head main',
    'pull_request opened refs/pull/7/head main',
  ])
  const seven = (await client.list(pipeline)).items.find(({ spec }) => spec.pullRequest?.number === 7)
  assert.deepEqual(seven?.spec.pullRequest, { number: 7, title: 'better' })
  const merged = await shell('push', url(), 'work:main')
  assert.match(merged.text, /Pull request 1 is merged\./)
  const state = async () => (await git().pulls.all(name)).map((one) => `${one.number} ${one.state}`).toSorted()
  assert.deepEqual(await state(), ['1 merged', '7 merged'])
  assert.equal(await git().repositories.resolve(name, 'refs/for/main'), undefined)
  await shell('push', url(), 'HEAD~1:refs/pull/8/head')
  const closed = await shell('push', url(), ':refs/pull/8/head')
  assert.match(closed.text, /Pull request 8 is closed\./)
  assert.match((await shell('push', url(), 'HEAD:refs/for/nowhere')).text, /There is no branch nowhere/)
})

test('a protected branch takes new commits of maintainers, and nothing else', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  void endAll(client, t)
  await protectBranches(client, { project: 'demo', app: 'hello' }, ['main', 'release/*'])
  await commit({ a: 'a' })
  const refused = await shell('push', url('dev'), 'main')
  assert.notEqual(refused.code, 0)
  assert.match(refused.text, /Branch main is protected: only maintainers/)
  assert.equal((await shell('push', url('dev'), 'main:other')).code, 0)
  assert.equal((await shell('push', url('boss'), 'main', 'main:release/1/x')).code, 0)
  await commit({ a: 'b' })
  assert.equal((await shell('push', url('boss'), 'main')).code, 0)
  await shell('commit', '--amend', '-q', '-m', 'rewritten')
  const forced = await shell('push', '--force', url('boss'), 'main')
  assert.match(forced.text, /history cannot be rewritten/)
  assert.match((await shell('push', url('boss'), ':release/1/x')).text, /cannot be deleted/)
  assert.match((await shell('push', url('dev'), ':release/1/x')).text, /only maintainers/)
  assert.equal((await shell('push', url('dev'), ':other')).code, 0)
  await assert.rejects(protectBranches(client, { project: 'demo', app: 'hello' }, ['a b']), /is no branch/)
})

test('deploy tokens open one repository, for reading or for both, until they are revoked', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  void endAll(client, t)
  const name = { project: 'demo', app: 'hello' }
  const read = await makeDeployToken(client, name, { right: 'read', title: 'mirror', by: 'dev' })
  const push = await makeDeployToken(client, name, { right: 'push' })
  const other = await makeDeployToken(client, { project: 'demo', app: 'other' }, { right: 'push' })
  await commit({ a: 'a' })
  assert.match((await shell('push', url('ci', read.token), 'main')).text, /403/)
  assert.match((await shell('push', url('ci', other.token), 'main')).text, /Authentication failed|401/)
  assert.equal((await shell('push', url('ci', push.token), 'main')).code, 0)
  assert.equal((await client.list(pipeline)).items[0]?.spec.by, `deploy token ${push.id}`)
  assert.equal((await shell('ls-remote', url('ci', read.token))).code, 0)
  const listed = await deployTokensOf(client, name)
  assert.deepEqual(listed.map(({ right }) => right).toSorted(), ['push', 'read'])
  assert.ok(!JSON.stringify(listed).includes(read.token.slice(-20)))
  await revokeDeployToken(client, name, read.id)
  assert.notEqual((await shell('ls-remote', url('ci', read.token))).code, 0)
  await assert.rejects(revokeDeployToken(client, name, other.id), /no deploy token/)
})

test("the platform's own refs are neither shown nor taken, but its pipelines fetch them", async (t) => {
  const { client, commit, shell, url, git } = await setUp(t)
  void endAll(client, t)
  const name = { project: 'demo', app: 'hello' }
  await commit({ a: 'a' })
  await shell('push', url(), 'main')
  const sha = (await shell('rev-parse', 'HEAD')).text.trim()
  await git().repositories.setRef(name, 'refs/sampan/trials/1', sha)
  assert.doesNotMatch((await shell('ls-remote', url())).text, /trials/)
  assert.match((await shell('push', url(), 'HEAD:refs/sampan/trials/2')).text, /deny updating a hidden ref/)
  const ended = await client.get(pipeline, { namespace: 'demo', name: 'hello-1' })
  await client.updateStatus(pipeline, { ...ended, status: { ...ended.status, state: 'running' } })
  const until = new Date(Date.now() + 60_000)
  const ticket = fetchTicket(key, { pipeline: 'demo/hello-1', repository: 'demo/hello', until })
  assert.match((await shell('ls-remote', url('sampan-pipeline', ticket))).text, /refs\/sampan\/trials\/1/)
})

test('an app that follows another repository takes no pushes, and says where to push', async (t) => {
  const { client, commit, shell, url } = await setUp(t)
  const at = { namespace: 'demo', name: 'hello' }
  await client.patch(app, at, { spec: { source: { url: 'https://git.example.com/o/r.git' } } })
  await commit({ a: 'a' })
  const refused = await shell('push', url(), 'main')
  assert.match(refused.text, /follows https:\/\/git\.example\.com\/o\/r\.git: push there/)
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
