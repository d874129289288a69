import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Pod } from '@sampan/resources/core/pod'
import { type Api, deploymentNamed, podNamed, testApi } from '../api.test-support.ts'
import { podSecurity } from './pod-security.ts'
import { violations } from './pod-security-checks.ts'

const safe = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}
const podWith = (spec: object, securityContext: object = {}) =>
  ({
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i', securityContext }], ...spec },
  }) as unknown as Pod

const cases: { name: string; pod: Pod; baseline: number; restricted: number }[] = [
  { name: 'a safe pod', pod: podWith({}, safe), baseline: 0, restricted: 0 },
  { name: 'a plain pod', pod: podWith({}), baseline: 0, restricted: 4 },
  { name: 'a privileged container', pod: podWith({}, { ...safe, privileged: true }), baseline: 1, restricted: 1 },
  { name: 'host namespaces', pod: podWith({ hostNetwork: true, hostPID: true }, safe), baseline: 1, restricted: 1 },
  {
    name: 'a host path',
    pod: podWith({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, safe),
    baseline: 1,
    restricted: 2,
  },
  { name: 'an NFS volume', pod: podWith({ volumes: [{ name: 'v', nfs: {} }] }, safe), baseline: 0, restricted: 1 },
  {
    name: 'a strong capability',
    pod: podWith({}, { ...safe, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
    baseline: 1,
    restricted: 2,
  },
  {
    name: 'a weak capability',
    pod: podWith({}, { ...safe, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
    baseline: 0,
    restricted: 0,
  },
  { name: 'root', pod: podWith({}, { ...safe, runAsUser: 0 }), baseline: 0, restricted: 1 },
  {
    name: 'no seccomp',
    pod: podWith({ securityContext: { seccompProfile: { type: 'Unconfined' } } }, safe),
    baseline: 1,
    restricted: 1,
  },
  {
    name: 'an odd sysctl',
    pod: podWith({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, safe),
    baseline: 1,
    restricted: 1,
  },
]

for (const { name, pod, baseline, restricted } of cases)
  test(`pod security counts what is wrong with ${name}`, () => {
    assert.deepEqual(
      [violations(pod, 'privileged').length, violations(pod, 'baseline').length, violations(pod, 'restricted').length],
      [0, baseline, restricted],
      violations(pod, 'restricted').join('\n'),
    )
  })

describe('pod security of a namespace', () => {
  let api: Api
  before(async () => {
    api = await testApi({ admission: [podSecurity] })
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/warn': 'restricted' }
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'safe', labels } })
  })
  after(() => api.end())

  test('refuses pods beyond its level, and warns of those beyond the next', async () => {
    const refused = await api.ask('POST', '/api/v1/namespaces/safe/pods', podNamed('host', { hostNetwork: true }))
    assert.deepEqual(
      [refused.status, refused.body.message],
      [403, 'pods "host" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'],
    )
    const warned = await api.ask('POST', '/api/v1/namespaces/safe/pods', podNamed('plain'))
    assert.equal(warned.status, 201)
    assert.match(
      warned.headers.get('warning')!,
      /would violate PodSecurity \\"restricted:latest\\": allowPrivilegeEscalation/,
    )
  })

  test('only warns of templates', async () => {
    const { status, headers } = await api.ask('POST', '/apis/apps/v1/namespaces/safe/deployments', deploymentNamed('d'))
    assert.equal(status, 201)
    assert.match(headers.get('warning')!, /would violate PodSecurity/)
  })

  test('takes no level that does not exist', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'strict' }
    const { status, body } = await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'odd', labels } })
    assert.equal(status, 422)
    assert.match(body.message, /supported values: "privileged", "baseline", "restricted"/)
  })
})
