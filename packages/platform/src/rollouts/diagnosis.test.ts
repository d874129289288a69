import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '@sampan/resources/core/event'
import type { Pod } from '@sampan/resources/core/pod'
import { deployment, pod, replicaSet } from '@sampan/resources/fixtures'
import { type Cause, diagnose, type Evidence, type Observed } from './diagnosis.ts'

const now = new Date('2026-01-01T00:01:00Z')
type Status = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

const container = (given: Partial<Status>): Status => ({
  name: 'app',
  image: 'r:5000/demo/web:1',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...given,
})
const limited = { containers: [{ name: 'app', image: 'web', resources: { limits: { memory: '64Mi' } } }] }
const withStatus = (given: Partial<Status>, more: Partial<NonNullable<Pod['status']>> = {}) =>
  pod('web-1', { phase: 'Running', spec: limited, status: { containerStatuses: [container(given)], ...more } })
const waiting = (reason: string, message = '', more: Partial<Status> = {}) =>
  withStatus({ state: { waiting: { reason, message } }, ...more })
const looping = (exitCode: number, reason = 'Error') =>
  waiting('CrashLoopBackOff', 'back-off', { restartCount: 2, lastState: { terminated: { exitCode, reason } } })
const running = (secondsAgo: number, more: Partial<Status> = {}) =>
  withStatus({ state: { running: { startedAt: new Date(now.getTime() - secondsAgo * 1000).toISOString() } }, ...more })
