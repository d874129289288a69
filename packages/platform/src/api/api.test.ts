import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { metricsRegistry } from '@sampan/control/metrics'
import { createRouter } from '@sampan/http/router'
import { type Served, serve } from '@sampan/http/serve'
import { silent } from '@sampan/kit/log'
import { deployment } from '@sampan/resources/apps/deployment'
import { pod } from '@sampan/resources/core/pod'
import { ourKinds } from '@sampan/resources/sampan/kinds'
import { type Accounts, createAccounts } from '../access/accounts.ts'
import type { PlatformConfig } from '../config.ts'
import { type World, world } from '../pretend-world.ts'
import type { ApiContext } from './context.ts'
import { apiRoutes } from './routes.ts'
import { identify } from './sessions.ts'

let one: World
let served: Served
let context: ApiContext
let token = ''
let viewer = ''
const password = 'correct horse'
const config = {
  home: '/tmp',
  name: 'test',
  ports: { platform: 7070, registry: 5000, http: 80, https: 443 },
  domain: 'localhost',
  platformURL: 'http://10.0.0.1:7070',
} as PlatformConfig

before(async () => {
  one = await world()
  const { client, caches } = one
  const accounts: Accounts = {
    ...createAccounts({ client, now: () => new Date() }),
    may: async (who) => who.name !== 'eve',
  }
  context = {
    client,
    caches,
    accounts,
    config,
    log: silent,
    now: () => new Date(),
    metrics: metricsRegistry(),
    async *readLog() {
      yield { step: 'build', time: '2026-01-01T00:00:00Z', text: 'STEP 1' }
    },
    repositories: { exists: async () => false } as unknown as ApiContext['repositories'],
    git: {} as ApiContext['git'],
    sources: {} as ApiContext['sources'],
    factsOf: one.factsOf,
    urlOf: (host) => `http://${host}`,
    version: '0.1.0',
  }
  await Promise.all([...ourKinds, pod, deployment].map((kind) => caches.of(kind as never).synced))
  await accounts.create({ name: 'ann', password, groups: ['sampan:admins'] })
  await accounts.create({ name: 'eve', password })
  const router = (closing: AbortSignal) =>
    createRouter({
      routes: apiRoutes(context),
      identify: identify(accounts),
      apiFor: () => client,
      may: async (caller) => caller.name !== 'eve',
      log: silent,
      closing,
    })
  served = await serve(router, { port: 0, host: '127.0.0.1' })
  token = (await call('POST', '/api/login', { user: 'ann', password }, '')).body.token
  viewer = (await call('POST', '/api/login', { user: 'eve', password }, '')).body.token
})
after(async () => {
  await served.close(100)
  await one.end()
})

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answered = { status: number; headers: Headers; body: any }

