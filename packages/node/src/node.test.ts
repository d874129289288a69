import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isReady, type Pod } from '@sampan/resources/core/pod'
import { whyNoContainerd } from './test-containerd.ts'
import { startNode, type TestNode } from './test-node.ts'

const skip = whyNoContainerd()
let node: TestNode
before(async () => {
  if (!skip) node = await startNode('agent', 249)
})
after(() => node?.stop())

const sh = (script: string, rest: object = {}) => ({
  name: 'main',
  image: node.containerd.busybox,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  ...rest,
})
const stateOf = (pod: Pod, index = 0) => pod.status?.containerStatuses?.[index]?.state

test('a pod runs, says so, and goes', { skip }, async () => {
  await node.run('plain', { containers: [sh('trap "exit 0" TERM; echo hello; while :; do sleep 0.1; done')] })
  const pod = await node.until('plain', isReady)
  assert.equal(pod.status?.phase, 'Running')
  assert.match(pod.status?.podIP ?? '', /^10\.129\.249\.\d+$/)
  assert.match(pod.status?.containerStatuses?.[0]?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/)
  assert.equal(await node.logs('plain', 'main'), 'hello\n')
  await node.client.remove((await import('@sampan/resources/core/pod')).pod, { namespace: 'default', name: 'plain' })
  await node.untilGone('plain')
  const { containers } = await node.containerd.cri.call('ListContainers', {})
  assert.equal(containers.length, 0)
})

test('init containers run in order, sidecars beside the rest, and Never ends in Succeeded', { skip }, async () => {
  const step = (name: string, rest: object = {}) => ({
    ...sh(`echo ${name} >> /shared/order`, { volumeMounts: [{ name: 'shared', mountPath: '/shared' }], ...rest }),
    name,
  })
  await node.run('steps', {
    restartPolicy: 'Never',
    volumes: [{ name: 'shared', emptyDir: {} }],
    initContainers: [
      step('one'),
      {
        ...step('side'),
        restartPolicy: 'Always',
        command: ['sh', '-c', 'echo side >> /shared/order; exec sleep 1000'],
      },
      step('two'),
    ],
    containers: [step('main', { command: ['sh', '-c', 'cat /shared/order; echo done > /dev/termination-log'] })],
  })
  const pod = await node.until('steps', ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed')
  assert.equal(pod.status?.phase, 'Succeeded')
  assert.equal(stateOf(pod)?.terminated?.message, 'done\n')
  assert.equal(await node.logs('steps', 'main'), 'one\nside\ntwo\n')
  const later = await node.until('steps', ({ status }) => status?.initContainerStatuses?.[1]?.state?.terminated)
  assert.equal(later.status?.initContainerStatuses?.[0]?.ready, true)
})

test('environment and volumes come from everywhere and follow their sources', { skip }, async () => {
  const { configMap } = await import('@sampan/resources/core/config-map')
  const { secret } = await import('@sampan/resources/core/secret')
  await node.client.create(configMap, {
    metadata: { namespace: 'default', name: 'conf' },
    data: { color: 'red', shape: 'round' },
  })
  await node.client.create(secret, {
    metadata: { namespace: 'default', name: 'hidden' },
    data: { password: Buffer.from('s3cret').toString('base64') },
  })
  await node.run(
    'env',
    {
      serviceAccountName: 'builder',
      volumes: [
        { name: 'conf', configMap: { name: 'conf' } },
        { name: 'hidden', secret: { secretName: 'hidden', defaultMode: 0o400 } },
        { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        { name: 'host', hostPath: { path: node.containerd.home, type: 'Directory' } },
        {
          name: 'all',
          projected: {
            sources: [
              { serviceAccountToken: { path: 'token' } },
              { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
            ],
          },
        },
      ],
      containers: [
        sh('env | sort; cat /conf/color; while :; do sleep 0.1; done', {
          env: [
            { name: 'FIRST', value: 'a' },
            { name: 'SECOND', value: '$(FIRST)b$$(FIRST)$(NONE)' },
            { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'conf', key: 'color' } } },
            { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'hidden', key: 'password' } } },
            { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          ],
          envFrom: [{ prefix: 'C_', configMapRef: { name: 'conf' } }],
          resources: { limits: { memory: '64Mi', cpu: '500m' } },
          volumeMounts: [
            { name: 'conf', mountPath: '/conf' },
            { name: 'conf', mountPath: '/one', subPath: 'shape' },
            { name: 'hidden', mountPath: '/hidden' },
            { name: 'scratch', mountPath: '/scratch' },
            { name: 'host', mountPath: '/host' },
            { name: 'all', mountPath: '/all' },
          ],
        }),
      ],
    },
    { labels: { app: 'x', tier: 'web' } },
  )
  const pod = await node.until('env', isReady)
  const lines = (await node.logs('env', 'main')).split('\n')
  for (const line of [
    'FIRST=a',
    'SECOND=ab$(FIRST)$(NONE)',
    'NAME=env',
    `IP=${pod.status?.podIP}`,
    'COLOR=red',
    'PASSWORD=s3cret',
    'LIMIT=64',
    'C_shape=round',
  ])
    assert.ok(lines.includes(line), line)
  const inside = (...command: string[]) => execIn('env', command)
  assert.equal(await inside('cat', '/one'), 'round')
  assert.equal(await inside('cat', '/all/token'), 'token-builder')
  assert.equal(await inside('cat', '/all/labels'), 'app="x"\ntier="web"')
  assert.equal(await inside('stat', '-Lc', '%a', '/hidden/password'), '400\n')
  assert.match(await inside('cat', '/proc/mounts'), /tmpfs \/scratch tmpfs .*size=1024k/)
  assert.match(await inside('ls', '/host'), /containerd\.toml/)
  assert.match(await inside('cat', '/etc/hosts'), new RegExp(`${pod.status?.podIP}\tenv`))
  assert.match(await inside('cat', '/etc/resolv.conf'), /nameserver 10\.190\.0\.10/)
  assert.equal(await inside('hostname'), 'env\n')
  const conf = await node.client.get(configMap, { namespace: 'default', name: 'conf' })
  await node.client.update(configMap, { ...conf, data: { color: 'blue', shape: 'round' } })
  for (let tries = 0; (await inside('cat', '/conf/color')) !== 'blue'; tries++)
    assert.ok(tries < 50, 'the file follows the ConfigMap')
})

