import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { run } from '@sampan/kit/run'
import { deployment } from '@sampan/resources/apps/deployment'
import { job } from '@sampan/resources/batch/job'
import { node as nodeKind } from '@sampan/resources/core/node'
import { isReady, type Pod, pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import { ingress } from '@sampan/resources/networking/ingress'
import { instanceFor, load } from '../support/instance.ts'
import { cgroupFolders, pidOf, reboot } from '../support/machine.ts'
import { lost, type Writer, writer } from '../support/writer.ts'

/**
 * What goes wrong with machines, one fault after the other on one instance, while requests come in through the front door
 * and objects are written: pods that a fault does not touch are never restarted, nothing acknowledged is lost, no request
 * fails that the fault itself does not end.
 */

const instance = instanceFor('fault', 5)
const namespace = 'default'
const clock = `${instance.home}-clock`
const engineFolder = join(instance.home, 'engine')
const front = `http://127.0.0.1:${instance.ports.http}/`
const host = 'web.fault.test'

let client: Client
let transport: ReturnType<typeof httpTransport> | undefined
let image: string
const written: string[] = []

const server = `use IO::Socket::INET; $| = 1; $SIG{TERM} = sub { exit 0 };
my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 128, ReuseAddr => 1) or die $!;
while (1) { my $c = $s->accept or next; while (<$c>) { last if /^\\r?\\n$/ }
  print $c "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nok\\n"; close $c }`

before(async () => {
  if (existsSync(instance.home)) await clear()
  // The database lies on a file system that is soon full.
  await mkdir(engineFolder, { recursive: true, mode: 0o700 })
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'tmpfs', engineFolder])
  await writeFile(clock, '0')
  await up()
  const { images } = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as {
    images: Record<string, string>
  }
  image = images.registry!
  await serve()
  await client.create(job, {
    metadata: { namespace, name: 'once' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [sh('exit 0')] } } },
  } as never)
  await until('the job is done', async () => (await client.get(job, { namespace, name: 'once' })).status?.succeeded)
})

after(async () => {
  await transport?.close?.()
  await clear()
})

async function clear() {
  if (existsSync(instance.home)) await instance.uninstall()
  await run('umount', ['-l', engineFolder])
  await rm(instance.home, { recursive: true, force: true })
  await rm(clock, { force: true })
}

/** Our processes see a clock that tests can set; the machine's stays as it is. */
async function up() {
  const env = { NODE_OPTIONS: process.env.NODE_OPTIONS, SAMPAN_TEST_CLOCK: process.env.SAMPAN_TEST_CLOCK }
  process.env.NODE_OPTIONS = `--import=${join(import.meta.dirname, '../support/shifted-clock.ts')}`
  process.env.SAMPAN_TEST_CLOCK = clock
  await instance.up()
  for (const [name, value] of Object.entries(env))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  await transport?.close?.()
  transport = httpTransport(await readKubeconfig(`${instance.home}/kubeconfig`))
  client = clientOver(transport)
}

const sh = (script: string, rest: object = {}) => ({ name: 'main', image, command: ['sh', '-c', script], ...rest })

async function serve() {
  const labels = { app: 'web' }
  const port = 8080
  const readinessProbe = { tcpSocket: { port }, periodSeconds: 1 }
  const main = {
    name: 'main',
    image,
    command: ['perl', '-e', server],
    ports: [{ containerPort: port }],
    readinessProbe,
  }
  await client.create(deployment, {
    metadata: { namespace, name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 5, containers: [main] } },
    },
  } as never)
  await client.create(service, {
    metadata: { namespace, name: 'web' },
    spec: { selector: labels, ports: [{ port: 80, targetPort: port }] },
  } as never)
  const backend = { service: { name: 'web', port: { number: 80 } } }
  await client.create(ingress, {
    metadata: { namespace, name: 'web' },
    spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  } as never)
  await until('web answers', async () => (await answer()) === 200)
  await until('both run', async () => (await webPods()).filter(isReady).length === 2)
}

function answer(): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(front, { headers: { host }, agent: false, timeout: 2000 }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', reject)
    sent.end()
  })
}

