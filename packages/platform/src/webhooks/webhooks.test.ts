import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { app, codeHosts } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { at, type PretendSources, pretendSources, hookSecret as secret } from '../sources/pretend-sources.ts'
import { isRefName } from './hook-event.ts'
import { githubEvent } from './hosts/github.ts'
import { gitlabEvent } from './hosts/gitlab.ts'
import { gogsEvent } from './hosts/gogs.ts'
import { bodies, delivered } from './payloads.ts'
import { hostOf, readHook } from './read.ts'
import { isSigned } from './signature.ts'

const send = (one: PretendSources, { headers, body }: { headers: Record<string, string>; body: string }) =>
  one.post(headers, body)

/** An app that follows the host, whose hooks come before any poll. */
async function following(t: Parameters<typeof pretendSources>[0], more: object = {}) {
  const one = await pretendSources(t, { more })
  const first = await one.host.commit('main', { '.drone.yml': 'kind: pipeline' }, 'first')
  await one.client.patch(app, at, { spec: { source: { url: one.host.url, pollSeconds: 3600 } } })
  await one.idle()
  return { one, first }
}

for (const host of codeHosts) {
  test(`a push that ${host} tells of is fetched and run, once`, async (t) => {
    const { one, first } = await following(t)
    const after = await one.host.commit('main', { a: '2' }, 'second')
    const facts = { ref: 'refs/heads/main', before: first, after, message: 'second', cloneUrl: one.host.url }
    const delivery = delivered(host, 'push', bodies[host].push(facts), { secret })
    const answer = await send(one, delivery)
    assert.deepEqual([answer.status, answer.pipeline], [201, 'hello-2'], answer.message)
    const run = (await one.runs())[1]!
    assert.equal(run.spec.event, 'push')
    assert.equal(run.spec.branch, 'main')
    assert.deepEqual(
      [
        run.spec.commit.sha,
        run.spec.commit.ref,
        run.spec.commit.before,
        run.spec.commit.message,
        run.spec.commit.login,
      ],
      [after, 'refs/heads/main', first, 'second', 'ada'],
    )
    assert.equal(run.spec.by, 'ada')
    assert.equal(run.spec.commit.author, 'Ada Lovelace')
    assert.equal((await one.app()).status?.codeHost, host)
    const again = await send(one, delivery)
    assert.deepEqual([again.status, again.pipeline], [200, undefined])
    // The same words under another delivery: what a replay looks like.
    const replay = delivered(host, 'push', bodies[host].push(facts), { secret })
    assert.equal((await send(one, replay)).status, 200)
    await one.sources.follow(await one.app(), new AbortController().signal)
    assert.equal((await one.runs()).length, 2, 'polling finds nothing new')
  })

  test(`a pull request that ${host} tells of runs with its branches; from a fork it is told as such`, async (t) => {
    const { one } = await following(t)
    const folder = host === 'gitlab' ? 'merge-requests' : 'pull'
    const sha = await one.host.commit('topic', { a: '2' }, 'better')
    await one.host.git('push', '-q', '../octo/hello.git', `HEAD:refs/${folder}/7/head`)
    const event = (action: string, fork = false) =>
      delivered(host, 'pull_request', bodies[host].pull({ action, number: 7, sha, cloneUrl: one.host.url, fork }), {
        secret,
      })
    const opened = await send(one, event('opened', true))
    assert.equal(opened.status, 201, opened.message)
    const { spec } = (await one.runs())[1]!
    assert.deepEqual(
      [spec.event, spec.action, spec.branch, spec.sourceBranch, spec.commit.ref, spec.commit.sha],
      ['pull_request', 'opened', 'main', 'topic', `refs/${folder}/7/head`, sha],
    )
    assert.deepEqual(spec.pullRequest, { number: 7, title: 'Better words', fork: true })
    const next = await one.host.commit('topic', { a: '3' }, 'even better')
    await one.host.git('push', '-q', '../octo/hello.git', `HEAD:refs/${folder}/7/head`)
    const body = bodies[host].pull({ action: 'synchronized', number: 7, sha: next, cloneUrl: one.host.url })
    const changed = await send(one, delivered(host, 'pull_request', body, { secret }))
    assert.equal(changed.status, 201, changed.message)
    const last = (await one.runs()).at(-1)!
    assert.deepEqual(
      [last.spec.action, last.spec.commit.sha, last.spec.pullRequest?.fork],
      ['synchronized', next, false],
    )
    for (const action of ['reopened', 'closed', 'labeled']) {
      const quiet = await send(one, event(action))
      assert.ok(quiet.status === 200 || quiet.status === 202, `${action}: ${quiet.message}`)
    }
    assert.equal((await one.runs()).length, 3)
  })

  test(`what ${host} did not sign, or signed with another secret, is refused`, async (t) => {
    const { one, first } = await following(t)
    const body = bodies[host].push({ ref: 'refs/heads/main', after: first, cloneUrl: one.host.url })
    const good = delivered(host, 'push', body, { secret })
    const bad = delivered(host, 'push', body, { secret: 'another secret' })
    assert.equal((await send(one, bad)).status, 401)
    const unsigned = Object.entries(good.headers).filter(([name]) => !/signature|token/i.test(name))
    assert.equal((await send(one, { ...good, headers: Object.fromEntries(unsigned) })).status, 401)
    if (host !== 'gitlab') assert.equal((await send(one, { ...good, body: `${good.body} ` })).status, 401)
    assert.equal((await one.runs()).length, 1)
  })
}

