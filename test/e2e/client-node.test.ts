import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ApiException,
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  Cp,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  Metrics,
  makeInformer,
  PortForward,
  type V1ConfigMap,
  type V1Status,
  Watch,
} from '@kubernetes/client-node'
import { whyNoContainerd } from '@sampan/node/test-containerd'
import { type StreamsNode, startStreamsNode } from '../support/streams-node.ts'

/** The JavaScript client of the Kubernetes project, unmodified: what consoles and operators of that world are built on. */
const skip = whyNoContainerd()
let node: StreamsNode
const config = new KubeConfig()

before(async () => {
  if (skip) return
  node = await startStreamsNode('jsclient', 232)
  config.loadFromFile(node.kubeconfig)
  await node.run('shell', 'trap "exit 0" TERM; echo started; while :; do sleep 0.1; done')
  await node.run('web', 'mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www')
})
after(() => node?.stop())

async function collected(stream: PassThrough) {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

/** Runs a command; resolves with what it said and the Status it ended with. */
async function exec(command: string[], input?: string, tty = false) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const stdin = input === undefined ? null : new PassThrough()
  const texts = [collected(stdout), collected(stderr)]
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec('default', 'shell', 'main', command, stdout, tty ? null : stderr, stdin, tty, resolve)
      .catch(reject)
    stdin?.end(input)
  })
  stdout.end()
  stderr.end()
  return { status, stdout: await texts[0]!, stderr: await texts[1]! }
}

test('exec, with exit codes, input and a terminal', { skip }, async () => {
  const failed = await exec(['sh', '-c', 'echo out; echo err >&2; exit 6'])
  assert.deepEqual([failed.stdout, failed.stderr, failed.status.status], ['out\n', 'err\n', 'Failure'])
  assert.equal(failed.status.details?.causes?.[0]?.message, '6')
  const sorted = await exec(['sort'], 'b\na\n')
  assert.deepEqual([sorted.stdout, sorted.status.status], ['a\nb\n', 'Success'])
  const terminal = await exec(['sh', '-c', 'test -t 1 && echo terminal'], undefined, true)
  assert.equal(terminal.stdout, 'terminal\r\n')
})

test('port-forward', { skip }, async () => {
  const output = new PassThrough()
  const input = new PassThrough()
  const socket = await new PortForward(config).portForward('default', 'web', [8080], output, null, input)
  input.write('GET / HTTP/1.0\r\n\r\n')
  let text = ''
  for await (const chunk of output) {
    text += chunk
    if (text.includes('hello')) break
  }
  assert.match(text, /^HTTP\/1\.\d 200 OK/)
  ;(typeof socket === 'function' ? socket() : socket)?.close()
})

test('logs', { skip }, async () => {
  const stream = new PassThrough()
  await new Log(config).log('default', 'shell', 'main', stream, { follow: false })
  assert.equal(await collected(stream), 'started\n')
})

test('copies files', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jsclient-'))
  await writeFile(join(folder, 'there.txt'), 'content')
  await new Cp(config).cpToPod('default', 'shell', 'main', folder, '/tmp')
  // It resolves when the copying has begun.
  let content = ''
  for (let i = 0; i < 50 && !content; i++)
    content = (await exec(['sh', '-c', 'cat /tmp/there.txt 2>/dev/null || sleep 0.1'])).stdout
  assert.equal(content, 'content')
  await rm(folder, { recursive: true })
})

test('watches and informers', { skip }, async () => {
  const core = config.makeApiClient(CoreV1Api)
  const seen: string[] = []
  const informer = makeInformer<V1ConfigMap>(config, '/api/v1/namespaces/default/configmaps', () =>
    core.listNamespacedConfigMap({ namespace: 'default' }),
  )
  for (const verb of ['add', 'update', 'delete'] as const)
    informer.on(verb, (object) => void seen.push(`${verb} ${object.metadata?.name}`))
  await informer.start()
  await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'seen' } } })
  await core.replaceNamespacedConfigMap({
    namespace: 'default',
    name: 'seen',
    body: { metadata: { name: 'seen' }, data: { a: '1' } },
  })
  await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'seen' })
  for (let i = 0; i < 100 && seen.length < 3; i++) await sleep(20)
  await informer.stop()
  assert.deepEqual(
    seen.filter((one) => one.endsWith(' seen')),
    ['add seen', 'update seen', 'delete seen'],
  )

  const types: string[] = []
  const stop = await new Watch(config).watch(
    '/api/v1/namespaces/default/pods',
    {},
    (type) => types.push(type),
    () => undefined,
  )
  for (let i = 0; i < 100 && types.length < 2; i++) await sleep(20)
  stop.abort()
  assert.deepEqual(types, ['ADDED', 'ADDED'])
})

test('typed clients, refusals, apply and any object', { skip }, async () => {
  const core = config.makeApiClient(CoreV1Api)
  await assert.rejects(
    core.readNamespacedPod({ namespace: 'default', name: 'none' }),
    (error) => error instanceof ApiException && error.code === 404,
  )
  const objects = KubernetesObjectApi.makeApiClient(config)
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied', namespace: 'default' },
    data: { a: '1' },
  }
  await objects.patch(map, undefined, undefined, 'test', true, 'application/apply-patch+yaml' as never)
  const read = await objects.read<V1ConfigMap>({ ...map })
  assert.equal(read.data?.a, '1')
  assert.equal(read.metadata?.managedFields?.[0]?.manager, 'test')
  const apps = config.makeApiClient(AppsV1Api)
  const labels = { app: 'x' }
  await apps.createNamespacedDeployment({
    namespace: 'default',
    body: {
      metadata: { name: 'x' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
  })
  const { spec } = await apps.readNamespacedDeploymentScale({ namespace: 'default', name: 'x' })
  assert.equal(spec?.replicas, 1)
  const leases = config.makeApiClient(CoordinationV1Api)
  const lease = await leases.readNamespacedLease({ namespace: 'kube-node-lease', name: node.nodeName })
  assert.ok(lease.spec?.renewTime)
})

test('metrics', { skip }, async () => {
  const metrics = new Metrics(config)
  for (let i = 0; i < 50 && (await metrics.getNodeMetrics()).items.length === 0; i++) await sleep(100)
  const [one] = (await metrics.getNodeMetrics()).items
  assert.equal(one?.metadata.name, node.nodeName)
  // A use is the difference of two readings: a pod is there from its second one on.
  const isThere = async () =>
    (await metrics.getPodMetrics('default')).items.some(({ metadata }) => metadata.name === 'shell')
  for (let i = 0; i < 600 && !(await isThere()); i++) await sleep(100)
  assert.ok(await isThere())
})
