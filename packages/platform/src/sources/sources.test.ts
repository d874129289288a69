import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secret } from '@sampan/resources/core/secret'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { addressRules, originOf } from './address-rules.ts'
import { refsFrom, remoteUrl, sentenceFor } from './git-remote.ts'
import { matchesAny } from './patterns.ts'
import { at, type PretendSources, pretendSources } from './pretend-sources.ts'

const follow = async (one: PretendSources) => one.sources.follow(await one.app(), new AbortController().signal)
const aim = (one: PretendSources, source: object) => one.client.patch(app, at, { spec: { source } })
const condition = async (one: PretendSources) =>
  (await one.app()).status?.conditions?.find(({ type }) => type === 'SourceReachable')

test('a repository elsewhere is followed: its branch at first, then whatever changes, each once', async (t) => {
  const one = await pretendSources(t)
  const { host, git } = one
  await host.commit('old', { a: '1' }, 'old work')
  await host.commit('main', { a: '1', '.drone.yml': 'kind: pipeline' }, 'first')
  await aim(one, { url: host.url })
  await one.idle()
  assert.deepEqual(await one.told(), ['push refs/heads/main first'])
  assert.equal((await condition(one))?.status, 'True')
  const name = { project: 'demo', app: 'hello' }
  assert.ok(await git.repositories.resolve(name, 'refs/heads/old'), 'other branches come along')

  const second = await host.commit('main', { a: '2' }, 'second')
  await host.commit('topic', { a: '3' }, 'topic')
  await host.git('tag', '-a', 'v1', '-m', 'annotated')
  await host.git('push', '-q', '../octo/hello.git', 'v1')
  await follow(one)
  await follow(one)
  assert.deepEqual((await one.told()).toSorted(), [
    'push refs/heads/main first',
    'push refs/heads/main second',
    'push refs/heads/topic topic',
    'tag refs/tags/v1 topic',
  ])
  const run = (await one.runs()).find(({ spec }) => spec.commit.sha === second)
  assert.equal(run?.spec.branch, 'main')
  assert.equal(run?.spec.commit.before, (await one.runs())[0]?.spec.commit.sha)
  assert.equal(await git.repositories.read(name, 'refs/heads/main', 'a'), '2')
  await host.git('push', '-q', '../octo/hello.git', ':topic')
  await follow(one)
  assert.equal(await git.repositories.resolve(name, 'refs/heads/topic'), undefined)
  assert.equal((await git.repositories.refs(name, 'refs/sampan/')).size, 0, 'nothing is left over')
})

test('what was fetched but not yet a run, when the platform was killed, becomes one', async (t) => {
  const one = await pretendSources(t)
  const { host, git } = one
  await host.commit('main', { a: '1' }, 'first')
  await aim(one, { url: host.url })
  await one.idle()
  const next = await host.commit('main', { a: '2' }, 'second')
  const name = { project: 'demo', app: 'hello' }
  await host.git('push', '-q', git.repositories.pathOf(name), `${next}:refs/heads/main`)
  await git.repositories.setRef(name, 'refs/sampan/incoming/heads/main', next)
  await follow(one)
  await follow(one)
  assert.deepEqual(await one.told(), ['push refs/heads/main first', 'push refs/heads/main second'])
})

test('a source that cannot be read says why, and recovers', async (t) => {
  const one = await pretendSources(t)
  const { host, client } = one
  await host.commit('main', { a: '1' }, 'first')
  host.password = 'hunter2'
  await aim(one, { url: host.url })
  await one.idle()
  const before = await condition(one)
  assert.equal(before?.status, 'False')
  assert.match(before?.message ?? '', /asks for a name and password/)
  const data = { username: Buffer.from('bot').toString('base64'), password: Buffer.from('wrong').toString('base64') }
  client.seed(secret, { metadata: { namespace: 'demo', name: 'key' }, type: 'Opaque', data } as never)
  await aim(one, { credentials: 'key' })
  await one.idle()
  const wrong = await condition(one)
  assert.match(wrong?.message ?? '', /does not accept the name and password/)
  assert.doesNotMatch(JSON.stringify(await one.app()), /wrong|hunter2/)
  await client.patch(
    secret,
    { namespace: 'demo', name: 'key' },
    { data: { password: Buffer.from('hunter2').toString('base64') } },
  )
  await aim(one, { pollSeconds: 10 })
  await one.idle()
  assert.equal((await condition(one))?.status, 'True')
  assert.deepEqual(await one.told(), ['push refs/heads/main first'])
  await aim(one, { url: `${host.origin}/git/octo/none.git` })
  await one.idle()
  assert.match((await condition(one))?.message ?? '', /There is no repository at/)
})