const podsOf = async (labels: string) => (await client.list(pod, { namespace, labels })).items
const webPods = () => podsOf('app=web')
const starts = (pods: readonly Pod[]) =>
  pods
    .map(({ metadata, status }) => {
      const [main] = status?.containerStatuses ?? []
      return `${metadata.name} ${main?.state?.running?.startedAt} ${main?.restartCount}`
    })
    .sort()

interface Watched {
  requests: ReturnType<typeof load>
  writes: Writer
  started: string[]
}

/** Under way, until somebody asks what came of it. */
let unasked: Watched | undefined

async function watched(): Promise<Watched> {
  const started = starts(await webPods())
  unasked = { requests: load(front, host), writes: writer(client, namespace), started }
  return unasked
}

/** A test that fails must not leave its clients running. */
afterEach(async () => {
  const left = unasked
  unasked = undefined
  await Promise.all([left?.requests.stop(), left?.writes.stop()])
})

/** Asserts that nobody noticed: no request failed, no pod restarted, everything acknowledged is there. */
async function nobodyNoticed({ requests, writes, started }: Watched) {
  await until('the control plane is well', async () => (await instance.sampan(['status'])).code === 0)
  await until('objects can be written', () => canWrite())
  unasked = undefined
  const acknowledged = await writes.stop()
  const { ok, failures } = await requests.stop()
  assert.deepEqual(failures, [])
  assert.ok(ok > 20, `${ok} requests`)
  assert.deepEqual(starts(await webPods()), started)
  assert.ok(acknowledged.length > 0)
  written.push(...acknowledged)
  assert.deepEqual(await lost(client, namespace, written), [])
}

const canWrite = async () => {
  const probe = writer(client, namespace)
  await sleep(100)
  const names = await probe.stop()
  written.push(...names)
  return names.length > 0
}

/** Waits up to a minute for what a loaded machine takes its time for. */
async function until(what: string, isSo: () => Promise<unknown>, ms = 60_000) {
  let last: unknown
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    try {
      if (await isSo()) return
    } catch (error) {
      last = error
    }
  }
  assert.fail(`${what}: not within ${ms / 1000} s (${last})`)
}

async function runs(name: string, rest: object = {}, metadata: object = {}) {
  await client.create(pod, {
    metadata: { namespace, name, ...metadata },
    spec: { terminationGracePeriodSeconds: 0, containers: [sh('sleep 10000')], ...rest },
  } as never)
  await until(`${name} runs`, async () => isReady(await client.get(pod, { namespace, name })))
}

test('the engine is killed', async () => {
  const before = await watched()
  for (let kills = 0; kills < 3; kills++) {
    process.kill(pidOf(instance, 'engine'), 'SIGKILL')
    await sleep(1500)
  }
  await nobodyNoticed(before)
  await runs('after-engine')
})

test('containerd is killed', async () => {
  const before = await watched()
  process.kill(pidOf(instance, 'containerd'), 'SIGKILL')
  await sleep(1000)
  await nobodyNoticed(before)
  await runs('after-containerd')
})

