import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from '@sampan/kit/run'
import { deployment } from '@sampan/resources/apps/deployment'
import { namespace } from '@sampan/resources/core/namespace'
import { isReady, pod } from '@sampan/resources/core/pod'
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts'

let plane: ControlPlane

before(async () => {
  plane = await startControlPlane()
})
after(() => plane?.close())

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'kubectl'))
  .find((file) => existsSync(file))
const skip = program ? false : 'no kubectl on the PATH'

async function kubectl(args: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(program ?? '', ['--server', plane.url, ...args.split(' ')], {
    input,
    timeoutMs: 60_000,
  })
  assert.equal(code, 0, `kubectl ${args}: ${stderr}`)
  return stdout.trim()
}

test('kubectl creates, rolls, scales, goes back and removes', { skip }, async () => {
  await kubectl('create namespace shop')
  await kubectl('-n shop create deployment web --image=web:1 --replicas=3')
  assert.match(await kubectl('-n shop rollout status deployment/web --timeout=20s'), /successfully rolled out/)
  await kubectl('-n shop expose deployment web --port=80')
  await kubectl('-n shop set image deployment/web web=web:2')
  assert.match(await kubectl('-n shop rollout status deployment/web --timeout=20s'), /successfully rolled out/)
  assert.equal(await kubectl('-n shop get pods -o jsonpath={.items[*].spec.containers[*].image}'), 'web:2 web:2 web:2')
  await kubectl('-n shop scale deployment/web --replicas=10')
  await kubectl('-n shop rollout status deployment/web --timeout=20s')
  assert.equal(await kubectl('-n shop get deployment web -o jsonpath={.status.availableReplicas}'), '10')
  const slices =
    '-n shop get endpointslices -l kubernetes.io/service-name=web -o jsonpath={.items[*].endpoints[*].addresses[0]}'
  await plane.idle()
  assert.equal((await kubectl(slices)).split(' ').length, 10)
  await kubectl('-n shop rollout undo deployment/web')
  await kubectl('-n shop rollout status deployment/web --timeout=20s')
  const images = await kubectl('-n shop get pods -o jsonpath={.items[*].spec.containers[*].image}')
  assert.deepEqual(new Set(images.split(' ')), new Set(['web:1']))
  assert.match(await kubectl('-n shop rollout history deployment/web'), /2\s+<none>\n3\s+<none>/)
  assert.match(await kubectl('-n shop describe deployment web'), /ScalingReplicaSet/)
  await kubectl('-n shop delete deployment web --cascade=foreground --timeout=20s')
  assert.equal(await kubectl('-n shop get replicasets,pods -o name'), '')
  await kubectl('delete namespace shop --timeout=20s')
  assert.doesNotMatch(await kubectl('get namespaces -o name'), /shop/)
})

test('kubectl runs a job and a pod that fits nowhere says why', { skip }, async () => {
  await kubectl('create job once --image=x -- true')
  const done = { metadata: { annotations: { 'test/outcome': 'Succeeded' } } }
  const template = {
    spec: { template: { ...done, spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'x' }] } } },
  }
  await kubectl(
    'create -f -',
    JSON.stringify({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'twice' }, ...template }),
  )
  await kubectl('wait --for=condition=complete job/twice --timeout=20s')
  const large = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'large' },
    spec: { containers: [{ name: 'a', image: 'x', resources: { requests: { cpu: '1000' } } }] },
  }
  await kubectl('create -f -', JSON.stringify(large))
  await kubectl('wait --for=condition=PodScheduled=False pod/large --timeout=20s')
  assert.match(await kubectl('describe pod large'), /0\/1 nodes are available: 1 Insufficient cpu/)
  await kubectl('delete job,pod --all --timeout=20s')
})