test('an address inside the installation is refused until an administrator allows it', async (t) => {
  const one = await pretendSources(t, { isAllowed: false })
  await one.host.commit('main', { a: '1' }, 'first')
  await aim(one, { url: one.host.url })
  await one.idle()
  const refused = await condition(one)
  assert.equal(refused?.reason, 'AddressRefused')
  assert.match(refused?.message ?? '', /inside this installation.*sampan sources allow http:\/\/127\.0\.0\.1:\d+$/)
  assert.deepEqual(one.host.requests, [], 'it was not even called')
  const set = await one.call('PUT', '/api/projects/demo/apps/hello/source', { url: one.host.url })
  assert.equal(set.status, 200)
  assert.deepEqual((await one.call('GET', '/api/sources/allowed')).body, { allowed: [one.host.origin] })
  const synced = await one.call('POST', '/api/projects/demo/apps/hello/sync')
  assert.equal(synced.status, 200)
  assert.deepEqual(await one.told(), ['push refs/heads/main first'])
})

test('a pull request of a branch pattern gets a preview environment that goes with the branch', async (t) => {
  const one = await pretendSources(t, { more: { previews: { branches: ['feature/**'], pullRequests: true } } })
  const { host, client } = one
  await host.commit('main', { a: '1' }, 'first')
  await aim(one, { url: host.url })
  await one.idle()
  await host.commit('feature/log-in', { a: '2' }, 'try')
  await follow(one)
  const [made] = (await client.list(environment)).items
  assert.equal(made?.metadata.name, 'preview-feature-log-in')
  assert.equal(made?.spec.policy, 'automatic')
  assert.equal(made?.spec.preview?.ref, 'refs/heads/feature/log-in')
  await host.git('push', '-q', '../octo/hello.git', ':feature/log-in')
  await follow(one)
  assert.deepEqual((await client.list(environment)).items, [])
})

const network = { dnsIP: '', clusterDomain: '', podCIDR: '10.1.0.0/16', serviceCIDR: '10.2.0.0/16' }
const rules = addressRules({
  config: { nodeIP: '192.0.2.7', network },
  allowed: async () => ['http://127.0.0.1:3000'],
  own: () => ['198.51.100.4', 'fe80::1'],
})
const addresses: [url: string, isFine: boolean][] = [
  ['https://93.184.216.34/o/r.git', true],
  ['http://192.168.7.7:3000/o/r.git', true],
  ['http://10.77.0.1/r', true],
  ['http://127.0.0.1:3000/r', true],
  ['http://127.0.0.1:3001/r', false],
  ['http://127.1/r', false],
  ['http://2130706433/r', false],
  ['http://localhost/r', false],
  ['http://[::1]/r', false],
  ['http://[::ffff:127.0.0.1]/r', false],
  ['http://0.0.0.0/r', false],
  ['http://169.254.169.254/latest/meta-data', false],
  ['http://10.1.2.3/r', false],
  ['http://10.2.0.1/r', false],
  ['http://192.0.2.7:6443/r', false],
  ['http://198.51.100.4/r', false],
  ['svn://127.0.0.1/r', false],
]
for (const [url, isFine] of addresses) {
  test(`${url} may ${isFine ? '' : 'not '}be called`, async () => {
    const checked = rules.check(new URL(url))
    await (isFine ? checked : assert.rejects(checked, { name: 'AddressRefused' }))
  })
}

