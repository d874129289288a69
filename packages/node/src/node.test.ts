import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { run } from '@sampan/kit/run'
import { configMap } from '@sampan/resources/core/config-map'
import { isReady, type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { service } from '@sampan/resources/core/service'
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
/** Subresources may change more of a pod than an update may; the API in memory has none. */
const anySpec = { ...podKind, validate: () => [] }
const stateOf = (pod: Pod, index = 0) => pod.status?.containerStatuses?.[index]?.state

test('a pod runs, says so, and goes', { skip }, async () => {
  await node.run('plain', { containers: [sh('trap "exit 0" TERM; echo hello; while :; do sleep 0.1; done')] })
  const pod = await node.until('plain', isReady)
  assert.equal(pod.status?.phase, 'Running')
  assert.match(pod.status?.podIP ?? '', /^10\.129\.249\.\d+$/)
  assert.match(pod.status?.containerStatuses?.[0]?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/)
  assert.equal(await logsWith('plain', 'hello'), 'hello\n')
  await node.client.remove(podKind, { namespace: 'default', name: 'plain' })
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
  const lines = (await logsWith('env', 'red')).split('\n')
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

/** Events are written in the background. */
async function says(name: string, reason: string): Promise<void> {
  for (let tries = 0; !(await node.events(name)).some((one) => one.reason === reason); tries++) {
    assert.ok(tries < 400, `${name} never says ${reason}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** A ready container may not have written yet. */
async function logsWith(name: string, text: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const log = await node.logs(name, 'main')
    if (log.includes(text)) return log
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`the log of ${name} never says ${text}`)
}

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
  await says('crash', 'BackOff')
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
  for (const reason of ['Pulled', 'Created', 'Started', 'Unhealthy', 'Killing']) await says('probed', reason)
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
  await node.client.remove(podKind, { namespace: 'default', name: 'forced' }, { graceSeconds: 0 })
  for (let tries = 0; ; tries++) {
    const { items } = await node.containerd.cri.call('ListPodSandbox', {})
    if (!items.some((one) => one.metadata?.uid === pod.metadata.uid)) break
    assert.ok(tries < 100, 'the sandbox is removed')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})

test('hooks run around a container, and its log can be followed to the end', { skip }, async () => {
  await node.run('hooked', {
    terminationGracePeriodSeconds: 10,
    containers: [
      sh('trap "echo term; exit 0" TERM; while :; do sleep 0.1; done', {
        lifecycle: {
          postStart: { exec: { command: ['sh', '-c', 'echo post > /proc/1/fd/1'] } },
          preStop: { exec: { command: ['sh', '-c', 'echo pre > /proc/1/fd/1'] } },
        },
      }),
    ],
  })
  await node.until('hooked', isReady)
  const followed = node.logs('hooked', 'main', { follow: true })
  await node.client.remove(podKind, { namespace: 'default', name: 'hooked' })
  assert.equal(await followed, 'post\npre\nterm\n')
  await node.untilGone('hooked')
})

test('a postStart hook that fails takes its container down', { skip }, async () => {
  await node.run('bad-hook', {
    restartPolicy: 'Never',
    containers: [sh('exec sleep 1000', { lifecycle: { postStart: { exec: { command: ['false'] } } } })],
  })
  const pod = await node.until('bad-hook', (one) => one.status?.phase === 'Failed')
  assert.notEqual(stateOf(pod)?.terminated?.exitCode, 0)
  await says('bad-hook', 'FailedPostStartHook')
})

test('a pod on the host network, privileged, with the host processes in sight', { skip }, async () => {
  await node.run('host', {
    hostNetwork: true,
    hostPID: true,
    containers: [sh('exec sleep 1000', { securityContext: { privileged: true } })],
  })
  const pod = await node.until('host', isReady)
  assert.equal(pod.status?.podIP, '127.0.0.1')
  assert.match(
    await execIn('host', ['cat', '/proc/self/status']),
    /CapEff:\t000001fffeffffff|CapEff:\t[0-9a-f]*ffffffff/,
  )
  assert.match(await execIn('host', ['ip', 'link']), /sp-tagent/)
  assert.match(await execIn('host', ['ps']), /containerd/)
})

test('limits reach the cgroups, users and groups the processes', { skip }, async () => {
  await node.run(
    'limited',
    {
      securityContext: { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000, supplementalGroups: [4000] },
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [
        sh('id > /data/id; exec sleep 1000', {
          resources: { limits: { cpu: '250m', memory: '32Mi' } },
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
    },
    { annotations: { 'sampan.dev/pids-limit': '64' } },
  )
  const pod = await node.until('limited', isReady)
  assert.equal(pod.status?.qosClass, 'Guaranteed')
  await node.until('limited', isReady)
  for (let tries = 0; !(await execIn('limited', ['ls', '/data'])).includes('id'); tries++) assert.ok(tries < 100)
  assert.match(await execIn('limited', ['cat', '/data/id']), /uid=1000 gid=2000 groups=2000,3000,4000/)
  assert.match(await execIn('limited', ['stat', '-c', '%g %a', '/data']), /^3000 2777/)
  assert.match(await execIn('limited', ['cat', '/proc/self/status']), /CapBnd:\t0{16}[\s\S]*NoNewPrivs:\t1/)
  const group = `${node.containerd.cgroupRoot}/pod${pod.metadata.uid}`
  const isV1 = node.containerd.facts.cgroup === 'v1'
  const { readFile } = await import('node:fs/promises')
  const value = (v1: string, v2: string) =>
    readFile(`/sys/fs/cgroup/${isV1 ? v1.replace(':', group) : `${group}/${v2}`}`, 'utf8')
  assert.equal(await value('pids:/pids.max', 'pids.max'), '64\n')
  assert.equal(await value('memory:/memory.limit_in_bytes', 'memory.max'), `${32 * 1024 * 1024}\n`)
})

test('memory beyond the limit ends as OOMKilled', { skip }, async () => {
  await node.run('greedy', {
    restartPolicy: 'Never',
    containers: [sh('dd if=/dev/zero of=/dev/null bs=200M count=1', { resources: { limits: { memory: '16Mi' } } })],
  })
  const pod = await node.until('greedy', (one) => one.status?.phase === 'Failed')
  assert.equal(stateOf(pod)?.terminated?.reason, 'OOMKilled')
  assert.equal(stateOf(pod)?.terminated?.exitCode, 137)
})

test('an ephemeral container joins a running pod', { skip }, async () => {
  await node.run('debugged', { containers: [sh('exec sleep 1000')] })
  const pod = await node.until('debugged', isReady)
  const debug = {
    ...sh('ls /proc/1/root >/dev/null && cat /proc/1/cmdline'),
    name: 'debug',
    targetContainerName: 'main',
  }
  await node.client.update(anySpec, { ...pod, spec: { ...pod.spec, ephemeralContainers: [debug] } })
  await node.until('debugged', ({ status }) => status?.ephemeralContainerStatuses?.[0]?.state?.terminated)
  assert.match(await node.logs('debugged', 'debug'), /sleep/)
})

test('streams answer with addresses of the runtime on loopback', { skip }, async () => {
  await node.run('streamed', { containers: [sh('exec sleep 1000')] })
  const pod = await node.until('streamed', isReady)
  const { streams } = node.agent
  const wish = { container: 'main', stdin: false, stdout: true, stderr: true, tty: false }
  for (const url of [
    await streams.exec(pod, { ...wish, command: ['true'] }),
    await streams.attach(pod, wish),
    await streams.portForward(pod),
  ])
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\//)
  await assert.rejects(async () => streams.exec(pod, { ...wish, container: 'none', command: [] }), {
    reason: 'BadRequest',
  })
})

test('the node says what it is and what its pods use', { skip }, async () => {
  const { node: nodeKind } = await import('@sampan/resources/core/node')
  const own = await node.client.get(nodeKind, { name: node.nodeName })
  assert.equal(own.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
  assert.equal(own.status?.capacity?.pods, '110')
  await node.run('measured', { containers: [sh('exec sleep 1000')] })
  await node.until('measured', isReady)
  const use = await node.agent.stats()
  assert.ok(use.some(({ name, containers }) => name === 'measured' && (containers[0]?.memoryBytes ?? 0) > 0))
})

test('volumes that are missing hold the pod back until they are there', { skip }, async () => {
  await node.run('waits', {
    restartPolicy: 'Never',
    volumes: [{ name: 'late', configMap: { name: 'late' } }],
    containers: [sh('cat /late/x', { volumeMounts: [{ name: 'late', mountPath: '/late' }] })],
  })
  await node.until('waits', (one) => stateOf(one)?.waiting?.reason === 'ContainerCreating')
  await says('waits', 'FailedMount')
  await node.client.create(configMap, { metadata: { namespace: 'default', name: 'late' }, data: { x: 'now' } })
  await node.until('waits', ({ status }) => status?.phase === 'Succeeded')
  assert.equal(await node.logs('waits', 'main'), 'now')
})

test('of many changes in a row the last is what a volume shows', { skip }, async () => {
  const at = { namespace: 'default', name: 'busy' }
  let map = await node.client.create(configMap, { metadata: at, data: { x: '0' } })
  await node.run('shows', {
    volumes: [{ name: 'x', configMap: { name: 'busy' } }],
    containers: [sh('exec sleep 1000', { volumeMounts: [{ name: 'x', mountPath: '/x' }] })],
  })
  for (let i = 1; i <= 60; i++) {
    map = await node.client.update(configMap, { ...map, data: { x: String(i) } })
    await new Promise((resolve) => setTimeout(resolve, i % 7))
  }
  await node.until('shows', isReady)
  const { readFile } = await import('node:fs/promises')
  const { metadata } = (await node.get('shows'))!
  const file = `${node.containerd.home}/pods/${metadata.uid}/volumes/x/x`
  for (let tries = 0; (await readFile(file, 'utf8')) !== '60'; tries++) {
    assert.ok(tries < 30, `still ${await readFile(file, 'utf8')}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})

test('new limits reach a running container without a restart', { skip }, async () => {
  const limits = (cpu: string, memory: string) => ({ limits: { cpu, memory }, requests: { cpu, memory } })
  await node.run('resized', { containers: [sh('exec sleep 1000', { resources: limits('200m', '32Mi') })] })
  const pod = await node.until('resized', isReady)
  const [main] = pod.spec.containers
  await node.client.update(anySpec, {
    ...pod,
    spec: { ...pod.spec, containers: [{ ...main!, resources: limits('300m', '48Mi') }] },
  })
  const after = await node.until(
    'resized',
    (one) => one.status?.containerStatuses?.[0]?.resources?.limits?.cpu === '300m',
  )
  assert.equal(after.status?.containerStatuses?.[0]?.restartCount, 0)
  const isV1 = node.containerd.facts.cgroup === 'v1'
  const file = isV1 ? '/sys/fs/cgroup/memory/memory.limit_in_bytes' : '/sys/fs/cgroup/memory.max'
  assert.equal(await execIn('resized', ['cat', file]), `${48 * 1024 * 1024}\n`)
})

test('memory in use is not taken away', { skip }, async () => {
  const limits = (memory: string) => ({ limits: { memory }, requests: { memory } })
  await node.run('shrunk', { containers: [sh('exec sleep 1000', { resources: limits('32Mi') })] })
  const pod = await node.until('shrunk', isReady)
  const [main] = pod.spec.containers
  const resize = async (memory: string, generation: number) => {
    const now = (await node.get('shrunk'))!
    await node.client.update(anySpec, {
      ...now,
      metadata: { ...now.metadata, generation },
      spec: { ...now.spec, containers: [{ ...main!, resources: limits(memory) }] },
    })
  }
  const inProgress = (one: Pod) => one.status?.conditions?.find(({ type }) => type === 'PodResizeInProgress')
  await resize('10Ki', 2)
  const refused = await node.until('shrunk', (one) => inProgress(one)?.reason === 'Error')
  assert.match(inProgress(refused)?.message ?? '', /memory limit \(10240\) below current usage/)
  assert.equal(refused.status?.containerStatuses?.[0]?.resources?.limits?.memory, '32Mi')
  await resize('30Mi', 3)
  const given = await node.until('shrunk', (one) => !inProgress(one))
  const [status] = given.status?.containerStatuses ?? []
  assert.deepEqual([status?.resources?.limits?.memory, status?.restartCount], ['30Mi', 0])
})

test('an image is seen as a volume, read-only, and let go with the pod', { skip }, async () => {
  const image = { reference: node.containerd.busybox, pullPolicy: 'IfNotPresent' }
  await node.run('pictured', {
    volumes: [{ name: 'tools', image }],
    containers: [
      sh('ls /tools/bin/busybox /etc-only/passwd; touch /tools/x || echo kept; exec sleep 1000', {
        volumeMounts: [
          { name: 'tools', mountPath: '/tools' },
          { name: 'tools', mountPath: '/etc-only', subPath: 'etc' },
        ],
      }),
    ],
  })
  await node.until('pictured', isReady)
  assert.match(await logsWith('pictured', 'kept'), /\/etc-only\/passwd\n\/tools\/bin\/busybox\n[\s\S]*kept/)
  await node.client.remove(podKind, { namespace: 'default', name: 'pictured' })
  await node.untilGone('pictured')
  const { stdout } = await run('ctr', ['--address', node.containerd.socket, '-n', 'k8s.io', 'snapshots', 'ls'])
  assert.doesNotMatch(stdout, /sampan-volume/)
})

test('a container is stopped by the signal it asks for', { skip }, async () => {
  const lifecycle = { stopSignal: 'SIGUSR1' }
  await node.run('signalled', {
    os: { name: 'linux' },
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 20,
    containers: [sh('trap "exit 5" USR1; trap "exit 6" TERM; echo armed; while :; do sleep 0.1; done', { lifecycle })],
  })
  const pod = await node.until('signalled', isReady)
  assert.equal(pod.status?.containerStatuses?.[0]?.stopSignal, 'SIGUSR1')
  await logsWith('signalled', 'armed')
  const ended = node.until('signalled', (one) => stateOf(one)?.terminated)
  await node.client.remove(podKind, { namespace: 'default', name: 'signalled' })
  assert.equal(stateOf(await ended)?.terminated?.exitCode, 5)
})

test('who serves hears of its end a moment after everybody else', { skip }, async () => {
  await node.client.create(service, {
    metadata: { namespace: 'default', name: 'shop' },
    spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
  })
  const serving = sh('trap "exit 0" TERM; echo armed; while :; do sleep 0.02; done')
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 20, containers: [serving] }
  await node.run('serves', spec, { labels: { app: 'shop' } })
  await node.until('serves', isReady)
  await logsWith('serves', 'armed')
  const ended = node.until('serves', (one) => stateOf(one)?.terminated)
  await node.client.remove(podKind, { namespace: 'default', name: 'serves' })
  const began = performance.now()
  await ended
  assert.ok(performance.now() - began >= 490)
})

test('a pod that fills its volume is evicted', { skip }, async () => {
  await node.run('filler', {
    volumes: [{ name: 'data', emptyDir: { sizeLimit: '1Mi' } }],
    containers: [
      sh('dd if=/dev/zero of=/data/big bs=1M count=3; exec sleep 1000', {
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      }),
    ],
  })
  const pod = await node.until('filler', ({ status }) => status?.phase === 'Failed', 12_000)
  assert.equal(pod.status?.reason, 'Evicted')
  assert.match(pod.status?.message ?? '', /Usage of EmptyDir volume "data" exceeds the limit "1Mi"/)
  const why = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  assert.equal(why?.reason, 'TerminationByKubelet')
})

test('a container that writes more than its limit is evicted', { skip }, async () => {
  await node.run('writer', {
    containers: [
      sh('dd if=/dev/zero of=/tmp/big bs=1M count=3; exec sleep 1000', {
        resources: { limits: { 'ephemeral-storage': '1Mi' } },
      }),
    ],
  })
  const pod = await node.until('writer', ({ status }) => status?.phase === 'Failed', 12_000)
  assert.equal(pod.status?.reason, 'Evicted')
  assert.match(pod.status?.message ?? '', /Container main exceeded its local ephemeral storage limit "1Mi"/)
})
