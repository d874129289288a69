import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runOrThrow } from '@sampan/kit/run'
import { buildahAt } from '../../apps/server/src/setup/buildah.ts'
import { instanceFor, kubectls, load } from '../support/instance.ts'

/**
 * The pod of the old textbooks: a web server, redis and postgres in one pod, sharing localhost, as a ReplicationController
 * behind a Service; images of Debian packages. It is reached through the Service's address and replaced by a new version
 * while requests come in.
 */

const skip = kubectls().length === 0 && 'no kubectl here'
const instance = instanceFor('classic', 6)
let work: string

/** Keeps one connection to each of its neighbours, and ends at the first signal: after the request at hand. */
const web = `use IO::Socket::INET; use DBI; $| = 1;
my $over; $SIG{TERM} = sub { $over = 1 };
my ($redis, $db);
sub answer {
  $redis ||= IO::Socket::INET->new(PeerAddr => '127.0.0.1:6379', Timeout => 2) or die "no redis\\n";
  print $redis "INCR hits\\r\\n"; my ($hits) = <$redis> =~ /:(\\d+)/;
  $db ||= DBI->connect('dbi:Pg:host=127.0.0.1;dbname=postgres', 'postgres', '', { RaiseError => 1, PrintError => 0 });
  my ($books) = $db->selectrow_array('SELECT count(*) FROM books');
  return "version $ENV{VERSION} hits $hits books $books\\n" }
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 128, ReuseAddr => 1) or die $!;
while (!$over) { my $c = $server->accept or next;
  while (<$c>) { last if /^\\r?\\n$/ } my $b = eval { answer() }; my $s = $b ? '200 OK' : '500 Failed';
  if (!$b) { $b = $@; undef $redis; undef $db }
  print $c "HTTP/1.1 $s\\r\\nContent-Length: ", length $b, "\\r\\nConnection: close\\r\\n\\r\\n$b"; close $c }
`
const debian = 'FROM sampan/base\nRUN apt-get update && apt-get install -y --no-install-recommends'
const dockerfiles = {
  web: `${debian} perl libdbd-pg-perl && rm -rf /var/lib/apt/lists/*\nCOPY web.pl /srv/web.pl\nCMD ["perl", "/srv/web.pl"]\n`,
  redis: `${debian} redis-server && rm -rf /var/lib/apt/lists/*\nUSER redis\nCMD ["redis-server", "--save", "", "--dir", "/tmp"]\n`,
  postgres: `${debian} postgresql && rm -rf /var/lib/apt/lists/*
RUN install -d -o postgres /data && su postgres -c "/usr/lib/postgresql/*/bin/initdb -D /data -A trust" \\
 && su postgres -c "/usr/lib/postgresql/*/bin/pg_ctl -D /data -w start" \\
 && su postgres -c "psql -c 'CREATE TABLE books (name text)' -c \\"INSERT INTO books VALUES ('a'), ('b')\\"" \\
 && su postgres -c "/usr/lib/postgresql/*/bin/pg_ctl -D /data -w stop"
USER postgres
CMD ["sh", "-c", "exec /usr/lib/postgresql/*/bin/postgres -D /data -k /tmp"]
`,
}
const imageOf = (name: string) => `classic.test/${name}:1`

before(async () => {
  if (skip) return
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  work = await mkdtemp(join(tmpdir(), 'sampan-classic-images-'))
  const { baseArchive } = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as { baseArchive: string }
  const buildah = buildahAt(join(work, 'buildah'))
  try {
    await mkdir(join(work, 'buildah', 'storage'), { recursive: true })
    await buildah.load(baseArchive, 'localhost/sampan/base')
    await Promise.all(
      Object.entries(dockerfiles).map(async ([name, text]) => {
        const folder = join(work, name)
        await mkdir(folder)
        await writeFile(join(folder, 'Dockerfile'), text)
        await writeFile(join(folder, 'web.pl'), web)
        await buildah.build(folder, `localhost/classic/${name}`)
        const archive = join(work, `${name}.tar`)
        await buildah.save(`localhost/classic/${name}`, archive, imageOf(name), 'docker')
        const socket = `/run/sampan/${instance.name}/containerd.sock`
        await runOrThrow('ctr', ['--address', socket, '-n', 'k8s.io', 'images', 'import', archive])
        await rm(archive)
      }),
    )
  } finally {
    await buildah.removeAll()
  }
})