const event = (reason: string, message: string, about = 'Pod web-1'): Event => {
  const [kind, name] = about.split(' ')
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason}`, namespace: 'default' },
    involvedObject: { kind, name, namespace: 'default', uid: `uid-${kind}-${name}` },
    reason,
    message,
    lastTimestamp: now.toISOString(),
  } as Event
}
const unscheduled = (message: string) =>
  pod('web-1', {
    status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
  })

interface Row {
  name: string
  seen: Partial<Observed>
  evidence?: Evidence
  want?: { code: Cause['code']; weight?: Cause['weight']; says?: RegExp; wants?: Cause['wants'] }
}

const pull = (message: string) => ({ pods: [waiting('ImagePullBackOff', message)] })
const lines = (...lastLines: string[]): Evidence => ({ lastLines })

const rows: Row[] = [
  {
    name: 'a ready instance is fine',
    seen: {
      pods: [
        pod('web-1', {
          ready: true,
          status: {
            containerStatuses: [container({ ready: true, state: { running: { startedAt: now.toISOString() } } })],
          },
        }),
      ],
    },
  },
  {
    name: 'nothing is said of an instance that is being made',
    seen: { pods: [pod('web-1'), waiting('ContainerCreating')] },
  },
  {
    name: 'an instance that goes away is no concern',
    seen: { pods: [{ ...looping(1), metadata: { ...looping(1).metadata, deletionTimestamp: now.toISOString() } }] },
  },

  // Images
  {
    name: 'a missing image',
    seen: pull('rpc error: code = NotFound desc = failed to pull and unpack image "r:5000/demo/web:1": not found'),
    want: { code: 'image-missing', weight: 'fatal', says: /r:5000\/demo\/web:1 does not exist/ },
  },
  {
    name: 'a private image',
    seen: pull(
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope',
    ),
    want: { code: 'image-missing' },
  },
  {
    name: 'an image without credentials',
    seen: pull('unexpected status code: 401 Unauthorized'),
    want: { code: 'image-denied', weight: 'fatal', says: /credentials/ },
  },
  {
    name: 'a registry that is away may come back',
    seen: pull('dial tcp 10.0.0.9:5000: connect: connection refused'),
    want: { code: 'registry-unreachable', weight: 'waiting' },
  },
  {
    name: 'a registry whose name is wrong',
    seen: pull('dial tcp: lookup regstry: no such host'),
    want: { code: 'registry-unreachable' },
  },
  {
    name: 'an image for another processor',
    seen: pull('no match for platform in manifest sha256:aa'),
    want: { code: 'architecture', weight: 'fatal' },
  },
  {
    name: 'a full disk while pulling',
    seen: pull('write /var/lib/x: no space left on device'),
    want: { code: 'disk-full' },
  },
  {
    name: 'an image name that is none',
    seen: { pods: [waiting('InvalidImageName', 'couldn’t parse')] },
    want: { code: 'image-name', weight: 'fatal' },
  },

  {
    name: 'a missing image while the node waits for its next try',
    seen: {
      ...pull('Back-off pulling image "r:5000/demo/web:1"'),
      events: [
        event('Failed', 'Failed to pull image "r:5000/demo/web:1": rpc error: code = NotFound desc = manifest unknown'),
      ],
    },
    want: { code: 'image-missing', weight: 'fatal', says: /does not exist in its registry/ },
  },
  {
    name: 'a failure to pull that nobody explains may pass',
    seen: pull('Back-off pulling image "r:5000/demo/web:1"'),
    want: { code: 'image-missing', weight: 'waiting' },
  },

  // Configuration
  {
    name: 'a missing Secret',
    seen: { pods: [waiting('CreateContainerConfigError', 'secret "db-password" not found')] },
    want: { code: 'config-missing', weight: 'fatal', says: /Secret "db-password"/ },
  },
  {
    name: 'a missing ConfigMap',
    seen: { pods: [waiting('CreateContainerConfigError', 'configmap "settings" not found')] },
    want: { code: 'config-missing', says: /ConfigMap "settings"/ },
  },
  {
    name: 'a missing key',
    seen: { pods: [waiting('CreateContainerConfigError', "couldn't find key URL in Secret demo-test/db")] },
    want: { code: 'config-missing', says: /Secret "db" has no entry "URL"/ },
  },
  {
    name: 'an image that insists on root',
    seen: { pods: [waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root')] },
    want: { code: 'root-image', says: /USER 1000/ },
  },

  // Starting
  {
    name: 'a start command that is not there',
    seen: { pods: [waiting('RunContainerError', 'exec: "gunicorn": executable file not found in $PATH: unknown')] },
    want: { code: 'command-missing', says: /"gunicorn"/ },
  },
  {
    name: 'a start command without the right to run',
    seen: { pods: [waiting('RunContainerError', 'exec: "/app/run.sh": permission denied: unknown')] },
    want: { code: 'command-missing', says: /chmod \+x \/app\/run.sh/ },
  },
  {
    name: 'a binary of another processor',
    seen: { pods: [waiting('RunContainerError', 'exec /app: exec format error')] },
    want: { code: 'architecture' },
  },
  {
    name: 'an image without a command',
    seen: { pods: [waiting('CreateContainerError', 'no command specified')] },
    want: { code: 'command-missing', says: /CMD/ },
  },
  {
    name: 'a user that is not in the image',
    seen: { pods: [waiting('CreateContainerError', 'unable to find user web: no matching entries in passwd file')] },
    want: { code: 'user-missing' },
  },
  {
    name: 'a start error kept in the last state',
    seen: {
      pods: [
        withStatus({
          state: {
            terminated: {
              exitCode: 128,
              reason: 'StartError',
              message: 'exec: "x": executable file not found in $PATH',
            },
          },
        }),
      ],
    },
    want: { code: 'command-missing', weight: 'fatal' },
  },

  // Crashes
  {
    name: 'out of memory',
    seen: { pods: [looping(137, 'OOMKilled')] },
    want: { code: 'oom', weight: 'fatal', says: /limit of 64Mi/ },
  },
  {
    name: 'out of memory once is enough',
    seen: {
      pods: [
        withStatus({
          restartCount: 1,
          state: { running: { startedAt: now.toISOString() } },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        }),
      ],
    },
    want: { code: 'oom', weight: 'fatal' },
  },
  {
    name: 'a crash asks for the last lines first',
    seen: { pods: [looping(1)] },
    want: { code: 'app-crashed', weight: 'fatal', wants: { lines: { previous: true } } },
  },
  {
    name: 'a crash quotes the line with the error',
    seen: { pods: [looping(1)] },
    evidence: lines('starting', 'Error: config.yml is empty', '    at main.js:3'),
    want: { code: 'app-crashed', says: /exit code 1.*it said: Error: config.yml is empty/ },
  },
  {
    name: 'a crash without a word',
    seen: { pods: [looping(3)] },
    evidence: lines(),
    want: { code: 'app-crashed', says: /it wrote nothing/ },
  },
  {
    name: 'a missing variable',
    seen: { pods: [looping(1)] },
    evidence: lines("KeyError: 'DATABASE_URL'"),
    want: { code: 'missing-env', says: /DATABASE_URL/ },
  },
  {
    name: 'a missing module',
    seen: { pods: [looping(1)] },
    evidence: lines("Error: Cannot find module 'express'"),
    want: { code: 'dependency', says: /"express".*package.json/ },
  },
  {
    name: 'a program that ends by itself',
    seen: { pods: [looping(0, 'Completed')] },
    evidence: lines('done'),
    want: { code: 'app-ended', says: /foreground/ },
  },
  {
    name: 'one crash alone may be bad luck',
    seen: { pods: [withStatus({ state: { terminated: { exitCode: 1, reason: 'Error' } } })] },
    want: { code: 'app-crashed', weight: 'waiting' },
  },
  {
    name: 'a second crash is none',
    seen: { pods: [withStatus({ restartCount: 1, state: { terminated: { exitCode: 1, reason: 'Error' } } })] },
    want: { code: 'app-crashed', weight: 'fatal', wants: { lines: { previous: false } } },
  },
  {
    name: 'an old crash of an instance that runs well now',
    seen: {
      pods: [
        running(50, { ready: true, restartCount: 3, lastState: { terminated: { exitCode: 1, reason: 'Error' } } }),
      ],
    },
  },
  {
    name: 'a failing liveness probe',
    seen: {
      pods: [
        withStatus({
          restartCount: 2,
          state: { running: { startedAt: now.toISOString() } },
          lastState: { terminated: { exitCode: 143, reason: 'Error' } },
        }),
      ],
      events: [
        event('Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 404'),
        event('Killing', 'Container app failed liveness probe, will be restarted'),
      ],
    },
    want: { code: 'liveness', weight: 'fatal', says: /statuscode: 404/ },
  },
  {
    name: 'an init container that fails',
    seen: {
      pods: [
        pod('web-1', {
          status: {
            initContainerStatuses: [
              container({ name: 'migrate', restartCount: 1, state: { terminated: { exitCode: 2, reason: 'Error' } } }),
            ],
          },
        }),
      ],
    },
    want: { code: 'app-crashed', weight: 'fatal' },
  },
  {
    name: 'an init container that is done',
    seen: {
      pods: [
        pod('web-1', {
          status: {
            initContainerStatuses: [container({ state: { terminated: { exitCode: 0, reason: 'Completed' } } })],
          },
        }),
      ],
    },
  },

  // Ports
  { name: 'a program that just started is given time', seen: { pods: [running(1)], port: 8080 } },
  {
    name: 'nothing listens: look inside',
    seen: { pods: [running(5)], port: 8080 },
    want: { code: 'not-listening', weight: 'waiting', wants: { listeners: true } },
  },
  {
    name: 'another port, but it may still come',
    seen: { pods: [running(5)], port: 8080 },
    evidence: { listeners: [{ port: 3000, isLoopback: false }] },
    want: { code: 'wrong-port', weight: 'waiting' },
  },
  {
    name: 'another port',
    seen: { pods: [running(20)], port: 8080 },
    evidence: { listeners: [{ port: 3000, isLoopback: false }] },
    want: { code: 'wrong-port', weight: 'fatal', says: /port 8080.*listens on port 3000.*set the app's port to 3000/ },
  },
  {
    name: 'several other ports',
    seen: { pods: [running(20)], port: 8080 },
    evidence: {
      listeners: [
        { port: 9000, isLoopback: false },
        { port: 3000, isLoopback: false },
      ],
    },
    want: { code: 'wrong-port', says: /ports 3000, 9000/ },
  },
  {
    name: 'the right port on loopback',
    seen: { pods: [running(20)], port: 8080 },
    evidence: { listeners: [{ port: 8080, isLoopback: true }] },
    want: { code: 'loopback-only', weight: 'fatal', says: /0\.0\.0\.0/ },
  },
  {
    name: 'another port on loopback',
    seen: { pods: [running(20)], port: 8080 },
    evidence: { listeners: [{ port: 5000, isLoopback: true }] },
    want: { code: 'loopback-only', says: /5000 of 127/ },
  },
  {
    name: 'nothing listens anywhere',
    seen: { pods: [running(20)], port: 8080 },
    evidence: { listeners: [] },
    want: { code: 'not-listening', weight: 'waiting', says: /\$PORT/ },
  },
  {
    name: 'it listens but is not ready',
    seen: { pods: [running(20)], port: 8080 },
    evidence: { listeners: [{ port: 8080, isLoopback: false }] },
    want: { code: 'readiness', weight: 'waiting' },
  },
  {
    name: 'a readiness probe that is answered 500',
    seen: {
      pods: [running(20)],
      port: 8080,
      events: [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 500')],
    },
    want: { code: 'readiness', says: /with 500/ },
  },
  { name: 'a worker without a probe says nothing', seen: { pods: [running(20)] } },

  // Room
  {
    name: 'no CPU',
    seen: { pods: [unscheduled('0/1 nodes are available: 1 Insufficient cpu.')] },
    want: { code: 'no-room', weight: 'waiting', says: /enough free CPU.*lower cpu/ },
  },
  {
    name: 'no memory',
    seen: { pods: [unscheduled('0/1 nodes are available: 1 Insufficient memory.')] },
    want: { code: 'no-room', says: /free memory/ },
  },
  {
    name: 'no room by an event',
    seen: { pods: [pod('web-1')], events: [event('FailedScheduling', '0/1 nodes are available: 1 Too many pods.')] },
    want: { code: 'no-room', says: /as many instances/ },
  },
  {
    name: 'a taint',
    seen: { pods: [unscheduled('0/1 nodes are available: 1 node(s) had untolerated taint {x: y}.')] },
    want: { code: 'no-room', says: /taints/ },
  },
  {
    name: 'a claim that is missing',
    seen: { pods: [unscheduled('persistentvolumeclaim "data" not found')] },
    want: { code: 'volume', weight: 'fatal', says: /"data"/ },
  },
  {
    name: 'a claim that waits',
    seen: { pods: [unscheduled('pod has unbound immediate PersistentVolumeClaims')] },
    want: { code: 'volume', weight: 'waiting' },
  },
  {
    name: 'a secret that cannot be mounted',
    seen: {
      pods: [pod('web-1')],
      events: [event('FailedMount', 'MountVolume.SetUp failed for volume "x" : secret "tls" not found')],
    },
    want: { code: 'config-missing', says: /Secret "tls"/ },
  },
  {
    name: 'a volume that cannot be mounted',
    seen: { pods: [pod('web-1')], events: [event('FailedMount', 'mount.nfs: access denied')] },
    want: { code: 'volume', says: /access denied/ },
  },
  {
    name: 'a network that cannot be made',
    seen: { pods: [pod('web-1')], events: [event('FailedCreatePodSandBox', 'plugin type="bridge" failed')] },
    want: { code: 'node' },
  },
  {
    name: 'an event about another pod is none of ours',
    seen: { pods: [pod('web-1')], events: [event('FailedMount', 'x', 'Pod web-2')] },
  },
  {
    name: 'an evicted instance',
    seen: {
      pods: [
        pod('web-1', {
          phase: 'Failed',
          status: { reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage.' },
        }),
      ],
    },
    want: { code: 'evicted', weight: 'fatal', says: /free disk space/ },
  },

  // Not even created
  {
    name: 'a quota',
    seen: {
      replicaSets: [replicaSet('web-a')],
      events: [
        event(
          'FailedCreate',
          'Error creating: pods "web-a-1" is forbidden: exceeded quota: sampan-quota, requested: limits.memory=256Mi, used: limits.memory=1Gi, limited: limits.memory=1Gi',
          'ReplicaSet web-a',
        ),
      ],
    },
    want: {
      code: 'quota',
      weight: 'fatal',
      says: /asked for limits.memory=256Mi, in use limits.memory=1Gi, limit limits.memory=1Gi/,
    },
  },
  {
    name: 'a quota by the condition',
    seen: {
      deployment: deployment('web', {
        status: {
          conditions: [
            {
              type: 'ReplicaFailure',
              status: 'True',
              message: 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5',
            },
          ],
        } as never,
      }),
    },
    want: { code: 'quota' },
  },
  {
    name: 'a limit range',
    seen: {
      replicaSets: [replicaSet('web-a')],
      events: [
        event(
          'FailedCreate',
          'pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
          'ReplicaSet web-a',
        ),
      ],
    },
    want: { code: 'limits', says: /maximum memory usage/ },
  },
  {
    name: 'a policy',
    seen: {
      replicaSets: [replicaSet('web-a')],
      events: [
        event(
          'FailedCreate',
          'pods "x" is forbidden: violates PodSecurity "baseline:latest": privileged (container "app" must not set securityContext.privileged=true)',
          'ReplicaSet web-a',
        ),
      ],
    },
    want: { code: 'policy', says: /privileged/ },
  },

  {
    name: 'a quota that was used up before this release',
    seen: {
      since: new Date(now.getTime() + 1000),
      replicaSets: [replicaSet('web-a')],
      events: [
        event(
          'FailedCreate',
          'exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5',
          'ReplicaSet web-a',
        ),
      ],
    },
  },
  {
    name: 'a quota that stopped pods which are there now',
    seen: {
      replicaSets: [replicaSet('web-a', { status: { replicas: 1 } })],
      events: [
        event(
          'FailedCreate',
          'exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5',
          'ReplicaSet web-a',
        ),
      ],
    },
  },

  // Which one
  {
    name: 'the fatal cause comes before the one that may pass',
    seen: { pods: [unscheduled('1 Insufficient cpu.'), waiting('ImagePullBackOff', 'manifest unknown')] },
    want: { code: 'image-missing', weight: 'fatal' },
  },
]

for (const { name, seen, evidence, want } of rows) {
  test(`diagnosis: ${name}`, () => {
    const cause = diagnose({ pods: [], events: [], now, ...seen }, evidence)
    assert.equal(cause?.code, want?.code, cause?.sentence)
    if (!want || !cause) return
    if (want.weight) assert.equal(cause.weight, want.weight)
    if (want.says) assert.match(cause.sentence, want.says)
    if (want.wants) assert.deepEqual(cause.wants, want.wants)
    assert.match(cause.sentence, /^[A-Z"].*[.]$/s, 'a cause is a sentence')
    assert.ok(!cause.sentence.includes('\n'), 'a cause is one line')
  })
}