test('the clock jumps ahead and back', async () => {
  const before = await watched()
  const hours = 3_600_000
  for (const offset of [5 * hours, -2 * hours, 0]) {
    writeFileSync(clock, String(offset))
    await sleep(500)
    await runs(`at-${offset / hours + 2}-o-clock`)
    await sleep(3000)
    const [node] = (await client.list(nodeKind, {})).items
    assert.equal(node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
  }
  await nobodyNoticed(before)
})

test('a fork bomb goes off inside a pod', async () => {
  const before = await watched()
  const annotations = { 'sampan.dev/pids-limit': '50' }
  const bomb = 'bomb() { bomb | bomb & sleep 0.05; bomb; }; bomb'
  await client.create(pod, {
    metadata: { namespace, name: 'bomb', annotations },
    spec: { terminationGracePeriodSeconds: 0, containers: [sh(`while :; do sh -c '${bomb}'; done`)] },
  } as never)
  await until('the bomb goes off', async () => (await most('bomb')) >= 45)
  for (let looks = 0; looks < 20; looks++) {
    assert.ok((await most('bomb')) <= 50)
    await sleep(100)
  }
  await client.remove(pod, { namespace, name: 'bomb' }, { graceSeconds: 0 })
  await until('nothing of it is left', async () => (await client.find(pod, { namespace, name: 'bomb' })) === undefined)
  await nobodyNoticed(before)
})

test('a fork bomb that never rests is ended before it takes the machine', async () => {
  const before = await watched()
  const annotations = { 'sampan.dev/pids-limit': '500' }
  await client.create(pod, {
    metadata: { namespace, name: 'storm', annotations },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image, command: ['perl', '-e', 'while (1) { fork }'] }],
    },
  } as never)
  await until('the bomb goes off', async () => (await most('storm')) >= 450)
  const began = performance.now()
  const ended = async () => {
    const [main] = (await client.get(pod, { namespace, name: 'storm' })).status?.containerStatuses ?? []
    return main?.state?.terminated
  }
  await until('it is ended', ended)
  const seconds = (performance.now() - began) / 1000
  assert.ok(seconds < 20, `it lived for ${seconds} s`)
  const end = await ended()
  assert.equal(end?.reason, 'ForkStorm')
  assert.match(end?.message ?? '', /^Container main kept forking at the limit of 500 processes, .+\.$/)
  await until('nothing of it runs', async () => (await most('storm')) === 0)
  await nobodyNoticed(before)
  await runs('after-storm')
})

/** Processes of a pod right now. */
async function most(name: string): Promise<number> {
  const one = await client.find(pod, { namespace, name })
  const [folder] = cgroupFolders(`sampan-${instance.name}/pod${one?.metadata.uid}`).filter((path) =>
    existsSync(join(path, 'pids.current')),
  )
  return folder ? Number(readFileSync(join(folder, 'pids.current'), 'utf8')) : 0
}

test('the disk of the database is full', async () => {
  const before = await watched()
  const filler = join(engineFolder, 'filler')
  await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M'])
  await until('a write is refused', async () => !(await canWrite()))
  assert.equal(await answer(), 200)
  assert.ok((await webPods()).length === 2, 'reads go on')
  await sleep(2000)
  await rm(filler)
  await nobodyNoticed(before)
  await runs('after-full')
})

test('500 pods are asked for at once', async () => {
  const before = await watched()
  const labels = { app: 'flood' }
  const spec = {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [sh('sleep 10000')],
  }
  await client.create(deployment, {
    metadata: { namespace, name: 'flood' },
    spec: {
      replicas: 500,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  } as never)
  await until('all are there', async () => (await podsOf('app=flood')).length === 500)
  let slowest = 0
  for (let looks = 0; looks < 50; looks++) {
    const began = performance.now()
    await client.get(service, { namespace, name: 'web' })
    slowest = Math.max(slowest, performance.now() - began)
    await sleep(100)
  }
  assert.ok(slowest < 2000, `a read took ${Math.round(slowest)} ms`)
  const waiting = (await podsOf('app=flood')).filter(({ spec }) => !spec.nodeName)
  assert.ok(waiting.length >= 390, `${waiting.length} wait for room`)
  const why = waiting[0]?.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  assert.match(why?.message ?? '', /Too many pods/)
  await client.remove(deployment, { namespace, name: 'flood' }, { propagation: 'Foreground' })
  await until('they are gone', async () => (await podsOf('app=flood')).length === 0, 90_000)
  await nobodyNoticed(before)
})

test('the machine is rebooted', async () => {
  const before = starts(await webPods())
  const writes = writer(client, namespace)
  await sleep(500)
  await reboot(instance)
  written.push(...(await writes.stop()))
  await assert.rejects(answer())
  await up()
  await until('web answers again', async () => (await answer()) === 200)
  await until('both run again', async () => (await webPods()).filter(isReady).length === 2)
  const now = starts(await webPods())
  const names = (list: string[]) => list.map((line) => line.split(' ')[0])
  assert.deepEqual(names(now), names(before))
  for (const line of now) assert.match(line, / 1$/)
  assert.deepEqual(await lost(client, namespace, written), [])
  const [finished] = await podsOf('job-name=once')
  assert.equal(finished?.status?.phase, 'Succeeded')
  assert.equal(finished?.status?.containerStatuses?.[0]?.restartCount, 0)
})