async function call(method: string, path: string, body?: unknown, as = token, headers = {}): Promise<Answered> {
  const response = await fetch(`http://127.0.0.1:${served.port}${path}`, {
    method,
    headers: {
      ...(as && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** Makes the request and lets the world move meanwhile. */
async function callAndSettle(method: string, path: string, body?: unknown): Promise<Answered> {
  const answered = call(method, path, body)
  let done = false
  answered.finally(() => {
    done = true
  })
  while (!done) {
    await one.settle()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await one.settle()
  return answered
}

test('a wrong password is refused with a sentence', async () => {
  const { status, body } = await call('POST', '/api/login', { user: 'ann', password: 'guess' }, '')
  assert.equal(status, 401)
  assert.match(body.detail, /Wrong name or password/)
})

test('a login gives a token and a cookie that scripts cannot read', async () => {
  const { status, body, headers } = await call('POST', '/api/login', { user: 'ann', password }, '')
  assert.equal(status, 200)
  assert.deepEqual(body.user, { name: 'ann', groups: ['sampan:admins', 'system:authenticated'] })
  const cookie = headers.get('set-cookie') ?? ''
  assert.match(cookie, /^sampan-session=spt_.*HttpOnly; SameSite=Lax/)
  const own = { cookie: cookie.split(';')[0]!, 'sec-fetch-site': 'same-origin' }
  assert.equal((await call('GET', '/api/me', undefined, '', own)).body.name, 'ann')
  const foreign = { ...own, 'sec-fetch-site': 'cross-site' }
  assert.equal((await call('POST', '/api/logout', undefined, '', foreign)).status, 403)
  assert.equal((await call('POST', '/api/logout', undefined, '', own)).status, 204)
  assert.equal((await call('GET', '/api/me', undefined, '', own)).status, 401)
})

test('nobody gets in without credentials, or with bad ones', async () => {
  for (const as of ['', 'spt_0000000000000000_bad', 'x']) {
    assert.equal((await call('GET', '/api/apps', undefined, as)).status, 401)
  }
})

test('who has no right is refused', async () => {
  assert.equal((await call('GET', '/api/projects/demo/apps/web', undefined, viewer)).status, 403)
  assert.deepEqual((await call('GET', '/api/apps', undefined, viewer)).body, [])
  assert.deepEqual((await call('GET', '/api/projects', undefined, viewer)).body, [])
})

test('an app that was never deployed', async () => {
  const { body } = await call('GET', '/api/apps?project=demo')
  assert.deepEqual(body, [{ project: 'demo', name: 'web', environment: 'test', state: 'none' }])
})

test('launch makes project and app and gives the git remote; a second time it merges', async () => {
  const made = await callAndSettle('POST', '/api/projects/fresh/apps', { name: 'shop', parameters: { port: 3000 } })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { remote, app } = made.body
  assert.equal(remote.url, `http://127.0.0.1:${served.port}/git/fresh/shop.git`)
  assert.deepEqual([remote.user, remote.password.startsWith('spt_')], ['ann', true])
  assert.equal((await call('GET', '/api/me', undefined, remote.password)).body.name, 'ann')
  assert.deepEqual([app.spec.parameters.port, app.spec.parameters.replicas], [3000, 1])
  const again = await callAndSettle('POST', '/api/projects/fresh/apps', {
    name: 'shop',
    parameters: { env: { A: '1' } },
  })
  assert.equal(again.status, 200)
  assert.deepEqual([again.body.app.spec.parameters.port, again.body.app.spec.parameters.env], [3000, { A: '1' }])
})

const refusals: [name: string, method: string, path: string, body: unknown, status: number, says: RegExp][] = [
  ['a bad app name', 'POST', '/api/projects/demo/apps', { name: 'My App' }, 422, /name/],
  [
    'a memory that is none',
    'POST',
    '/api/projects/demo/apps',
    { name: 'x', parameters: { memory: 'lots' } },
    422,
    /256Mi/,
  ],
  [
    'an unknown parameter',
    'POST',
    '/api/projects/demo/apps',
    { name: 'x', parameters: { colour: 'red' } },
    422,
    /colour/,
  ],
  ['an app that is not there', 'GET', '/api/projects/demo/apps/nope', undefined, 404, /no app "nope"/],
  ['a release that is not there', 'GET', '/api/projects/demo/apps/web/releases/99', undefined, 404, /no release 99/],
  ['a project name of the system', 'POST', '/api/projects', { name: 'kube-x' }, 422, /kept for the system/],
  ['a deploy of nothing', 'POST', '/api/projects/demo/apps/web/deploy', {}, 404, /git push/],
  ['a since that is no time', 'GET', '/api/projects/demo/apps/web/logs?since=soon', undefined, 400, /10m/],
]
for (const [name, method, path, body, status, says] of refusals) {
  test(`refused: ${name}`, async () => {
    const answered = await call(method, path, body)
    assert.equal(answered.status, status, JSON.stringify(answered.body))
    assert.match(answered.body.detail, says)
  })
}

test('from push to rollback, seen through the API', async () => {
  await one.push(1)
  const [row] = (await call('GET', '/api/apps?project=demo')).body
  assert.deepEqual([row.state, row.url, row.release, row.ready], ['verified', 'http://web-test.demo.localhost', 1, 1])
  const { body: preview } = await call('POST', '/api/projects/demo/apps/web/preview', { replicas: 2, env: { A: '1' } })
  assert.equal(preview.reason, 'scaled to 2, env A set')
  assert.match(preview.environments[0].diff, /^- {2}replicas: 1\n\+ {2}replicas: 2$/m)
  assert.deepEqual((await call('POST', '/api/projects/demo/apps/web/preview', {})).body, { environments: [] })
  assert.equal((await call('GET', '/api/projects/demo/apps/web')).body.releases.length, 1)
  const stale = await call('PATCH', '/api/projects/demo/apps/web/parameters?generation=99', { replicas: 5 })
  assert.equal(stale.status, 409)
  assert.match(stale.body.detail, /nothing has been overwritten/)
  const scaled = await callAndSettle('PATCH', '/api/projects/demo/apps/web/parameters', { replicas: 2 })
  assert.deepEqual([scaled.body.release, scaled.body.rollout], ['web-2', 'web.test.2'])

  const detail = (await call('GET', '/api/projects/demo/apps/web')).body
  assert.deepEqual(
    detail.releases.map((each: { number: number; serving: string[] }) => [each.number, each.serving]),
    [
      [2, ['test']],
      [1, []],
    ],
  )
  assert.equal(detail.instances.length, 2)
  assert.equal(detail.pipelines[0].metadata.name, 'web-1')

  const { body: diff } = await call('GET', '/api/projects/demo/apps/web/releases/2/diff')
  assert.match(diff.environments[0].diff, /^- {2}replicas: 1\n\+ {2}replicas: 2$/m)

  const back = await callAndSettle('POST', '/api/projects/demo/apps/web/rollback', { release: 1 })
  assert.equal(back.status, 201)
  assert.equal(back.body.rollout.spec.release, 'web-1')
  const [now] = (await call('GET', '/api/apps?project=demo')).body
  assert.deepEqual([now.state, now.release, now.replicas], ['verified', 1, 1])
  const again = await call('POST', '/api/projects/demo/apps/web/rollback', { release: 1 })
  assert.equal(again.status, 409)
  assert.match(again.body.detail, /serves in test already/)
})

test('the progress of a rollout ends with the URL', async () => {
  const { body } = await call('GET', '/api/projects/demo/apps/web/progress', undefined, token, {
    accept: 'text/event-stream',
  })
  assert.match(body, /event: line\ndata: \{"text":"verified: http/)
  assert.match(body, /event: end\ndata: \{"ok":true,"url":"http:\/\/web-test\.demo\.localhost"\}/)
})

test('what instances take comes as samples, as long as somebody looks', async () => {
  const leave = new AbortController()
  const response = await fetch(`http://127.0.0.1:${served.port}/api/projects/demo/apps/web/usage`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  })
  let got = ''
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    got += piece
    if (got.includes('sample')) break
  }
  leave.abort()
  assert.match(got, /event: sample\ndata: \{"time":"[^"]+","instances":\[/)
})

test('the log of a run comes as text or as events', async () => {
  assert.equal((await call('GET', '/api/projects/demo/pipelines/web-1/logs')).body, 'STEP 1\n')
  const { body } = await call('GET', '/api/projects/demo/pipelines/web-1/logs', undefined, token, {
    accept: 'text/event-stream',
  })
  assert.match(body, /data: \{"step":"build".*"text":"STEP 1"\}/)
})

test('users, passwords and tokens', async () => {
  const made = await call('POST', '/api/users', { name: 'bob', password: 'a long password' })
  assert.equal(made.status, 201)
  assert.equal((await call('POST', '/api/users', { name: 'bob', password: 'a long password' })).status, 409)
  assert.equal((await call('POST', '/api/users', { name: 'cid', password: 'short' })).status, 422)
  const bob = (await call('POST', '/api/login', { user: 'bob', password: 'a long password' }, '')).body.token
  const wrong = await call('PUT', '/api/me/password', { old: 'x', password: 'another password' }, bob)
  assert.equal(wrong.status, 403)
  assert.equal(
    (await call('PUT', '/api/me/password', { old: 'a long password', password: 'another password' }, bob)).status,
    204,
  )
  assert.equal((await call('GET', '/api/me', undefined, bob)).status, 401, 'a new password ends old sessions')
  const again = (await call('POST', '/api/login', { user: 'bob', password: 'another password' }, '')).body.token
  const issued = (await call('POST', '/api/tokens', { title: 'ci' }, again)).body
  assert.equal((await call('GET', '/api/me', undefined, issued.token)).body.name, 'bob')
  assert.equal((await call('DELETE', `/api/tokens/${issued.id}`)).status, 404, 'not one of hers')
  assert.equal((await call('DELETE', `/api/tokens/${issued.id}`, undefined, again)).status, 204)
  assert.equal((await call('GET', '/api/me', undefined, issued.token)).status, 401)
  assert.equal((await call('DELETE', '/api/users/bob')).status, 204)
  assert.equal((await call('GET', '/api/me', undefined, again)).status, 401)
})

test('secrets of a project and of an app: names are seen, values never', async () => {
  for (const place of ['/api/projects/demo', '/api/projects/demo/apps/web']) {
    const secrets = `${place}/secrets`
    const made = await call('POST', secrets, { name: 'token', value: 'hunter2' })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal((await call('POST', secrets, { name: 'token', value: 'again' })).status, 409)
    assert.equal((await call('PUT', `${secrets}/token`, { pullRequests: true })).status, 200)
    const listed = await call('GET', secrets)
    assert.equal(listed.body.length, 1)
    assert.equal(listed.body[0].name, 'token')
    assert.doesNotMatch(JSON.stringify([made.body, listed.body]), /hunter2|again/)
    assert.equal((await call('GET', secrets, undefined, viewer)).status, 403)
    assert.equal((await call('DELETE', `${secrets}/token`)).status, 204)
    assert.deepEqual((await call('GET', secrets)).body, [])
  }
  assert.equal((await call('GET', '/api/projects/demo/apps/nowhere/secrets')).status, 404)
})

test('deploying an app of an image takes what its tag names now', async () => {
  const [first, second] = ['a', 'b'].map((hex) => `nginx:1@sha256:${hex.repeat(64)}`) as [string, string]
  const place = '/api/projects/demo/apps/proxy'
  const deploy = () => call('POST', `${place}/deploy`, {})
  one.images.set('nginx:1', { image: first, exposedPort: 80 })
  const made = await call('POST', '/api/projects/demo/apps', { name: 'proxy', image: 'nginx:1' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await one.settle()
  const same = await deploy()
  assert.equal(same.status, 409)
  assert.equal(same.body.detail, 'nginx:1 is still the image of release 1: nothing is new.')
  one.images.set('nginx:1', { image: second, exposedPort: 80 })
  assert.equal((await deploy()).status, 200)
  await one.settle()
  const releases = await call('GET', `${place}/releases`)
  assert.deepEqual(
    releases.body.map(({ image }: { image: string }) => image),
    [second, first],
  )
  assert.equal((await deploy()).status, 409)
  one.images.set('nginx:1', 'docker.io cannot be reached')
  assert.match((await deploy()).body.detail, /^Whether nginx:1 changed cannot be told \(docker\.io cannot be reached\)/)
})

test('guessing passwords is slowed down', async () => {
  const answers: number[] = []
  for (let i = 0; i < 6; i++)
    answers.push((await call('POST', '/api/login', { user: 'nobody', password: `${i}` }, '')).status)
  assert.deepEqual(answers, [401, 401, 401, 401, 401, 429])
})

test('every route is in docs/api.md, and nothing else', async () => {
  const page = await readFile(new URL('../../../../docs/api.md', import.meta.url), 'utf8')
  const documented = [...page.matchAll(/^\| (.+?) \|/gm)]
    .flatMap(([, cell]) => [
      ...cell!.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/(?:api|hooks|healthz|metrics)[^`?\s]*)/g),
    ])
    .map(([, method, path]) => `${method} ${path}`)
  const served = apiRoutes(context)
    .filter(({ path }) => !path.startsWith('/kube/'))
    .map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(documented.toSorted(), served.toSorted())
})