async function execIn(name: string, command: string[]): Promise<string> {
  const pod = await node.get(name)
  const id = pod?.status?.containerStatuses?.[0]?.containerID?.replace('containerd://', '')
  const result = await node.containerd.cri.call('ExecSync', { containerId: id, cmd: command, timeout: 5 })
  assert.equal(result.exitCode, 0, Buffer.from(result.stderr).toString())
  return Buffer.from(result.stdout).toString('utf8')
}

test('crashes are restarted, counted and slowed down', { skip }, async () => {
  await node.run('crash', { containers: [sh('echo boom; exit 3')] })
  const pod = await node.until('crash', (one) => stateOf(one)?.waiting?.reason === 'CrashLoopBackOff')
  const status = pod.status?.containerStatuses?.[0]
  assert.equal(status?.restartCount, 1)
  assert.equal(status?.lastState?.terminated?.exitCode, 3)
  assert.match(
    stateOf(pod)?.waiting?.message ?? '',
    /^back-off 10s restarting failed container=main pod=crash_default\(/,
  )
  assert.equal(await node.logs('crash', 'main', { previous: true }), 'boom\n')
})

test('what cannot start says why', { skip }, async () => {
  const cases = [
    { name: 'no-image', container: { image: 'localhost:1/none:1' }, want: 'ErrImagePull' },
    { name: 'never', container: { image: 'localhost:1/none:1', imagePullPolicy: 'Never' }, want: 'ErrImageNeverPull' },
    { name: 'bad-name', container: { image: 'Not An Image' }, want: 'InvalidImageName' },
    {
      name: 'no-key',
      container: { envFrom: [{ configMapRef: { name: 'none' } }] },
      want: 'CreateContainerConfigError',
    },
    { name: 'root', container: { securityContext: { runAsNonRoot: true } }, want: 'CreateContainerConfigError' },
  ]
  for (const { name, container } of cases) await node.run(name, { containers: [sh('true', container)] })
  for (const { name, want } of cases) await node.until(name, (one) => stateOf(one)?.waiting?.reason === want)
  await node.until('no-image', (one) => stateOf(one)?.waiting?.reason === 'ImagePullBackOff')
  await node.run('no-command', { restartPolicy: 'Never', containers: [{ ...sh(''), command: ['/no/such/program'] }] })
  const pod = await node.until('no-command', (one) => one.status?.phase === 'Failed')
  assert.equal(stateOf(pod)?.terminated?.reason, 'StartError')
})

test('probes decide about readiness and restarts', { skip }, async () => {
  const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] }, periodSeconds: 1, failureThreshold: 1 })
  await node.run('probed', {
    containers: [
      sh('sleep 1; touch /tmp/up; sleep 2; rm /tmp/up; sleep 1000', {
        readinessProbe: exec('test -e /tmp/up'),
        livenessProbe: {
          ...exec('test ! -e /tmp/up || touch /tmp/was; test -e /tmp/up || test ! -e /tmp/was'),
          initialDelaySeconds: 1,
        },
      }),
    ],
  })
  await node.until('probed', (one) => one.status?.phase === 'Running' && !isReady(one))
  await node.until('probed', isReady)
  await node.until('probed', (one) => (one.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0)
  const reasons = (await node.events('probed')).map(({ reason }) => reason)
  for (const reason of ['Pulled', 'Created', 'Started', 'Unhealthy', 'Killing'])
    assert.ok(reasons.includes(reason), reason)
})

test('an agent that comes back finds its pods as they are', { skip }, async () => {
  await node.run('stays', { containers: [sh('exec sleep 1000')] })
  const before = await node.until('stays', isReady)
  await node.restart()
  await node.run('marker', { restartPolicy: 'Never', containers: [sh('true')] })
  await node.until('marker', ({ status }) => status?.phase === 'Succeeded')
  const now = await node.get('stays')
  assert.deepEqual(now?.status?.containerStatuses, before.status?.containerStatuses)
  assert.ok(isReady(now!))
})

test('a pod removed by force leaves nothing', { skip }, async () => {
  await node.run('forced', { containers: [sh('trap "" TERM; while :; do sleep 0.1; done')] })
  const pod = await node.until('forced', isReady)
  const { pod: podKind } = await import('@sampan/resources/core/pod')
  await node.client.remove(podKind, { namespace: 'default', name: 'forced' }, { graceSeconds: 0 })
  for (let tries = 0; ; tries++) {
    const { items } = await node.containerd.cri.call('ListPodSandbox', {})
    if (!items.some((one) => one.metadata?.uid === pod.metadata.uid)) break
    assert.ok(tries < 100, 'the sandbox is removed')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})
