import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decryptedSecret } from '@sampan/drone/secret'
import { isSigned } from '@sampan/drone/signature'
import { createRouter } from '@sampan/http/router'
import { serve } from '@sampan/http/serve'
import { silent } from '@sampan/kit/log'
import { app } from '@sampan/resources/sampan/app'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { findRepositoryKey } from '../pipelines/repository-key.ts'
import { at, pretendSources } from '../sources/pretend-sources.ts'
import { droneRoutes } from './routes.ts'

test("Drone's clients find builds, logs, promotions, cron jobs and secrets where they look for them", async (t) => {
  const one = await pretendSources(t)
  await one.host.commit('main', { '.drone.yml': 'kind: pipeline' }, 'first')
  await one.client.patch(app, at, { spec: { source: { url: one.host.url, pollSeconds: 3600 } } })
  await one.idle()
  const [made] = await one.runs()
  const time = '2026-01-01T00:00:00Z'
  await one.client.updateStatus(pipeline, {
    ...made!,
    status: {
      state: 'cancelled',
      startedAt: time,
      finishedAt: time,
      stages: [
        {
          name: 'default',
          state: 'failure',
          steps: [{ name: 'test', kind: 'step', state: 'failure', exitCode: 2, startedAt: time }],
        },
      ],
    },
  })
  const context = {
    ...one.context,
    async *readLog(_: unknown, { step }: { step?: string }) {
      yield { step: step ?? '', time: '2026-01-01T00:00:03Z', text: `line of ${step}` }
    },
  }
  const caller = { name: 'ann', groups: ['sampan:admins'], via: 'token' as const }
  const served = await serve(
    (closing) =>
      createRouter({
        routes: droneRoutes(context as never),
        identify: async () => caller,
        apiFor: () => one.client,
        may: async () => true,
        log: silent,
        closing,
      }),
    { port: 0, host: '127.0.0.1' },
  )
  t.after(() => served.close(0))
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
    const response = await fetch(`http://127.0.0.1:${served.port}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
    }
  }
  const repo = '/api/repos/demo/hello'
  assert.equal((await call('GET', '/api/user')).body.login, 'ann')
  const { body: repository } = await call('GET', repo)
  assert.deepEqual(
    [repository.slug, repository.default_branch, repository.config_path],
    ['demo/hello', 'main', '.drone.yml'],
  )
  const { body: build } = await call('GET', `${repo}/builds/1`)
  assert.deepEqual(
    [build.number, build.status, build.event, build.message, build.target],
    [1, 'killed', 'push', 'first', 'main'],
  )
  assert.deepEqual(
    [build.stages[0].number, build.stages[0].steps[0].status, build.stages[0].steps[0].exit_code],
    [1, 'failure', 2],
  )
  assert.deepEqual((await call('GET', `${repo}/builds/1/logs/1/1`)).body, [
    { pos: 0, out: 'line of default/test\n', time: 3 },
  ])
  assert.equal((await call('GET', `${repo}/builds/1/logs/1/9`)).status, 404)
  assert.equal((await call('POST', `${repo}/builds/1/promote`)).status, 400)
  const promoted = (await call('POST', `${repo}/builds/1/promote?target=prod&COLOUR=red`)).body
  assert.deepEqual(
    [promoted.event, promoted.parent, promoted.deploy_to, promoted.params],
    ['promote', 1, 'prod', { COLOUR: 'red' }],
  )
  const custom = (await call('POST', `${repo}/builds?branch=main&A=b`)).body
  assert.deepEqual([custom.event, custom.params, custom.after], ['custom', { A: 'b' }, made?.spec.commit.sha])
  assert.equal((await call('POST', `${repo}/builds/1`)).body.parent, 1)
  assert.equal((await call('DELETE', `${repo}/builds/3`)).status, 204)
  assert.equal((await one.runs())[2]?.spec.cancel, true)
  const listed = (await call('GET', `${repo}/builds?per_page=2&page=2`)).body
  assert.deepEqual(
    listed.map(({ number }: { number: number }) => number),
    [2, 1],
  )
  assert.equal((await call('POST', `${repo}/cron`, { name: 'nightly', expr: '@daily' })).status, 200)
  assert.equal((await call('POST', `${repo}/cron`, { name: 'bad', expr: 'soon' })).status, 422)
  const jobs = (await call('GET', `${repo}/cron`)).body
  assert.deepEqual([jobs[0].name, jobs[0].expr, jobs[0].branch], ['nightly', '@daily', 'main'])
  assert.equal((await call('DELETE', `${repo}/cron/nightly`)).status, 204)
  for (const base of [`${repo}/secrets`, '/api/secrets/demo']) {
    assert.equal((await call('POST', base, { name: 'key', data: 'hush', pull_request: true })).status, 200)
    const { body: secrets } = await call('GET', base)
    assert.deepEqual(secrets, [{ name: 'key', pull_request: true, pull_request_push: false }])
    assert.equal((await call('DELETE', `${base}/key`)).status, 204)
  }
  const file = 'kind: pipeline\nname: default\nsteps: []\n'
  const { data: hmac } = (await call('POST', `${repo}/sign`, { data: file })).body
  const owner = await one.client.get(app, at)
  const key = (await findRepositoryKey(one.client, owner)) ?? ''
  assert.ok(isSigned(`${file}---\nkind: signature\nhmac: ${hmac}\n`, key), 'what is signed here is taken as signed')
  for (const path of ['encrypt', 'encrypt/secret']) {
    const { data } = (await call('POST', `${repo}/${path}`, { name: 'x', data: 'hush' })).body
    assert.equal(decryptedSecret(data, key), 'hush')
  }
  assert.equal((await call('POST', `${repo}/sign`, {})).status, 422)
  const waits = {
    name: 'default',
    state: 'blocked' as const,
    steps: [{ name: 'a', kind: 'step' as const, state: 'blocked' }],
  }
  const blocked = async (index: number) => {
    const run = (await one.runs())[index]!
    const stages = [waits, { ...waits, name: 'second' }]
    await one.client.updateStatus(pipeline, { ...run, status: { state: 'blocked', stages } as never })
    await one.idle()
    return run.spec.number
  }
  const number = await blocked(1)
  assert.equal((await call('POST', `${repo}/builds/${number}/approve/9`)).status, 404)
  assert.equal((await call('POST', `${repo}/builds/${number}/approve/1`)).status, 204)
  assert.equal((await call('POST', `${repo}/builds/${number}/decline/2`)).status, 204)
  assert.equal((await call('POST', `${repo}/builds/${number}/decline/2`)).status, 409)
  assert.deepEqual(
    (await one.runs())[1]?.status?.stages?.map(({ state }) => state),
    ['pending', 'declined'],
  )
  assert.match((await call('GET', '/api/badges/demo/hello/status.svg')).body, /<svg .*cancelled/)
})