test('a tag is run once per host, also where it comes as two events', async (t) => {
  const { one, first } = await following(t)
  const { host } = one
  for (const [i, name] of codeHosts.entries()) {
    const ref = `refs/tags/v${i}`
    await host.git('tag', '-a', `v${i}`, '-m', 'annotated', first)
    await host.git('push', '-q', '../octo/hello.git', ref)
    const object = (await host.git('rev-parse', ref)).trim()
    const pushed = {
      ...bodies[name].push({ ref, after: name === 'gitlab' ? object : first, cloneUrl: host.url }),
      ...(name === 'gitlab' && { checkout_sha: first }),
    }
    const created = { ref: `v${i}`, ref_type: 'tag', repository: { clone_url: host.url }, sender: { login: 'ada' } }
    await send(one, delivered(name, name === 'gitlab' ? 'tag' : 'push', pushed, { secret }))
    if (name !== 'gitlab') await send(one, delivered(name, 'create', created, { secret }))
  }
  const tags = (await one.runs()).slice(1)
  assert.deepEqual(
    tags.map(({ spec }) => `${spec.event} ${spec.action} ${spec.commit.ref} ${spec.commit.sha === first}`),
    codeHosts.map((_, i) => `tag create refs/tags/v${i} true`),
  )
  const gone = bodies.github.push({ ref: 'refs/tags/v0', before: first, after: '0'.repeat(40), cloneUrl: host.url })
  await send(one, delivered('github', 'push', gone, { secret }))
  assert.equal(await one.git.repositories.resolve({ project: 'demo', app: 'hello' }, 'refs/tags/v0'), undefined)
})