after(async () => {
  if (work) await rm(work, { recursive: true, force: true })
  if (existsSync(instance.home)) await instance.uninstall()
})

const podTemplate = (version: string, labels: object) => ({
  metadata: { labels },
  spec: {
    containers: [
      {
        name: 'web',
        image: imageOf('web'),
        env: [{ name: 'VERSION', value: version }],
        ports: [{ containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, timeoutSeconds: 5 },
      },
      { name: 'redis', image: imageOf('redis'), readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 } },
      {
        name: 'postgres',
        image: imageOf('postgres'),
        // It listens on localhost only: nobody but the containers of its pod can ask it.
        readinessProbe: { exec: { command: ['pg_isready', '-h', '127.0.0.1'] }, periodSeconds: 1, timeoutSeconds: 5 },
      },
    ],
  },
})
const controller = (version: string) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: `books-${version}` },
  spec: {
    replicas: 2,
    selector: { app: 'books', version },
    template: podTemplate(version, { app: 'books', version }),
  },
})
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'books' },
  spec: { selector: { app: 'books' }, ports: [{ port: 80, targetPort: 8080 }] },
}
const deployment = (version: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'books' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'books', by: 'deployment' } },
    template: podTemplate(version, { app: 'books', by: 'deployment' }),
  },
})

async function kubectl(args: string[], input?: object): Promise<string> {
  const done = await instance.kubectl(args, input ? { input: JSON.stringify(input) } : {})
  assert.equal(done.code, 0, `kubectl ${args.join(' ')}: ${done.stderr}`)
  return done.stdout
}
const untilReady = (label: string) => kubectl(['wait', '--for=condition=Ready', 'pods', '-l', label, '--timeout=180s'])
const address = async () => `http://${await kubectl(['get', 'service', 'books', '-o', 'jsonpath={.spec.clusterIP}'])}/`

const answer = (url: string) =>
  new Promise<string>((resolve, reject) => {
    const sent = request(url, { agent: false, timeout: 5000 }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve(body))
    })
    sent.on('error', reject)
    sent.end()
  })

test('three containers share localhost behind the address of their Service', { skip }, async () => {
  assert.match(await kubectl(['create', '-f', '-'], controller('one')), /books-one created/)
  await kubectl(['create', '-f', '-'], service)
  await untilReady('version=one')
  assert.match(await kubectl(['get', 'pods', '-l', 'app=books']), /books-one-\S+ +3\/3 +Running +0/)
  const url = await address()
  assert.match(await answer(url), /^version one hits \d+ books 2\n$/)
})

test('a second controller takes over from the first without one failed request', { skip }, async () => {
  const url = await address()
  const requests = load(url, 'books')
  await kubectl(['create', '-f', '-'], controller('two'))
  await untilReady('version=two')
  for (const left of [1, 0]) {
    await kubectl(['scale', 'rc', 'books-one', `--replicas=${left}`])
    await sleep(500)
  }
  await kubectl(['delete', 'rc', 'books-one'])
  await kubectl(['wait', '--for=delete', 'pods', '-l', 'version=one', '--timeout=60s'])
  const { ok, failures } = await requests.stop()
  assert.deepEqual(failures, [])
  assert.ok(ok > 20, `${ok} requests`)
  assert.match(await answer(url), /^version two/)
})

test('a Deployment of the same pod rolls without one failed request', { skip }, async () => {
  const url = await address()
  await kubectl(['create', '-f', '-'], deployment('three'))
  await kubectl(['rollout', 'status', 'deployment/books', '--timeout=180s'])
  await kubectl(['delete', 'rc', 'books-two', '--wait=false'])
  await kubectl(['wait', '--for=delete', 'pods', '-l', 'version=two', '--timeout=60s'])
  const requests = load(url, 'books')
  await kubectl(['replace', '-f', '-'], deployment('four'))
  await kubectl(['rollout', 'status', 'deployment/books', '--timeout=180s'])
  await sleep(1000)
  const { ok, failures } = await requests.stop()
  assert.deepEqual(failures, [])
  assert.ok(ok > 20, `${ok} requests`)
  assert.match(await answer(url), /^version four/)
})