test('a host that does not exist is told as such, not as a failure of our own', async () => {
  await assert.rejects(rules.check(new URL('https://nowhere.invalid/a.git')), (error: Error) => {
    assert.equal(error.name, 'Unreachable')
    assert.match(error.message, /nowhere\.invalid": correct the address/)
    return true
  })
})

test('origins are told with scheme, host and port', () => {
  assert.equal(originOf(new URL('svn://host:3691/a/b')), 'svn://host:3691')
  assert.equal(originOf(new URL('https://host/a/b')), 'https://host')
})

test('refs are read without what annotated tags point at', () => {
  const sha = 'a'.repeat(40)
  assert.deepEqual(
    [...refsFrom(`${sha}\trefs/heads/main\n${sha}\trefs/tags/v1\n${sha}\trefs/tags/v1^{}\n`)],
    [
      ['refs/heads/main', sha],
      ['refs/tags/v1', sha],
    ],
  )
})

const bad: [url: string, want: RegExp][] = [
  ['git@github.com:o/r.git', /is not an address|only, not/],
  ['ssh://git@host/r.git', /https:\/\/ and http:\/\/ only/],
  ['file:///etc', /only, not file/],
  ['ext::sh -c id', /only, not|is not an address/],
  ['https://user:secret@host/r.git', /put them into a Secret/],
]
for (const [url, want] of bad) test(`${url} is refused`, () => assert.throws(() => remoteUrl(url), want))

const failures: [said: string, want: RegExp][] = [
  ["fatal: could not read Username for 'https://h': terminal prompts disabled", /asks for a name and password/],
  ['fatal: repository not found', /There is no repository/],
  ['error: 302\nfatal: unable to update url base from redirection', /redirects are not followed/],
  ['fatal: unable to access: Could not resolve host: h', /cannot be resolved/],
  ['fatal: unable to access: Failed to connect to h', /Nothing answers/],
  ['fatal: SSL certificate problem: self-signed', /not trusted/],
  ['fatal: something new', /could not be read: fatal: something new/],
]
for (const [stderr, want] of failures) {
  test(`git's "${stderr.slice(0, 40)}" in a sentence`, () =>
    assert.match(sentenceFor(new URL('https://h/r.git'), { url: '' }, { code: 128, stdout: '', stderr }, 1), want))
}

const patterns: [pattern: string, name: string, fits: boolean][] = [
  ['main', 'main', true],
  ['main', 'mainly', false],
  ['feature/*', 'feature/a', true],
  ['feature/*', 'feature/a/b', false],
  ['feature/**', 'feature/a/b', true],
  ['v?.x', 'v1.x', true],
  ['v?.x', 'v1+x', false],
]
for (const [pattern, name, fits] of patterns)
  test(`${pattern} ${fits ? 'fits' : 'does not fit'} ${name}`, () => assert.equal(matchesAny([pattern], name), fits))

test('statuses go to the host with the words it knows, each once, and again after a failure', async (t) => {
  const one = await pretendSources(t)
  const { host, client } = one
  const sha = await host.commit('main', { a: '1' }, 'first')
  const data = { token: Buffer.from('ghp_secret').toString('base64') }
  client.seed(secret, { metadata: { namespace: 'demo', name: 'status' }, data } as never)
  await aim(one, { url: host.url, webhook: { statusToken: 'status' } })
  await client.patch(app, at, { status: { codeHost: 'gitea' } }, { subresource: 'status' })
  await one.idle()
  const [made] = await one.runs()
  await client.updateStatus(pipeline, { ...made!, status: { state: 'running' } })
  await one.idle()
  const running = await client.get(pipeline, made!.metadata)
  await client.updateStatus(pipeline, { ...running, status: { state: 'failure', reason: 'step test failed' } })
  await one.idle()
  assert.deepEqual(
    host.posted.map(({ path, body }) => `${path} ${body.state} ${body.context}`),
    ['pending', 'pending', 'failure'].map(
      (state) => `/api/v1/repos/git/octo/hello/statuses/${sha} ${state} continuous-integration/drone/push`,
    ),
  )
  assert.equal(host.posted.at(-1)?.headers.authorization, 'token ghp_secret')
  assert.equal(host.posted.at(-1)?.body.description, 'step test failed')
  assert.match(host.posted.at(-1)?.body.target_url ?? '', /^http:\/\/sampan\.test\/.*hello-1$/)
})
