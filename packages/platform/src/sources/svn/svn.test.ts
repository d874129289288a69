import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { run, runOrThrow } from '@sampan/kit/run'
import { secret } from '@sampan/resources/core/secret'
import { app } from '@sampan/resources/sampan/app'
import { allowedOrigins, writeAllowedOrigins } from '../address-rules.ts'
import { at, pretendSources } from '../pretend-sources.ts'
import { revisionOf } from './svn-sync.ts'
import { elementsIn } from './xml.ts'

const name = { project: 'demo', app: 'hello' }
const isThere = (await run('svnserve', ['--version']).catch(() => ({ code: 1 }))).code === 0
const skip = isThere ? false : 'svnserve is not installed'

async function until(what: () => Promise<boolean>) {
  for (let i = 0; i < 300; i++) {
    if (await what()) return
    await wait(100)
  }
  assert.fail('it did not happen within 30 s')
}

test('a commit to a hosted repository becomes a commit here and a run; branches and tags too', { skip }, async (t) => {
  const one = await pretendSources(t, { source: { type: 'svn' } })
  const who = { name: 'ann', groups: [] }
  const { user, password, port, path } = await one.sources.svn.signIn(await one.app(), who)
  const url = `svn://127.0.0.1:${port}/${path}`
  const svn = (...args: string[]) =>
    run('svn', [...args, '--non-interactive', '--no-auth-cache', '--username', user, '--password', password], {
      cwd: one.folder,
    })
  await until(async () => (await svn('list', url)).code === 0)
  const listed = await svn('list', url)
  assert.equal(listed.stdout, 'branches/\ntags/\ntrunk/\n')
  const anonymous = await run('svn', ['list', '--non-interactive', '--no-auth-cache', url])
  assert.notEqual(anonymous.code, 0)

  await svn('checkout', '-q', `${url}/trunk`, 'work')
  const work = join(one.folder, 'work')
  await mkdir(join(work, 'deep'))
  await writeFile(join(work, 'deep', 'a b.txt'), 'one')
  await writeFile(join(work, '.drone.yml'), 'kind: pipeline')
  await symlink('deep', join(work, 'link'))
  await svn('add', '-q', 'work/deep', 'work/.drone.yml', 'work/link')
  const committed = await svn('commit', '-m', 'first <light> & more', 'work')
  assert.equal(committed.code, 0, committed.stderr)
  await until(async () => (await one.runs()).length === 1)
  const { spec } = (await one.runs())[0]!
  assert.deepEqual(
    [spec.event, spec.branch, spec.commit.ref, spec.commit.message, spec.commit.author, spec.by],
    ['push', 'main', 'refs/heads/main', 'r2: first <light> & more', 'ann', 'ann'],
  )
  const files = await one.git.repositories.files(name, spec.commit.sha)
  assert.deepEqual(files.toSorted(), ['.drone.yml', 'deep/a b.txt', 'link'])

  await svn('copy', '-q', '-m', 'a branch', `${url}/trunk`, `${url}/branches/next`)
  await svn('copy', '-q', '-m', 'a tag', `${url}/trunk`, `${url}/tags/v1`)
  await until(async () => (await one.runs()).length === 3)
  assert.deepEqual((await one.told()).slice(1), ['push refs/heads/next r3: a branch', 'tag refs/tags/v1 r4: a tag'])
  await svn('remove', '-q', '-m', 'done', `${url}/branches/next`)
  await until(async () => (await one.git.repositories.resolve(name, 'refs/heads/next')) === undefined)

  for (const text of ['two', 'three']) {
    await writeFile(join(work, 'deep', 'a b.txt'), text)
    await svn('commit', '-q', '-m', text, 'work')
  }
  await until(async () => (await one.runs()).length === 5)
  const last = (await one.runs()).at(-1)!
  assert.equal(await one.git.repositories.read(name, last.spec.commit.sha, 'deep/a b.txt'), 'three')
  assert.equal(last.spec.commit.before, (await one.runs()).at(-2)?.spec.commit.sha)
  const again = await one.sources.follow(await one.app(), new AbortController().signal)
  assert.deepEqual(again, [], 'nothing is taken twice')
})

test('a Subversion repository elsewhere is followed, its path being the branch', { skip }, async (t) => {
  const one = await pretendSources(t)
  const root = join(one.folder, 'there')
  await runOrThrow('svnadmin', ['create', root])
  const file = pathToFileURL(root).href
  await writeFile(join(one.folder, 'index.html'), 'hello')
  await runOrThrow('svn', [
    'import',
    '-q',
    '-m',
    'first',
    join(one.folder, 'index.html'),
    `${file}/site/web/index.html`,
  ])
  await writeFile(join(root, 'conf', 'svnserve.conf'), '[general]\nanon-access = none\npassword-db = passwd\n')
  await writeFile(join(root, 'conf', 'passwd'), '[users]\nbot = right\n')
  const port = 20_000 + (process.pid % 20_000)
  const stop = new AbortController()
  const server = run(
    'svnserve',
    ['-d', '--foreground', '-r', one.folder, '--listen-host', '127.0.0.1', '--listen-port', String(port)],
    {
      signal: stop.signal,
    },
  ).catch(() => undefined)
  t.after(async () => {
    stop.abort()
    await server
  })
  const url = `svn://127.0.0.1:${port}/there`
  await until(async () => /E170001|E215004/.test((await run('svn', ['info', '--non-interactive', url])).stderr))
  const ask = async (source: object) => {
    const changed = await one.client.patch(app, at, { spec: { source } })
    return one.sources.follow(changed, new AbortController().signal)
  }
  await assert.rejects(
    ask({ type: 'svn', url, path: 'site/web' }),
    /inside this installation.*sampan sources allow svn:\/\/127\.0\.0\.1/,
  )
  await writeAllowedOrigins(one.client, [...(await allowedOrigins(one.client)), `svn://127.0.0.1:${port}`])
  await assert.rejects(ask({}), /asks for a name and password/)
  const data = (password: string) => ({
    username: Buffer.from('bot').toString('base64'),
    password: Buffer.from(password).toString('base64'),
  })
  one.client.seed(secret, {
    metadata: { namespace: 'demo', name: 'key' },
    type: 'Opaque',
    data: data('wrong'),
  } as never)
  await assert.rejects(ask({ credentials: 'key' }), /does not accept the name and password/)
  await one.client.patch(secret, { namespace: 'demo', name: 'key' }, { data: data('right') })
  const taken = await ask({})
  assert.equal(taken.length, 1)
  await one.idle()
  const runs = await one.runs()
  assert.deepEqual(
    runs.map(({ spec }) => spec.commit.ref),
    ['refs/heads/main'],
  )
  assert.equal(await one.git.repositories.read(name, runs[0]!.spec.commit.sha, 'index.html'), 'hello')
})

test("svn's XML is read with its entities", () => {
  const xml =
    '<log><logentry\n   revision="7"><author>a&amp;b</author><msg>x &lt;y&gt; &#38;\nz</msg></logentry><logentry revision="8"/></log>'
  const [first, second] = elementsIn(xml, 'logentry')
  assert.deepEqual(
    [first?.attribute('revision'), first?.text('author'), first?.text('msg')],
    ['7', 'a&b', 'x <y> &\nz'],
  )
  assert.deepEqual([second?.attribute('revision'), second?.text('msg')], ['8', undefined])
})

test('revisions are read from our own commits', () => {
  assert.equal(revisionOf('r12: message\nmore'), 12)
  assert.equal(revisionOf('r12'), 12)
  assert.equal(revisionOf('r12x: no'), undefined)
  assert.equal(revisionOf('release 12'), undefined)
})
