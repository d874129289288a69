import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '@sampan/kit/run'
import { instanceFor, kubectls, load, repository } from '../support/instance.ts'

/** The main job on an instance of its own, from nothing to nothing: each test goes on from the one before. */

const instance = instanceFor('e2e', 0)
const project = 'shop'
const host = (app: string) => `${app}-test.${project}.localhost`
const front = `http://127.0.0.1:${instance.ports.http}/`

const page = (text: string) => `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT} // 8080, Listen => 64, ReuseAddr => 1) or die $!;
$SIG{TERM} = sub { exit 0 };
print "ready\\n"; $| = 1;
while (1) { my $c = $server->accept or next; while (<$c>) { last if /^\\r?\\n$/ } my $b = "${text}\\n";
  print $c "HTTP/1.1 200 OK\\r\\nContent-Length: ", length $b, "\\r\\nConnection: close\\r\\n\\r\\n$b"; close $c }
`
const dockerfile = 'FROM debian:12-slim\nCOPY server.pl /srv/server.pl\nEXPOSE 8080\nCMD ["perl", "/srv/server.pl"]\n'

const withDockerfile = await repository({ Dockerfile: dockerfile, 'server.pl': page('one') })
const withoutDockerfile = await repository({ 'index.html': '<h1>static</h1>\n' })

before(async () => {
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
})

after(async () => {
  withDockerfile.remove()
  withoutDockerfile.remove()
  if (existsSync(instance.home)) await instance.uninstall()
})