test('ping, foreign events, skip words, forms, broken and oversized bodies are answered', async (t) => {
  const { one, first } = await following(t)
  const { host } = one
  const ping = await send(one, delivered('github', 'ping', { zen: 'Keep it simple.', hook_id: 1 }, { secret }))
  assert.deepEqual([ping.status, ping.message], [200, 'Sampan hears you: demo/hello.'])
  const star = await send(one, delivered('github', 'star', { action: 'created' }, { secret }))
  assert.equal(star.status, 202)
  const silent = await host.commit('main', { a: '2' }, 'docs [skip ci]')
  const facts = { ref: 'refs/heads/main', before: first, after: silent, message: 'docs [skip ci]', cloneUrl: host.url }
  const skipped = await send(one, delivered('github', 'push', bodies.github.push(facts), { secret }))
  assert.match(skipped.message, /No pipeline: the message says \[skip ci\]/)
  for (const name of ['github', 'gitea', 'gogs'] as const) {
    const after = await host.commit('main', { a: name }, name)
    const body = bodies[name].push({ ref: 'refs/heads/main', after, message: name, cloneUrl: host.url })
    assert.equal((await send(one, delivered(name, 'push', body, { secret, form: true }))).status, 201)
  }
  const sign = (body: string) => ({
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  })
  for (const body of ['nonsense', '[]', 'null', '']) assert.equal((await one.post(sign(body), body)).status, 400, body)
  assert.equal((await one.post({ 'content-type': 'application/json' }, '{}')).status, 400)
  const huge = 'x'.repeat(26 * 1024 * 1024)
  const tooLarge = await one.post({ 'x-github-event': 'push' }, huge).catch(() => ({ status: 413 }))
  assert.equal(tooLarge.status, 413)
  const evil = bodies.github.push({ ref: 'refs/heads/--upload-pack=x y', after: first, cloneUrl: host.url })
  assert.equal((await send(one, delivered('github', 'push', evil, { secret }))).status, 400)
})

test('a deployment promotes the run of its commit', async (t) => {
  const { one, first } = await following(t)
  const deployment = {
    id: 1,
    sha: first,
    ref: 'main',
    environment: 'prod',
    payload: '{"COLOUR":"red","N":3}',
    creator: { login: 'ada' },
  }
  const answer = await send(
    one,
    delivered('github', 'deployment', { deployment, sender: { login: 'ada' } }, { secret }),
  )
  assert.equal(answer.status, 201, answer.message)
  const { spec } = (await one.runs())[1]!
  assert.deepEqual(
    [spec.event, spec.target, spec.parent, spec.commit.sha, spec.parameters],
    ['promote', 'prod', 1, first, { COLOUR: 'red', N: '3' }],
  )
})

test('a pull request has its preview while it is open', async (t) => {
  const { one } = await following(t, { previews: { pullRequests: true } })
  const sha = await one.host.commit('topic', { a: '2' }, 'better')
  await one.host.git('push', '-q', '../octo/hello.git', 'HEAD:refs/pull/7/head')
  const event = (action: string) =>
    delivered('github', 'pull_request', bodies.github.pull({ action, number: 7, sha, cloneUrl: one.host.url }), {
      secret,
    })
  const names = async () => (await one.client.list(environment)).items.map(({ metadata }) => metadata.name)
  assert.equal((await send(one, event('opened'))).status, 201)
  assert.deepEqual(await names(), ['pr-7'])
  await send(one, event('closed'))
  assert.deepEqual(await names(), [])
})

test('what cannot be fetched now is kept on disk, told, and fetched when it can be', async (t) => {
  const { one } = await following(t)
  const after = await one.host.commit('main', { a: '2' }, 'second')
  one.host.password = 'later'
  const body = bodies.github.push({ ref: 'refs/heads/main', after, message: 'second', cloneUrl: one.host.url })
  const sent = send(one, delivered('github', 'push', body, { secret }))
  await wait(1000)
  one.host.password = undefined
  const answer = await sent
  for (let i = 0; i < 100 && (await one.runs()).length < 2; i++) await wait(100)
  assert.ok([201, 202].includes(answer.status), answer.message)
  assert.deepEqual(await one.told(), ['push refs/heads/main first', 'push refs/heads/main second'])
  const { deliveries } = (await one.call('GET', '/api/projects/demo/apps/hello/webhook')).body as {
    deliveries: { state: string; message: string }[]
  }
  assert.deepEqual([deliveries[0]?.state, deliveries[0]?.message], ['done', 'Pipeline 2 of hello.'])
})

