import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Lab, type LabPod, lab, noLab } from './lab.ts'
import { podOf, serviceOf, sliceOf } from './objects.ts'

/** The whole part in a process of its own on a small machine: started, killed, started again, taken away. */
describe('The network of a node', { skip: noLab }, () => {
  let machine: Lab
  let folder: string
  let child: ChildProcess
  let a: LabPod
  let b: LabPod

  async function start(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('../testdata/network.ts', import.meta.url))
    const started = spawn(
      'ip',
      ['netns', 'exec', machine.node, process.execPath, script, JSON.stringify(machine.config), folder],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    )
    await Promise.race([
      once(started, 'message'),
      once(started, 'exit').then(() => Promise.reject(new Error('the network did not start'))),
    ])
    return started
  }
  async function tell(op: string, kind = '', object: object = {}): Promise<unknown> {
    child.send({ op, kind, object })
    const [answer] = (await once(child, 'message')) as [{ done?: unknown; failed?: string }]
    if (answer.failed) throw new Error(answer.failed)
    return answer.done
  }

  before(async () => {
    machine = await lab('net')
    folder = await mkdtemp(join(tmpdir(), 'sampan-network-'))
    a = await machine.pod(11)
    b = await machine.pod(12)
    child = await start()
    await tell('seed', 'namespace', { metadata: { name: 'default' }, spec: {} })
    await tell('seed', 'service', serviceOf('web', { clusterIP: '10.241.1.1' }))
    await tell('seed', 'endpointSlice', sliceOf('web', [a.ip]))
  })
  after(async () => {
    child?.kill('SIGKILL')
    await machine?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Asks until the answer fits; gives the milliseconds it took. */
  async function until(want: RegExp, asked: () => Promise<string>, atMost = 3000): Promise<number> {
    const began = performance.now()
    for (;;) {
      const answer = await asked()
      const took = performance.now() - began
      if (want.test(answer)) return took
      assert.ok(took < atMost, `still ${answer} after ${atMost} ms`)
      await pause(10)
    }
  }
  const resolve = (from: string, name: string) => machine.dns(from, machine.config.dnsIP, name)

  test('pods and the node reach Services by name', async () => {
    await until(/^10\.241\.1\.1$/, () => resolve(b.ns, 'web.default.svc.cluster.local'))
    assert.equal(await resolve('node', 'web.default.svc.cluster.local'), '10.241.1.1')
    assert.match(await machine.http(b.ns, 'http://10.241.1.1/'), /^pod-11 /)
    const kubeDns = (await tell('get', 'service', { metadata: { namespace: 'kube-system', name: 'kube-dns' } })) as {
      spec: { clusterIP: string }
    }
    assert.equal(kubeDns.spec.clusterIP, machine.config.dnsIP)
  })

  test('the name server does not hear the outside', async () => {
    await machine.in('outside', 'ip', 'route', 'replace', '10.241.0.0/16', 'via', machine.config.nodeIP)
    assert.equal(await resolve('outside', 'web.default.svc.cluster.local'), 'silence')
  })

  test('a change of endpoints is in the kernel soon', async () => {
    await tell('put', 'endpointSlice', sliceOf('web', [b.ip]))
    const took = await until(/^pod-12 /, () => machine.http('node', 'http://10.241.1.1/'))
    assert.ok(took < 3000, `took ${took} ms`)
  })

  test('a load balancer gets the address of the node, one on a taken port does not', async () => {
    await tell(
      'seed',
      'service',
      serviceOf('lb', { type: 'LoadBalancer', clusterIP: '10.241.1.2', ports: [{ port: 8899 }] }),
    )
    await tell(
      'seed',
      'service',
      serviceOf('greedy', { type: 'LoadBalancer', clusterIP: '10.241.1.3', ports: [{ port: 6443 }] }),
    )
    await tell('seed', 'endpointSlice', sliceOf('lb', [a.ip]))
    await until(/^pod-11 /, () => machine.http('outside', 'http://172.31.9.1:8899/'))
    const status = async (name: string) =>
      JSON.stringify(
        ((await tell('get', 'service', { metadata: { namespace: 'default', name } })) as { status: object }).status,
      )
    await until(/172\.31\.9\.1/, () => status('lb'))
    assert.equal(await status('greedy'), '{}')
  })

  test('hostPorts come and go with their pod', async () => {
    const one = podOf('hosted', a.ip, { ports: [{ containerPort: 8080, hostPort: 8700 }] })
    await tell('seed', 'pod', one)
    await until(/^pod-11 /, () => machine.http('outside', 'http://172.31.9.1:8700/'))
    await tell('remove', 'pod', one)
    await until(/^refused$/, () => machine.http('outside', 'http://172.31.9.1:8700/'))
  })

  test('names are found whatever becomes of the objects that say where', async () => {
    const found = () => resolve(b.ns, 'web.default.svc.cluster.local')
    await tell('remove', 'endpointSlice', { metadata: { namespace: 'kube-system', name: 'kube-dns-sampan' } })
    await tell('put', 'service', serviceOf('other', { clusterIP: '10.241.1.9' })) // the table is made anew
    await pause(300)
    assert.equal(await found(), '10.241.1.1')
  })

  test('names are found again when somebody takes the address off the machine', async () => {
    await machine.in('node', 'ip', 'address', 'delete', `${machine.config.dnsIP}/32`, 'dev', 'lo')
    assert.notEqual(await resolve(b.ns, 'web.default.svc.cluster.local'), '10.241.1.1')
    await until(/^10\.241\.1\.1$/, () => resolve(b.ns, 'web.default.svc.cluster.local'), 25_000)
  })

  test('Services work while the engine is dead, and through its return', async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.match(await machine.http(a.ns, 'http://10.241.1.1/'), /^pod-12 /)
    child = await start()
    await tell('seed', 'service', serviceOf('web', { clusterIP: '10.241.1.1' }))
    await tell('seed', 'endpointSlice', sliceOf('web', [a.ip]))
    await until(/^pod-11 /, () => machine.http(a.ns, 'http://10.241.1.1/'))
  })

  test('uninstalling leaves nothing', async () => {
    await tell('uninstall')
    await once(child, 'exit')
    assert.equal((await machine.nft(['list', 'tables'])).trim(), '')
    assert.doesNotMatch(await machine.in('node', 'ip', 'link'), /br0:/)
    assert.doesNotMatch(await machine.in('node', 'ip', 'address', 'show', 'lo'), /10\.241/)
  })
})