/** Status and body of the app's front page, through the front door. */
function answer(app: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(front, { headers: { host: host(app) }, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function push(repo: Awaited<ReturnType<typeof repository>>): Promise<string> {
  const pushed = await repo.git('push', 'sampan', 'main')
  assert.equal(pushed.code, 0, pushed.stderr)
  return pushed.stderr
}

interface AppRow {
  name: string
  state: string
  reason?: string
  url?: string
  release?: number
}
const appRow = async (name: string) => (await instance.json<AppRow[]>(['apps'])).find((one) => one.name === name)!

test('a Dockerfile never seen before is pushed and answers at its URL', async () => {
  const launched = await instance.json<{ remote: { url: string } }>(
    ['launch', '--project', project, '--name', 'perl'],
    { cwd: withDockerfile.folder },
  )
  assert.match(launched.remote.url, /^http:\/\/[^:]+:[^@]+@/)
  const said = await push(withDockerfile)
  assert.match(said, /remote:.*http:\/\/perl-test\.shop\.localhost/)
  assert.deepEqual(await answer('perl'), { status: 200, body: 'one\n' })
  const row = await appRow('perl')
  assert.equal(row.state, 'verified')
  assert.equal(row.url, `http://${host('perl')}:${instance.ports.http}`)
})

test('a second push replaces the first without one failed request', async () => {
  const requests = load(front, host('perl'))
  await withDockerfile.commit({ 'server.pl': page('two') }, 'two')
  await push(withDockerfile)
  const { ok, failures } = await requests.stop()
  assert.deepEqual(failures, [])
  assert.ok(ok > 20, `${ok} requests`)
  assert.equal((await answer('perl')).body, 'two\n')
})

test('a broken push says why and leaves the second serving', async () => {
  await withDockerfile.commit({ Dockerfile: dockerfile.replace('COPY server.pl', 'COPY nowhere.pl') }, 'broken build')
  const build = await push(withDockerfile)
  assert.match(build, /Not deployed: .*nowhere\.pl/)
  await withDockerfile.commit(
    { Dockerfile: dockerfile.replace('["perl", "/srv/server.pl"]', '["perl", "-e", "die qq(no database\\\\n)"]') },
    'crashes',
  )
  const crash = await push(withDockerfile)
  assert.match(crash, /Not deployed to test: .*crashed.*no database/)
  assert.equal((await answer('perl')).body, 'two\n')
  const row = await appRow('perl')
  assert.equal(row.release, 2)
  assert.match(row.reason!, /no database/)
})

test('an app that listens on another port is told which', async () => {
  await withDockerfile.commit(
    {
      Dockerfile: dockerfile.replace('CMD', 'ENV PORT=3456\nCMD').replace('COPY', 'COPY'),
      'server.pl': page('port').replace('$ENV{PORT} // 8080', '3456'),
    },
    'wrong port',
  )
  const said = await push(withDockerfile)
  assert.match(said, /Not deployed to test: .*8080.*3456/)
  assert.equal((await answer('perl')).body, 'two\n')
})

test('rollback brings the first back', async () => {
  const back = await instance.sampan(['rollback', '1'], { cwd: withDockerfile.folder })
  assert.equal(back.code, 0, back.stderr)
  assert.equal((await answer('perl')).body, 'one\n')
})

test('a source without a Dockerfile is recognised and answers', async () => {
  await instance.json(['launch', '--project', project, '--name', 'pages'], { cwd: withoutDockerfile.folder })
  const said = await push(withoutDockerfile)
  assert.match(said, /http:\/\/pages-test\.shop\.localhost/)
  assert.match((await answer('pages')).body, /<h1>static<\/h1>/)
})

test('scale waits until the instances are there', async () => {
  const scaled = await instance.sampan(['scale', '3'], { cwd: withDockerfile.folder })
  assert.equal(scaled.code, 0, scaled.stderr)
  const pods = await instance.kubectl([
    'get',
    'deployment',
    '-n',
    `${project}-test`,
    'perl',
    '-o',
    'jsonpath={.status.readyReplicas}',
  ])
  assert.equal(pods.stdout, '3')
})

test('logs of all instances can be read', async () => {
  const logs = await instance.sampan(['logs', '--tail', '5'], { cwd: withDockerfile.folder })
  assert.equal(logs.code, 0, logs.stderr)
  assert.match(logs.stdout, /ready/)
})

test('kubectl works with the printed kubeconfig', { skip: kubectls().length === 0 && 'no kubectl here' }, async () => {
  const manifest = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'by-hand' },
    spec: {
      selector: { matchLabels: { app: 'by-hand' } },
      template: {
        metadata: { labels: { app: 'by-hand' } },
        spec: {
          containers: [{ name: 'main', image: imageOf('registry'), command: ['sh', '-c', 'echo started; sleep 1000'] }],
        },
      },
    },
  })
  const rows: { args: string[]; input?: string; want: RegExp }[] = [
    { args: ['apply', '-f', '-'], input: manifest, want: /deployment\.apps\/by-hand created/ },
    { args: ['rollout', 'status', 'deployment/by-hand', '--timeout=60s'], want: /successfully rolled out/ },
    { args: ['get', 'pods', '-l', 'app=by-hand'], want: /by-hand-\S+ +1\/1 +Running/ },
    { args: ['describe', 'deployment', 'by-hand'], want: /NewReplicaSetAvailable/ },
    { args: ['logs', 'deployment/by-hand'], want: /started/ },
    { args: ['exec', 'deployment/by-hand', '--', 'sh', '-c', 'echo from inside'], want: /from inside/ },
    { args: ['scale', 'deployment/by-hand', '--replicas=2'], want: /scaled/ },
    { args: ['rollout', 'restart', 'deployment/by-hand'], want: /restarted/ },
    { args: ['rollout', 'undo', 'deployment/by-hand'], want: /rolled back/ },
    { args: ['get', 'services', '-A'], want: /kube-dns/ },
    { args: ['delete', 'deployment', 'by-hand'], want: /deleted/ },
  ]
  for (const { args, input, want } of rows) {
    const { stdout, stderr } = await instance.kubectl(args, input === undefined ? {} : { input })
    assert.match(stdout, want, `kubectl ${args.join(' ')}: ${stderr}`)
  }
})

test('killing engine and platform fails no request; both come back with all state', async () => {
  const releases = await instance.json<{ number: number }[]>(['releases'], { cwd: withDockerfile.folder })
  const requests = load(front, host('perl'))
  const started = await podStarts()
  for (const name of ['engine', 'platform']) process.kill(pidOf(name), 'SIGKILL')
  await untilWell()
  const { ok, failures } = await requests.stop()
  assert.deepEqual(failures, [])
  assert.ok(ok > 20, `${ok} requests`)
  assert.deepEqual(await podStarts(), started)
  assert.deepEqual(await instance.json(['releases'], { cwd: withDockerfile.folder }), releases)
})

