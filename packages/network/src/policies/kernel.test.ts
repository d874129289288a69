import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Namespace } from '@sampan/resources/core/namespace'
import type { NetworkPolicy } from '@sampan/resources/networking/network-policy'
import { type Lab, type LabPod, lab, noLab } from '../lab.ts'
import { type KernelTable, kernelTable } from '../nft/kernel.ts'
import { tableFrom } from '../nft/table.ts'
import { podOf, serviceOf, sliceOf } from '../objects.ts'
import { baseTable } from '../services/base-table.ts'
import { servicePart } from '../services/service-part.ts'
import { policyPart } from './policy-part.ts'

describe('NetworkPolicies in the kernel', { skip: noLab }, () => {
  let machine: Lab
  let kernel: KernelTable
  let web: LabPod
  let db: LabPod
  let other: LabPod

  before(async () => {
    machine = await lab('pol')
    kernel = kernelTable(machine.nft, machine.config.nftTable)
    ;[web, db, other] = [await machine.pod(21), await machine.pod(22), await machine.pod(23)]
  })
  after(() => machine?.close())

  const namespaces: Namespace[] = [
    { metadata: { name: 'default', labels: {} }, spec: {} },
    { metadata: { name: 'other', labels: { team: 'b' } }, spec: {} },
  ]
  async function hold(...specs: Partial<NetworkPolicy['spec']>[]) {
    const policies = specs.map(
      (spec, index): NetworkPolicy => ({
        metadata: { name: `p${index}`, namespace: 'default' },
        spec: { podSelector: {}, ...spec },
      }),
    )
    const pods = [
      podOf('web', web.ip, { labels: { app: 'web' } }),
      podOf('db', db.ip, { labels: { app: 'db' } }),
      podOf('other', other.ip, { namespace: 'other', labels: { app: 'web' } }),
    ]
    const part = policyPart({ policies, pods, namespaces, dns: { ip: machine.config.dnsIP, port: 53 }, bridge: 'br0' })
    const db1 = servicePart(
      serviceOf('db', { type: 'NodePort', clusterIP: '10.241.1.1', ports: [{ port: 80, nodePort: 30090 }] }),
      [sliceOf('db', [db.ip])],
      machine.config,
    )
    await kernel.apply(tableFrom(baseTable(machine.config, { seesBridged: true }), [db1, part]))
  }
  /** Who reaches db, directly, as `web other node outside service`. */
  async function reach(): Promise<string> {
    const tries: [string, string, string][] = [
      ['web', web.ns, `http://${db.ip}:8080/`],
      ['other', other.ns, `http://${db.ip}:8080/`],
      ['web-by-service', web.ns, 'http://10.241.1.1/'],
      ['other-by-service', other.ns, 'http://10.241.1.1/'],
      ['self-by-service', db.ns, 'http://10.241.1.1/'],
      ['node', 'node', `http://${db.ip}:8080/`],
      ['outside', 'outside', 'http://172.31.9.1:30090/'],
    ]
    const got = await Promise.all(
      tries.map(async ([name, ns, url]) => ((await machine.http(ns, url)).startsWith('pod-22') ? [name] : [])),
    )
    return got.flat().join(' ')
  }
  const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } })
  const from = (...peers: object[]) => [{ from: peers } as NonNullable<NetworkPolicy['spec']['ingress']>[number]]
  const everybody = 'web other web-by-service other-by-service self-by-service node outside'

  test('without policies everybody reaches everybody', async () => {
    await hold()
    assert.equal(await reach(), everybody)
  })

  test('default deny leaves the node and the pod itself', async () => {
    await hold({})
    assert.equal(await reach(), 'self-by-service node')
  })

  test('a denied client is told at once', async () => {
    await hold({})
    const began = performance.now()
    assert.doesNotMatch(await machine.http(web.ns, `http://${db.ip}:8080/`), /pod-22|timeout/)
    assert.ok(performance.now() - began < 1000)
  })

  test('own pods by label, directly and by Service', async () => {
    await hold({ ...app('db'), ingress: from(app('web')) })
    assert.equal(await reach(), 'web web-by-service self-by-service node')
  })

  test('another namespace', async () => {
    await hold({ ...app('db'), ingress: from({ namespaceSelector: { matchLabels: { team: 'b' } } }) })
    assert.equal(await reach(), 'other other-by-service self-by-service node')
  })

  test('clients outside by address, whose address a NodePort keeps', async () => {
    await hold({ ...app('db'), ingress: from({ ipBlock: { cidr: '172.31.9.0/24' } }) })
    assert.equal(await reach(), 'self-by-service node outside')
    await hold({
      ...app('db'),
      ingress: from({ ipBlock: { cidr: '0.0.0.0/0', except: ['172.31.9.2/32', `${other.ip}/32`] } }),
    })
    assert.equal(await reach(), 'web web-by-service self-by-service node')
  })

  test('ports', async () => {
    await hold({ ...app('db'), ingress: [{ ports: [{ port: 8081 }] }] })
    assert.equal(await reach(), 'self-by-service node')
    await hold({ ...app('db'), ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] })
    assert.equal(await reach(), everybody)
  })

  test('egress: to pods, to the node, to the outside', async () => {
    await hold({ ...app('web'), policyTypes: ['Egress'] })
    assert.equal(await reach(), 'other other-by-service self-by-service node outside')
    assert.doesNotMatch(await machine.http(web.ns, 'http://172.31.9.1:30090/'), /pod/)
    const to = [{ to: [app('db')] } as NonNullable<NetworkPolicy['spec']['egress']>[number]]
    await hold({ ...app('web'), policyTypes: ['Egress'], egress: to })
    assert.equal(await reach(), everybody)
    assert.doesNotMatch(await machine.http(web.ns, `http://${other.ip}:8080/`), /pod/)
  })
  test('both sides have to allow: what one pod may send, the other need not take', async () => {
    const everywhere = [{}] as NonNullable<NetworkPolicy['spec']['egress']>
    await hold(
      { ...app('web'), policyTypes: ['Egress'], egress: everywhere },
      { ...app('db'), policyTypes: ['Ingress'] },
    )
    assert.equal(await reach(), 'self-by-service node')
    const to = [{ to: [app('db')] } as NonNullable<NetworkPolicy['spec']['egress']>[number]]
    await hold(
      { ...app('web'), policyTypes: ['Egress'], egress: to },
      { ...app('db'), policyTypes: ['Ingress'], ingress: from({ namespaceSelector: { matchLabels: { team: 'b' } } }) },
    )
    assert.equal(await reach(), 'other other-by-service self-by-service node')
  })

  test('a connection under way ends when it is not allowed any more, and no other does', async () => {
    const allowed = [app('web'), { namespaceSelector: { matchLabels: { team: 'b' } } }]
    for (const begin of [[], [{ ...app('db'), ingress: from(...allowed) }]]) {
      await hold(...begin)
      const clients = [
        await machine.talk(web.ns, db.ip, 8080),
        await machine.talk(web.ns, '10.241.1.1', 80),
        await machine.talk(other.ns, db.ip, 8080),
        await machine.talk(other.ns, '10.241.1.1', 80),
      ]
      for (const one of clients) assert.match(await one.ask(), /^pod-22/)
      await hold({ ...app('db'), ingress: from(allowed[1]!) })
      const said = await Promise.all(clients.map((one) => one.ask()))
      assert.deepEqual(
        said.map((one) => (one.startsWith('pod-22') ? 'answer' : one)),
        ['ECONNRESET', 'ECONNRESET', 'answer', 'answer'],
      )
      await hold()
      for (const one of clients.slice(2)) assert.match(await one.ask(), /^pod-22/)
      for (const one of clients) one.close()
    }
  })

  test('what was allowed once and is still allowed goes on through ten changes', async () => {
    await hold()
    const client = await machine.talk(web.ns, '10.241.1.1', 80)
    for (let port = 8000; port < 8010; port++) {
      await hold({ ...app('db'), ingress: [{ from: [app('web')], ports: [{ port, endPort: 8100 }] }] })
      assert.match(await client.ask(), /^pod-22/)
    }
    client.close()
  })
})
