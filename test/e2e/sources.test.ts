import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { run, runOrThrow } from '@sampan/kit/run'
import { serveGit } from '@sampan/platform/git/backend'
import { gitRequestFrom } from '@sampan/platform/git/route'
import { bodies, delivered } from '@sampan/platform/webhooks/payloads'
import { codeHosts } from '@sampan/resources/sampan/app'
import { instanceFor } from '../support/instance.ts'

/** With SAMPAN_TEST_HOME an instance that runs already is used, for those who work on this. */
const given = process.env.SAMPAN_TEST_HOME
const instance = instanceFor('sources', 7)
const home = given ?? instance.home
const folder = mkdtempSync(join(tmpdir(), 'sampan-sources-e2e-'))
const work = join(folder, 'work')
const env = {
  SAMPAN_HOME: home,
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}
const ports = () =>
  (JSON.parse(readFileSync(join(home, 'config.json'), 'utf8')) as { ports: { platform: number; http: number } }).ports
const git = (...args: string[]) => runOrThrow('git', args, { cwd: work, env })
async function sampan<T>(...args: string[]): Promise<T> {
  const done = await run(join(import.meta.dirname, '../../sampan'), [...args, '--json'], { cwd: work, env })
  assert.equal(done.code, 0, `sampan ${args.join(' ')}: ${done.stderr}${done.stdout}`)
  return JSON.parse(done.stdout) as T
}

/** A repository at another server: a bare one behind git's own HTTP program. */
const bare = join(folder, 'octo', 'hello.git')
const host = createServer((request, response) => {
  const asked = gitRequestFrom(request.method ?? '', request.url ?? '')
  if (!asked) return void response.writeHead(404).end()
  const environment = { PATH: process.env.PATH ?? '', HOME: folder }
  serveGit(asked, request, response, { root: folder, environment, user: 'x' }).catch(() => response.destroy())
})

async function push(text: string): Promise<string> {
  writeFileSync(join(work, 'index.html'), `<h1>${text}</h1>\n`)
  await git('add', '.')
  await git('commit', '-q', '-m', text)
  await git('push', '-q', bare, 'HEAD:refs/heads/main')
  return (await git('rev-parse', 'HEAD')).trim()
}

/** Resolves when the app answers with a text under its own name. */
async function answers(app: string, text: string, environment = 'test'): Promise<void> {
  const asked = ['-s', '-H', `Host: ${app}-${environment}.src.localhost`, `http://127.0.0.1:${ports().http}/`]
  let said = ''
  for (let i = 0; i < 240; i++) {
    said = (await run('curl', asked)).stdout
    if (said.includes(text)) return
    await wait(500)
  }
  assert.fail(`${app} does not answer "${text}" but: ${said.slice(0, 200)}`)
}

before(async () => {
  mkdirSync(work, { recursive: true })
  mkdirSync(bare, { recursive: true })
  await runOrThrow('git', ['init', '-q', '--bare', '--initial-branch=main', bare])
  await git('init', '-q', '--initial-branch=main')
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  if (!given) await instance.up()
})
after(async () => {
  host.closeAllConnections()
  host.close()
  if (!given) await instance.uninstall()
  rmSync(folder, { recursive: true, force: true })
})