test('kubectl rolls stateful and daemon sets, pauses, restarts and autoscales', { skip }, async () => {
  const labels = { app: 'db' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'db:1' }] } }
  const spec = { selector: { matchLabels: labels }, template }
  const stateful = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { ...spec, serviceName: 'db', replicas: 3 },
  }
  const agent = {
    ...spec,
    selector: { matchLabels: { app: 'agent' } },
    template: { ...template, metadata: { labels: { app: 'agent' } } },
  }
  await kubectl('create -f -', JSON.stringify(stateful))
  await kubectl(
    'create -f -',
    JSON.stringify({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: agent }),
  )
  await kubectl('rollout status statefulset/db --timeout=30s')
  await kubectl('rollout status daemonset/agent --timeout=30s')
  await kubectl('set image statefulset/db a=db:2')
  await kubectl('set image daemonset/agent a=agent:2')
  await kubectl('rollout status statefulset/db --timeout=30s')
  await kubectl('rollout status daemonset/agent --timeout=30s')
  const image = 'get pods -l app=db -o jsonpath={.items[*].spec.containers[*].image}'
  assert.equal(await kubectl(image), 'db:2 db:2 db:2')
  await kubectl('rollout undo statefulset/db')
  await kubectl('rollout status statefulset/db --timeout=30s')
  assert.equal(await kubectl(image), 'db:1 db:1 db:1')
  await kubectl('create deployment web --image=web:1 --replicas=2')
  await kubectl('rollout pause deployment/web')
  await kubectl('set image deployment/web web=web:2')
  await plane.idle()
  assert.equal(await kubectl('get pods -l app=web -o jsonpath={.items[*].spec.containers[*].image}'), 'web:1 web:1')
  await kubectl('rollout resume deployment/web')
  await kubectl('rollout restart deployment/web')
  await kubectl('rollout status deployment/web --timeout=30s')
  assert.equal(await kubectl('get pods -l app=web -o jsonpath={.items[*].spec.containers[*].image}'), 'web:2 web:2')
  await kubectl('autoscale deployment web --min=3 --max=5 --cpu-percent=80')
  await plane.idle()
  await kubectl('rollout status deployment/web --timeout=30s')
  assert.equal(await kubectl('get deployment web -o jsonpath={.spec.replicas}'), '3')
  await kubectl('delete hpa,deployment,statefulset,daemonset --all --timeout=30s')
})

test('a claim gets a folder when a pod needs it and gives it back', { skip }, async () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await kubectl(
    'create -f -',
    JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec }),
  )
  await plane.idle()
  assert.equal(await kubectl('get pvc data -o jsonpath={.spec.storageClassName}:{.status.phase}'), 'local:Pending')
  const user = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'user' },
    spec: {
      containers: [{ name: 'a', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  }
  await kubectl('create -f -', JSON.stringify(user))
  await kubectl('wait --for=condition=Ready pod/user --timeout=20s')
  assert.equal(await kubectl('get pvc data -o jsonpath={.status.phase}'), 'Bound')
  const [folder = ''] = (await kubectl('get pv -o jsonpath={.items[*].spec.local.path}')).split(' ')
  assert.ok(existsSync(folder))
  await kubectl('delete pvc data --wait=false')
  await plane.idle()
  assert.ok(existsSync(folder), 'a pod still uses it')
  await kubectl('delete pod user --timeout=20s')
  await kubectl('wait --for=delete pvc/data --timeout=20s')
  await kubectl('wait --for=delete pv --all --timeout=20s')
  assert.ok(!existsSync(folder))
})

test('one to fifty pods is not held up by what decides', async () => {
  const { client } = plane
  const at = { namespace: 'default', name: 'many' }
  await client.create(deployment, {
    metadata: at,
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'many' } },
      template: { metadata: { labels: { app: 'many' } }, spec: { containers: [{ name: 'a', image: 'x' }] } },
    },
  } as never)
  await plane.idle()
  const started = performance.now()
  await client.patch(deployment, at, { spec: { replicas: 50 } })
  await plane.idle()
  const ms = performance.now() - started
  assert.equal((await client.list(pod, { namespace: 'default', labels: 'app=many' })).items.filter(isReady).length, 50)
  assert.ok(ms < 5000, `${ms} ms`)
  await client.remove(deployment, at)
  await plane.idle()
  assert.equal((await client.list(pod, { labels: 'app=many' })).items.length, 0)
})

test('a namespace with everything in it goes', async () => {
  const { client } = plane
  await client.create(namespace, { metadata: { name: 'full' }, spec: {} })
  await plane.idle()
  await client.create(pod, {
    metadata: { name: 'alone', namespace: 'full' },
    spec: { containers: [{ name: 'a', image: 'x' }] },
  } as never)
  await plane.idle()
  await client.remove(namespace, { name: 'full' })
  for (let i = 0; i < 200 && (await client.find(namespace, { name: 'full' })); i++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(await client.find(namespace, { name: 'full' }), undefined)
})