test('killing containerd fails no request and restarts no pod', async () => {
  const started = await podStarts()
  const requests = load(front, host('perl'))
  process.kill(pidOf('containerd'), 'SIGKILL')
  await sleep(1000)
  await untilWell()
  assert.deepEqual((await requests.stop()).failures, [])
  assert.deepEqual(await podStarts(), started)
})

test('a push whose platform is killed half-way still becomes a release', async () => {
  await withDockerfile.commit({ Dockerfile: dockerfile, 'server.pl': page('three') }, 'three')
  const pushing = withDockerfile.git('push', 'sampan', 'main')
  await until('the pipeline runs', async () => (await newestPipeline('perl')).status?.state === 'running')
  process.kill(pidOf('platform'), 'SIGKILL')
  await pushing
  await until('the new version answers', async () => (await answer('perl')).body === 'three\n')
  await until('it is verified', async () => (await appRow('perl').catch(() => undefined))?.state === 'verified')
})

test('down leaves the pods, up finds them again', async () => {
  const started = await podStarts()
  const requests = load(front, host('perl'))
  assert.equal((await instance.sampan(['down'])).code, 0)
  await instance.up()
  assert.deepEqual((await requests.stop()).failures, [])
  assert.deepEqual(await podStarts(), started)
})

test('uninstall leaves nothing behind', async () => {
  await instance.uninstall()
  assert.ok(!existsSync(instance.home), instance.home)
  assert.ok(!existsSync(`/run/sampan/${instance.name}`))
  assert.doesNotMatch(
    readFileSync('/proc/mounts', 'utf8'),
    new RegExp(`sampan-${instance.name}|/run/sampan/${instance.name}/`),
  )
  assert.doesNotMatch((await run('nft', ['list', 'tables'])).stdout, /sampan_e2e/)
  assert.doesNotMatch((await run('ip', ['-o', 'link'])).stdout, /sp-e2e/)
  const left = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => commandLine(name))
    .filter((line) => line.includes(`sampan-${instance.name}`) || line.includes(`/run/sampan/${instance.name}`))
  assert.deepEqual(left, [])
})

function imageOf(name: string): string {
  const { images } = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as {
    images: Record<string, string>
  }
  return images[name]!
}

/** As the console reads it: quicker than a command, for what lasts only seconds. */
async function newestPipeline(app: string): Promise<{ status?: { state: string } }> {
  const response = await fetch(`http://127.0.0.1:${instance.ports.platform}/api/projects/${project}/apps/${app}`, {
    headers: { authorization: `Bearer ${readFileSync(`${instance.home}/admin-token`, 'utf8').trim()}` },
  })
  return ((await response.json()) as { pipelines: { status?: { state: string } }[] }).pipelines[0]!
}

const pidOf = (name: string) => Number(readFileSync(`${instance.home}/run/${name}.pid`, 'utf8'))

interface PodStart {
  metadata: { name: string; deletionTimestamp?: string }
  status: { containerStatuses?: { restartCount: number; state: { running?: { startedAt: string } } }[] }
}

/** When each pod of the apps that stays started, by name: changes when a container restarts. */
async function podStarts(): Promise<string[]> {
  const { stdout } = await instance.kubectl(['get', 'pods', '-n', `${project}-test`, '-o', 'json'])
  return (JSON.parse(stdout) as { items: PodStart[] }).items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, status }) => {
      const [main] = status.containerStatuses ?? []
      return `${metadata.name} ${main?.state.running?.startedAt} ${main?.restartCount}`
    })
    .sort()
}

const untilWell = () => until('everything runs', async () => (await instance.sampan(['status'])).code === 0)

/** Waits up to two minutes for what loaded machines take their time for. */
async function until(what: string, isSo: () => Promise<boolean>) {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(200)) {
    if (await isSo().catch(() => false)) return
  }
  assert.fail(`${what}: not within two minutes`)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
