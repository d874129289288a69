import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silent } from '@sampan/kit/log'
import { type Api, type Json, testApi } from '../api.test-support.ts'
import { systemUser } from '../auth/interfaces.ts'
import { keepAddresses } from './keep-addresses.ts'

const addresses = '/apis/networking.k8s.io/v1/ipaddresses'
const services = '/api/v1/namespaces/default/services'

describe('addresses of services', () => {
  let api: Api
  const stop = new AbortController()
  before(async () => {
    api = await testApi()
    await api.ask('POST', '/apis/networking.k8s.io/v1/servicecidrs', {
      metadata: { name: 'kubernetes' },
      spec: { cidrs: ['10.190.0.0/16'] },
    })
    keepAddresses({
      store: api.server.store,
      transport: api.server.api.transport(systemUser),
      log: silent,
      signal: stop.signal,
    })
  })
  after(async () => {
    stop.abort()
    await api.end()
  })

  const eventually = async (holds: () => Promise<boolean>) => {
    for (let left = 100; left > 0; left--) {
      if (await holds()) return
      await sleep(50)
    }
    assert.fail('it did not come about')
  }
  const names = async () => (await api.ask('GET', addresses)).body.items.map(({ metadata }: Json) => metadata.name)

  test('come and go with them; those of others are left alone', async () => {
    await api.ask('POST', services, {
      metadata: { name: 'web' },
      spec: { clusterIP: '10.190.0.7', clusterIPs: ['10.190.0.7'], ports: [{ port: 80 }] },
    })
    await api.ask('POST', services, {
      metadata: { name: 'headless' },
      spec: { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 80 }] },
    })
    await api.ask('POST', addresses, {
      metadata: { name: '192.0.2.1' },
      spec: { parentRef: { resource: 'things', name: 'x' } },
    })
    await eventually(async () => (await names()).includes('10.190.0.7'))
    const { body } = await api.ask('GET', `${addresses}/10.190.0.7`)
    assert.deepEqual(body.spec.parentRef, { group: '', resource: 'services', namespace: 'default', name: 'web' })
    assert.equal(body.metadata.labels['ipaddress.kubernetes.io/ip-family'], 'IPv4')
    await api.ask('DELETE', `${services}/web`)
    await eventually(async () => !(await names()).includes('10.190.0.7'))
    assert.deepEqual(await names(), ['192.0.2.1'])
  })

  test('the range is said to be ready', async () => {
    await eventually(async () => {
      const { body } = await api.ask('GET', '/apis/networking.k8s.io/v1/servicecidrs/kubernetes')
      return body.status?.conditions?.[0]?.type === 'Ready'
    })
  })

  test('a range that is deleted stays as long as addresses are in it that no other range has', async () => {
    const ranges = '/apis/networking.k8s.io/v1/servicecidrs'
    const readiness = async (name: string) => {
      const { status, body } = await api.ask('GET', `${ranges}/${name}`)
      const condition = body.status?.conditions?.find(({ type }: Json) => type === 'Ready')
      return status === 404 ? 'gone' : condition && `${condition.status} ${condition.reason}`
    }
    await api.ask('POST', ranges, { metadata: { name: 'more' }, spec: { cidrs: ['10.77.0.0/24'] } })
    await eventually(async () => (await readiness('more')) === 'True ')
    await api.ask('POST', services, {
      metadata: { name: 'far' },
      spec: { clusterIP: '10.77.0.9', clusterIPs: ['10.77.0.9'], ports: [{ port: 80 }] },
    })
    await api.ask('DELETE', `${ranges}/more`)
    await eventually(async () => (await readiness('more')) === 'False Terminating')
    await api.ask('POST', ranges, { metadata: { name: 'wider' }, spec: { cidrs: ['10.77.0.0/16'] } })
    await eventually(async () => (await readiness('more')) === 'gone')
    await api.ask('DELETE', `${ranges}/wider`)
    await eventually(async () => (await readiness('wider')) === 'False Terminating')
    await api.ask('DELETE', `${services}/far`)
    await eventually(async () => (await readiness('wider')) === 'gone')
  })
})