test('an app without an address of its own takes commits that were pushed to it', async (t) => {
  const one = await pretendSources(t)
  const { host, git } = one
  const first = await host.commit('main', { a: '1' }, 'first')
  const name = { project: 'demo', app: 'hello' }
  await git.repositories.ensure(name, 'main')
  await host.git('push', '-q', git.repositories.pathOf(name), 'HEAD:refs/heads/main')
  const body = bodies.gitea.push({
    ref: 'refs/heads/main',
    after: first,
    message: 'first',
    cloneUrl: 'https://host.invalid/r.git',
  })
  assert.equal((await send(one, delivered('gitea', 'push', body, { secret }))).status, 201)
  const second = await host.commit('main', { a: '2' }, 'second')
  const next = bodies.gitea.push({ ref: 'refs/heads/main', after: second, message: 'second', cloneUrl: host.url })
  assert.equal(
    (await send(one, delivered('gitea', 'push', next, { secret }))).status,
    201,
    'fetched where the payload says',
  )
  assert.deepEqual(await one.told(), ['push refs/heads/main first', 'push refs/heads/main second'])
})

const headers: [name: string, given: Record<string, string>, want: string | undefined][] = [
  ['Forgejo', { 'x-forgejo-event': 'push', 'x-gitea-event': 'push', 'x-github-event': 'push' }, 'gitea'],
  ['Gitea', { 'x-gitea-event': 'push', 'x-gogs-event': 'push', 'x-github-event': 'push' }, 'gitea'],
  ['Gogs', { 'x-gogs-event': 'push', 'x-github-event': 'push' }, 'gogs'],
  ['GitLab', { 'x-gitlab-event': 'Push Hook' }, 'gitlab'],
  ['GitHub', { 'x-github-event': 'push' }, 'github'],
  ['nobody', { 'x-event-key': 'repo:push' }, undefined],
]
for (const [name, given, want] of headers) test(`${name} is recognised`, () => assert.equal(hostOf(given)?.host, want))

test("GitLab's newest signature counts too, while it is fresh", () => {
  const now = new Date('2026-01-01T00:00:00Z')
  const bytes = Buffer.from('{"a":1}')
  const signed = (secondsAgo: number, secret = 'whsec_c2VjcmV0') => {
    const timestamp = String(now.getTime() / 1000 - secondsAgo)
    const signature = createHmac('sha256', Buffer.from('secret'))
      .update(`id.${timestamp}.`)
      .update(bytes)
      .digest('base64')
    const headers = {
      'webhook-id': 'id',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,AAAA v1,${signature}`,
    }
    return isSigned('gitlab', { headers, bytes, payload: '' }, secret, now)
  }
  assert.equal(signed(10), true)
  assert.equal(signed(600), false)
  assert.equal(signed(10, 'secret'), true)
  assert.equal(signed(10, 'other'), false)
})

test('an empty secret signs nothing', () => {
  const headers = {
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${createHmac('sha256', '').update('{}').digest('hex')}`,
  }
  assert.equal(readHook({ headers, bytes: Buffer.from('{}') }, '', new Date()), undefined)
})

test('payloads with nothing in them are ignored, never thrown at', () => {
  for (const body of [
    {},
    { ref: 7 },
    { pull_request: null, action: 'opened' },
    { deployment: [] },
    { ref: 'x', commits: 'y' },
  ]) {
    for (const event of ['push', 'pull_request', 'deployment', 'delete', 'create', '__proto__', 'constructor']) {
      assert.equal(githubEvent(event, body).kind, event === 'delete' && body.ref === 'x' ? 'delete' : 'ignored')
      assert.ok(['ignored', 'delete'].includes(gogsEvent(event, body).kind))
    }
    assert.equal(gitlabEvent('Push Hook', { object_kind: 'push', ...body }).kind, 'ignored')
  }
})

const refs: [ref: string, fine: boolean][] = [
  ['refs/heads/main', true],
  ['refs/heads/a/b-c_d.e', true],
  ['refs/heads/a b', false],
  ['refs/heads/../x', false],
  ['refs/heads/a.lock', false],
  ['refs/heads/a:b', false],
  ['--upload-pack=x', false],
  ['refs/heads/', false],
]
for (const [ref, fine] of refs) test(`${ref} is ${fine ? 'a' : 'no'} ref`, () => assert.equal(isRefName(ref), fine))