test('a repository elsewhere is followed, and signed webhooks of every host end in running releases', async () => {
  const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/git/octo/hello.git`
  let before = await push('first')
  await sampan('import', url, '--name', 'hooked', '--project', 'src', '--poll', '3600')
  await answers('hooked', 'first')
  const { url: hook, secret } = await sampan<{ url: string; secret: string }>('webhooks', 'show', 'src/hooked')
  assert.match(hook, /\/hooks\/src\/hooked$/)
  for (const name of codeHosts) {
    const after = await push(`by ${name}`)
    const body = bodies[name].push({ ref: 'refs/heads/main', before, after, message: `by ${name}`, cloneUrl: url })
    const bad = delivered(name, 'push', body, { secret: 'wrong' })
    assert.equal((await fetch(hook, { method: 'POST', ...bad })).status, 401)
    const answer = await fetch(hook, { method: 'POST', ...delivered(name, 'push', body, { secret }) })
    // 200: polling was there first.
    assert.ok(answer.status === 201 || answer.status === 200, await answer.text())
    await answers('hooked', `by ${name}`)
    before = after
  }
})

test('a folder is deployed as it is, and as an archive', async () => {
  writeFileSync(join(work, 'index.html'), '<h1>as it is</h1>\n')
  const done = await sampan<{ ok: boolean }>('deploy', '--app', 'src/folder')
  assert.equal(done.ok, true)
  await answers('folder', 'as it is')
})

test('a Subversion commit ends in a running release', async () => {
  const { url, user, password } = await sampan<{ url: string; user: string; password: string }>('svn', 'src/old')
  const flags = ['--non-interactive', '--no-auth-cache', '--username', user, '--password', password]
  const file = join(folder, 'svn.html')
  writeFileSync(file, '<h1>from Subversion</h1>\n')
  const done = await run('svn', ['import', '-q', '-m', 'first', ...flags, file, `${url}/trunk/index.html`])
  assert.equal(done.code, 0, done.stderr)
  await answers('old', 'from Subversion')
})

/** One app on its way: with a branch, a proposal, a signature, an environment that asks for approval, and a clock. */
async function committed(text: string, pipeline?: string): Promise<void> {
  writeFileSync(join(work, 'index.html'), `<h1>${text}</h1>\n`)
  if (pipeline) writeFileSync(join(work, '.drone.yml'), pipeline)
  await git('add', '.')
  await git('commit', '-q', '--allow-empty', '-m', text)
}
async function pushed(ref: string): Promise<string> {
  const done = await run('git', ['push', 'sampan', ref], { cwd: work, env, timeoutMs: 120_000 })
  assert.equal(done.code, 0, done.stderr)
  return done.stderr
}
const step = `kind: pipeline
name: check
steps:
- name: say
  image: debian:bookworm-slim
  commands: ['echo "$DRONE_BUILD_EVENT to $DRONE_DEPLOY_TO"']
`
interface Listed {
  spec: { number: number; event: string }
  status?: { state?: string; release?: number }
}

test('a proposal has a preview of its own, which goes with it', async () => {
  await sampan('launch', '--name', 'way', '--project', 'src')
  await sampan('previews', 'set', 'src/way', '--pull-requests', 'on')
  await committed('begun')
  await pushed('HEAD:refs/heads/main')
  await committed('proposed')
  const said = await pushed('HEAD:refs/for/main')
  assert.match(said, /answers in pr-1: http:\/\/way-pr-1\.src\./)
  await answers('way', 'proposed', 'pr-1')
  await pushed(':refs/pull/1/head')
  for (let tries = 0; ; tries++) {
    const { previews } = await sampan<{ previews: object[] }>('previews', 'list', 'src/way')
    if (previews.length === 0) break
    assert.ok(tries < 120, 'the preview is still there')
    await wait(500)
  }
})

test('a protected file waits for approval unless it is rightly signed, and the push says so', async () => {
  await sampan('set', 'src/way', '--protected', 'on')
  await committed('unsigned', step)
  assert.match(
    await pushed('HEAD:refs/heads/main'),
    /waits for approval: .*not signed.*\(sampan pipelines approve \d+\)/,
  )
  await sampan('sign')
  await git('commit', '-q', '-am', 'signed')
  assert.match(await pushed('HEAD:refs/heads/main'), /Release \d+ .* answers in test/)
  await sampan('set', 'src/way', '--protected', 'off')
})

test('the same image goes to an environment that asks for approval, and only then', async () => {
  const [before] = await sampan<Listed[]>('pipelines', 'list', 'src/way', '--limit', '1')
  await sampan('environments', 'create', 'live', '--approval', '--project', 'src')
  const early = await run(
    join(import.meta.dirname, '../../sampan'),
    ['pipelines', 'promote', 'src/way', String(before!.spec.number), 'live'],
    { cwd: work, env },
  )
  assert.equal(early.code, 1)
  assert.match(early.stderr, /was not made for live, which is newer: run pipeline \d+ again/)
  await committed('to live')
  await pushed('HEAD:refs/heads/main')
  const [run1] = await sampan<Listed[]>('pipelines', 'list', 'src/way', '--limit', '1')
  await sampan('pipelines', 'promote', 'src/way', String(run1!.spec.number), 'live', '-f')
  const waiting = await sampan<{ status?: { state?: string } }[]>('rollouts', 'list', 'src/way', '-e', 'live')
  assert.deepEqual(
    waiting.map(({ status }) => status?.state ?? 'planned'),
    ['planned'],
  )
  const approved = await sampan<{ ok: boolean; url: string }>('rollouts', 'approve', 'src/way', '-e', 'live')
  assert.equal(approved.ok, true)
  await answers('way', 'to live', 'live')
  const images = await sampan<{ image: string; serving: string[] }[]>('releases', 'src/way')
  assert.deepEqual(images.find(({ serving }) => serving.includes('live'))?.serving.toSorted(), ['live', 'test'])
})

test('a clock starts runs', async () => {
  await sampan('cron', 'set', 'often', '*/5 * * * * *', '--app', 'src/way')
  for (let tries = 0; ; tries++) {
    const runs = await sampan<Listed[]>('pipelines', 'list', 'src/way')
    if (runs.some(({ spec, status }) => spec.event === 'cron' && status?.state === 'success')) break
    assert.ok(tries < 120, 'no run of the clock went well')
    await wait(500)
  }
  await sampan('cron', 'remove', 'often', '--app', 'src/way')
})
