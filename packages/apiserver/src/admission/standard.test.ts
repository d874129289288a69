import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silent } from '@sampan/kit/log'
import { type Api, deploymentNamed, mergePatchType, podNamed, testApi } from '../api.test-support.ts'
import { keepQuotas } from './keep-quotas.ts'
import { standardAdmission } from './standard.ts'

const serviceCIDR = '10.190.0.0/16'
const inNamespace = (plural: string, namespace = 'default') => `/api/v1/namespaces/${namespace}/${plural}`
const pods = inNamespace('pods')

describe('standard admission', () => {
  let api: Api
  const stop = new AbortController()
  before(async () => {
    api = await testApi({ admission: standardAdmission({ serviceCIDR }) })
    keepQuotas({ store: api.server.store, log: silent, signal: stop.signal })
    for (const namespace of ['default', 'kube-system'])
      await api.ask('POST', inNamespace('serviceaccounts', namespace), { metadata: { name: 'default' } })
  })
  after(async () => {
    stop.abort()
    await api.end()
  })

  const space = async (name: string) => {
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name } })
    await api.ask('POST', inNamespace('serviceaccounts', name), { metadata: { name: 'default' } })
    return inNamespace('pods', name)
  }
  const withResources = (name: string, resources: object) =>
    podNamed(name, { containers: [{ name: 'c', image: 'i', resources }] })

  test('a pod gets an account, its token, tolerations and a priority', async () => {
    const { status, body } = await api.ask('POST', pods, podNamed('plain'))
    assert.equal(status, 201, JSON.stringify(body))
    const { spec } = body
    assert.deepEqual(
      [spec.serviceAccountName, spec.serviceAccount, spec.priority, spec.preemptionPolicy],
      ['default', 'default', 0, 'PreemptLowerPriority'],
    )
    const [volume] = spec.volumes
    assert.match(volume.name, /^kube-api-access-[a-z0-9]{5}$/)
    assert.equal(volume.projected.sources[0].serviceAccountToken.expirationSeconds, 3607)
    assert.deepEqual(spec.containers[0].volumeMounts, [
      { name: volume.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ])
    assert.deepEqual(
      spec.tolerations.map((one: Record<string, unknown>) => [one.key, one.effect, one.tolerationSeconds]),
      [
        ['node.kubernetes.io/not-ready', 'NoExecute', 300],
        ['node.kubernetes.io/unreachable', 'NoExecute', 300],
      ],
    )
  })

  test('a pod that wants no token gets none', async () => {
    const { body } = await api.ask('POST', pods, podNamed('quiet', { automountServiceAccountToken: false }))
    assert.equal(body.spec.volumes, undefined)
  })

  test('a pod waits a moment for its account, then is refused', async () => {
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'fresh' } })
    const early = api.ask('POST', inNamespace('pods', 'fresh'), podNamed('early'))
    await api.ask('POST', inNamespace('serviceaccounts', 'fresh'), { metadata: { name: 'default' } })
    assert.equal((await early).status, 201)
    const { status, body } = await api.ask('POST', pods, podNamed('lost', { serviceAccountName: 'nobody' }))
    assert.equal(status, 403)
    assert.equal(
      body.message,
      'pods "lost" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
    )
  })

  test('a priority class becomes a number', async () => {
    await api.ask('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 1000 })
    const { body } = await api.ask('POST', pods, podNamed('urgent', { priorityClassName: 'high' }))
    assert.equal(body.spec.priority, 1000)
    const unknown = await api.ask('POST', pods, podNamed('odd', { priorityClassName: 'nope' }))
    assert.match(unknown.body.message, /no PriorityClass with name nope was found/)
  })

  test('an unknown runtime class is refused', async () => {
    const { status, body } = await api.ask('POST', pods, podNamed('rt', { runtimeClassName: 'nope' }))
    assert.deepEqual(
      [status, body.message],
      [403, 'pods "rt" is forbidden: pod rejected: RuntimeClass "nope" not found'],
    )
  })

  test('an address and a port are free again with their service, at once', async () => {
    const services = inNamespace('services')
    const named = (name: string, spec: object) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })
    const first = (await api.ask('POST', services, named('a', { type: 'NodePort' }))).body
    const same = {
      type: 'NodePort',
      clusterIP: first.spec.clusterIP,
      ports: [{ port: 80, nodePort: first.spec.ports[0].nodePort }],
    }
    assert.equal((await api.ask('POST', services, named('b', same))).status, 422)
    await api.ask('DELETE', `${services}/a`)
    const second = await api.ask('POST', services, named('b', same))
    assert.deepEqual([second.status, second.body.spec.clusterIP], [201, first.spec.clusterIP])
    await api.ask('PUT', `${services}/b`, { ...second.body, spec: { ...second.body.spec, type: 'ClusterIP' } })
    const third = await api.ask('POST', services, named('c', { ...same, clusterIP: undefined }))
    assert.equal(third.status, 201, third.body.message)
  })

  test('a service that was refused gets what it asked for the next time', async () => {
    const services = inNamespace('services')
    const asked = (port: object) => ({
      metadata: { name: 'again' },
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30999, ...port }] },
    })
    assert.equal((await api.ask('POST', services, asked({ port: 0 }))).status, 422)
    const taken = await api.ask('POST', services, asked({}))
    assert.deepEqual([taken.status, taken.body.spec.ports[0].nodePort], [201, 30999])
  })

  test('services get addresses and ports of their own, and keep them', async () => {
    const services = inNamespace('services')
    const one = await api.ask('POST', services, { metadata: { name: 'one' }, spec: { ports: [{ port: 80 }] } })
    assert.match(one.body.spec.clusterIP, /^10\.190\./)
    assert.deepEqual(one.body.spec.clusterIPs, [one.body.spec.clusterIP])
    const node = await api.ask('POST', services, {
      metadata: { name: 'node' },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    })
    const { nodePort } = node.body.spec.ports[0]
    assert.ok(nodePort >= 30000 && nodePort <= 32767)
    const twice = await api.ask('POST', services, {
      metadata: { name: 'twice' },
      spec: { clusterIP: one.body.spec.clusterIP, ports: [{ port: 1 }] },
    })
    assert.equal(twice.status, 422)
    assert.match(twice.body.message, /provided IP is already allocated/)
    const outside = await api.ask('POST', services, {
      metadata: { name: 'out' },
      spec: { clusterIP: '10.1.1.1', ports: [{ port: 1 }] },
    })
    assert.match(outside.body.message, /The range of valid IPs is 10\.190\.0\.0\/16/)
    const put = await api.ask('PUT', `${services}/node`, {
      metadata: { name: 'node' },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    })
    assert.deepEqual([put.body.spec.clusterIP, put.body.spec.ports[0].nodePort], [node.body.spec.clusterIP, nodePort])
    const headless = await api.ask('POST', services, {
      metadata: { name: 'headless' },
      spec: { clusterIP: 'None', ports: [{ port: 1 }] },
    })
    assert.equal(headless.body.spec.clusterIP, 'None')
    const many = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        api.ask('POST', services, { metadata: { name: `m${i}` }, spec: { ports: [{ port: 1 }] } }),
      ),
    )
    assert.equal(new Set(many.map(({ body }) => body.spec.clusterIP)).size, 30)
  })

  test('services get addresses from further ranges as soon as these are ready', async () => {
    const ranges = '/apis/networking.k8s.io/v1/servicecidrs'
    const ask = (name: string) =>
      api.ask('POST', inNamespace('services'), {
        metadata: { name },
        spec: { clusterIP: '10.88.0.9', ports: [{ port: 1 }] },
      })
    await api.ask('POST', ranges, { metadata: { name: 'further' }, spec: { cidrs: ['10.88.0.0/28', 'fd00::/64'] } })
    const early = await ask('early')
    assert.match(early.body.message, /is not in the valid range/)
    const ready = { type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
    await api.ask('PATCH', `${ranges}/further/status`, { status: { conditions: [ready] } }, mergePatchType)
    const made = await ask('far')
    assert.deepEqual([made.status, made.body.spec.clusterIP], [201, '10.88.0.9'], made.body.message)
    assert.match((await ask('again')).body.message, /already allocated/)
    const near = await api.ask('POST', inNamespace('services'), {
      metadata: { name: 'near' },
      spec: { ports: [{ port: 1 }] },
    })
    assert.match(near.body.spec.clusterIP, /^10\.190\./)
    await api.ask('DELETE', `${ranges}/further`)
    assert.match((await ask('late')).body.message, /The range of valid IPs is 10\.190\.0\.0\/16$/)
  })

  test('limit ranges fill in and enforce', async () => {
    const path = await space('limited')
    await api.ask('POST', inNamespace('limitranges', 'limited'), {
      metadata: { name: 'l' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: '500m' },
            defaultRequest: { cpu: '100m' },
            max: { cpu: '1', memory: '1Gi' },
          },
        ],
      },
    })
    const { body } = await api.ask('POST', path, withResources('filled', { limits: { memory: '100Mi' } }))
    assert.deepEqual(body.spec.containers[0].resources, {
      limits: { cpu: '500m', memory: '100Mi' },
      requests: { cpu: '100m', memory: '100Mi' },
    })
    const over = await api.ask('POST', path, withResources('over', { limits: { cpu: '2', memory: '1Mi' } }))
    assert.deepEqual(
      [over.status, over.body.message],
      [403, 'pods "over" is forbidden: maximum cpu usage per Container is 1, but limit is 2'],
    )
  })

  test('a quota holds exactly, however many ask at once, and is given back', async () => {
    const path = await space('bounded')
    const quota = `${inNamespace('resourcequotas', 'bounded')}`
    const made = await api.ask('POST', quota, {
      metadata: { name: 'q' },
      spec: { hard: { pods: '5', 'requests.cpu': '10', 'count/deployments.apps': '1' } },
    })
    assert.deepEqual(made.body.status.used, { pods: '0', 'requests.cpu': '0', 'count/deployments.apps': '0' })
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, i) => api.ask('POST', path, withResources(`p${i}`, { requests: { cpu: '1' } }))),
    )
    assert.equal(replies.filter(({ status }) => status === 201).length, 5)
    const refused = replies.find(({ status }) => status === 403)!
    assert.match(
      refused.body.message,
      /is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5$/,
    )
    const used = async () => (await api.ask('GET', `${quota}/q`)).body.status.used
    assert.deepEqual(await used(), { pods: '5', 'requests.cpu': '5', 'count/deployments.apps': '0' })
    const [gone, ended] = replies.filter(({ status }) => status === 201).map(({ body }) => body.metadata.name)
    await api.ask('DELETE', `${path}/${gone}`)
    await api.ask('PATCH', `${path}/${ended}/status`, { status: { phase: 'Succeeded' } }, mergePatchType)
    await until(async () => (await used()).pods === '3')
    assert.equal((await used())['requests.cpu'], '3')
    const silent = await api.ask('POST', path, podNamed('silent'))
    assert.match(silent.body.message, /failed quota: q: must specify requests.cpu for: c/)
    const deployments = '/apis/apps/v1/namespaces/bounded/deployments'
    assert.equal((await api.ask('POST', deployments, deploymentNamed('d1'))).status, 201)
    assert.equal((await api.ask('POST', deployments, deploymentNamed('d2'))).status, 403)
  })

  test('a quota counts itself', async () => {
    await space('counted')
    const quotas = inNamespace('resourcequotas', 'counted')
    await api.ask('POST', quotas, { metadata: { name: 'q' }, spec: { hard: { resourcequotas: '2' } } })
    const used = async () => (await api.ask('GET', `${quotas}/q`)).body.status.used.resourcequotas
    await until(async () => (await used()) === '1')
    await api.ask('POST', quotas, { metadata: { name: 'second' }, spec: { hard: { pods: '1' } } })
    await until(async () => (await used()) === '2')
    await api.ask('DELETE', `${quotas}/second`)
    await until(async () => (await used()) === '1')
  })

  test('claims get the default class and a finalizer', async () => {
    await api.ask('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'x',
    })
    const { body } = await api.ask('POST', inNamespace('persistentvolumeclaims'), {
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    assert.deepEqual(
      [body.spec.storageClassName, body.metadata.finalizers],
      ['local', ['kubernetes.io/pvc-protection']],
    )
  })
})

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail('it did not happen within four seconds')
}
