import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silent } from '@sampan/kit/log'
import { flowForgetter } from '../conntrack.ts'
import { closeFirewall, openFirewall } from '../host.ts'
import { type Lab, type LabPod, lab, noLab } from '../lab.ts'
import { type KernelTable, kernelTable } from '../nft/kernel.ts'
import { tableFrom } from '../nft/table.ts'
import { podOf, serviceOf, sliceOf } from '../objects.ts'
import { baseTable } from './base-table.ts'
import { hostPortPart } from './host-ports.ts'
import { servicePart } from './service-part.ts'

/** Rules that no eye can check: packets through a real kernel, in namespaces of their own. */
describe('Services in the kernel', { skip: noLab }, () => {
  let machine: Lab
  let kernel: KernelTable
  let a: LabPod
  let b: LabPod

  before(async () => {
    machine = await lab('svc')
    kernel = kernelTable(machine.nft, machine.config.nftTable)
    a = await machine.pod(11)
    b = await machine.pod(12)
  })
  after(() => machine?.close())

  type Given = [Parameters<typeof serviceOf>[1], Parameters<typeof sliceOf>[1], Parameters<typeof sliceOf>[2]?]
  async function hold(services: Record<string, Given>, more: ReturnType<typeof hostPortPart>[] = []) {
    const parts = Object.entries(services).map(([name, [spec, endpoints, ports]]) =>
      servicePart(serviceOf(name, spec), [sliceOf(name, endpoints, ports)], machine.config, {
        onNode: new Set(['tcp . 8888']),
      }),
    )
    return kernel.apply(tableFrom(baseTable(machine.config, { seesBridged: true }), [...parts, ...more]))
  }

  async function answers(from: string, url: string, times = 24) {
    const seen = new Set<string>()
    for (let i = 0; i < times; i++) seen.add(await machine.http(from, url))
    return [...seen].sort()
  }

  test('a ClusterIP reaches every endpoint, from pods with their own address, and from the node', async () => {
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [a.ip, b.ip]] })
    const c = await machine.pod(13)
    assert.deepEqual(await answers(c.ns, 'http://10.241.1.1/'), [`pod-11 ::ffff:${c.ip}`, `pod-12 ::ffff:${c.ip}`])
    assert.deepEqual(
      (await answers('node', 'http://10.241.1.1/')).map((one) => one.split(' ')[0]),
      ['pod-11', 'pod-12'],
    )
  })

  test('a pod reaches itself through its Service', async () => {
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [a.ip]] })
    assert.match(await machine.http(a.ns, 'http://10.241.1.1/'), /^pod-11 /)
  })

  test('UDP', async () => {
    await hold({
      dns: [
        { clusterIP: '10.241.1.1', ports: [{ port: 53, protocol: 'UDP' }] },
        [a.ip],
        [{ port: 8080, protocol: 'UDP' }],
      ],
    })
    assert.equal(await machine.udp(b.ns, '10.241.1.1', 53), `pod-11 ${b.ip}`)
    assert.match(await machine.udp('node', '10.241.1.1', 53), /^pod-11 /)
  })

  test('no endpoint, or no such port: refused at once, for pods and for the node', async () => {
    await hold({ empty: [{ clusterIP: '10.241.1.2' }, []], web: [{ clusterIP: '10.241.1.1' }, [a.ip]] })
    for (const from of [a.ns, 'node'])
      for (const url of ['http://10.241.1.2/', 'http://10.241.1.1:81/', 'http://10.241.77.7/'])
        assert.equal(await machine.http(from, url), 'refused', `${from} ${url}`)
    await hold({ empty: [{ clusterIP: '10.241.1.2', ports: [{ port: 53, protocol: 'UDP' }] }, []] })
    assert.equal(await machine.udp(b.ns, '10.241.1.2', 53), 'refused')
  })

  test('a NodePort answers outside, on the node, at 127.0.0.1 and from pods; the client address is kept', async () => {
    await hold({ web: [{ type: 'NodePort', clusterIP: '10.241.1.1', ports: [{ port: 80, nodePort: 30080 }] }, [a.ip]] })
    assert.equal(await machine.http('outside', 'http://172.31.9.1:30080/'), 'pod-11 ::ffff:172.31.9.2')
    assert.match(await machine.http('node', 'http://172.31.9.1:30080/'), /^pod-11 /)
    assert.match(await machine.http('node', 'http://127.0.0.1:30080/'), /^pod-11 /)
    assert.equal(await machine.http(b.ns, 'http://172.31.9.1:30080/'), `pod-11 ::ffff:${b.ip}`)
    assert.match(await machine.http(a.ns, 'http://172.31.9.1:30080/'), /^pod-11 /)
  })

  test('a NodePort without endpoints is refused', async () => {
    await hold({ web: [{ type: 'NodePort', clusterIP: '10.241.1.1', ports: [{ port: 80, nodePort: 30080 }] }, []] })
    assert.equal(await machine.http('outside', 'http://172.31.9.1:30080/'), 'refused')
    assert.equal(await machine.http('node', 'http://127.0.0.1:30080/'), 'refused')
  })

  test('traffic policy Local: only endpoints of this node, else nothing from outside', async () => {
    const spec = {
      type: 'NodePort',
      clusterIP: '10.241.1.1',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80, nodePort: 30080 }],
    }
    await hold({ web: [spec, [a.ip, { ip: b.ip, nodeName: 'other' }]] })
    assert.deepEqual(await answers('outside', 'http://172.31.9.1:30080/', 12), ['pod-11 ::ffff:172.31.9.2'])
    assert.equal((await answers(a.ns, 'http://10.241.1.1/')).length, 2)
    await hold({ web: [spec, [{ ip: b.ip, nodeName: 'other' }]] })
    assert.equal(await machine.http('outside', 'http://172.31.9.1:30080/'), 'timeout')
    assert.match(await machine.http('node', 'http://10.241.1.1/'), /^pod-12 /)
  })

  test('traffic policy Local from outside is not about pods and the node itself', async () => {
    const spec = {
      type: 'NodePort',
      clusterIP: '10.241.1.1',
      externalIPs: ['203.0.113.7'],
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80, nodePort: 30080 }],
    }
    await machine.in('outside', 'ip', 'route', 'replace', '203.0.113.0/24', 'via', '172.31.9.1')
    for (const internalTrafficPolicy of ['Cluster', 'Local']) {
      await hold({ web: [{ ...spec, internalTrafficPolicy }, [{ ip: b.ip, nodeName: 'other' }]] })
      for (const url of ['http://172.31.9.1:30080/', 'http://203.0.113.7/'])
        for (const from of [a.ns, 'node']) assert.match(await machine.http(from, url), /^pod-12 /, `${from} ${url}`)
      assert.equal(await machine.http('outside', 'http://172.31.9.1:30080/'), 'timeout')
    }
  })

  test('source ranges are for the load balancer, not for externalIPs and node ports', async () => {
    const spec = {
      type: 'LoadBalancer',
      clusterIP: '10.241.1.2',
      externalIPs: ['203.0.113.7'],
      loadBalancerSourceRanges: ['192.0.2.0/24'],
      ports: [{ port: 8888, nodePort: 30088 }],
    }
    await hold({ lb: [spec, [b.ip]] })
    await machine.in('outside', 'ip', 'route', 'replace', '203.0.113.0/24', 'via', '172.31.9.1')
    assert.equal(await machine.http('outside', 'http://172.31.9.1:8888/'), 'timeout')
    assert.match(await machine.http('outside', 'http://203.0.113.7:8888/'), /^pod-12 /)
    assert.match(await machine.http('outside', 'http://172.31.9.1:30088/'), /^pod-12 /)
  })

  test('externalIPs and load balancers, with source ranges', async () => {
    const balanced = { type: 'LoadBalancer', clusterIP: '10.241.1.2', ports: [{ port: 8888 }] }
    await hold({
      web: [{ clusterIP: '10.241.1.1', externalIPs: ['203.0.113.7'] }, [a.ip]],
      lb: [balanced, [b.ip]],
    })
    await machine.in('outside', 'ip', 'route', 'replace', '203.0.113.0/24', 'via', '172.31.9.1')
    assert.equal(await machine.http('outside', 'http://203.0.113.7/'), 'pod-11 ::ffff:172.31.9.2')
    assert.match(await machine.http(a.ns, 'http://203.0.113.7/'), /^pod-11 /)
    assert.equal(await machine.http('outside', 'http://172.31.9.1:8888/'), 'pod-12 ::ffff:172.31.9.2')
    await hold({ lb: [{ ...balanced, loadBalancerSourceRanges: ['192.0.2.0/24'] }, [b.ip]] })
    assert.equal(await machine.http('outside', 'http://172.31.9.1:8888/'), 'timeout')
    await hold({ lb: [{ ...balanced, loadBalancerSourceRanges: ['172.31.0.0/16'] }, [b.ip]] })
    assert.match(await machine.http('outside', 'http://172.31.9.1:8888/'), /^pod-12 /)
  })

  test('session affinity sends a client to the endpoint it had, also after a restart of ours', async () => {
    const spec = { clusterIP: '10.241.1.1', sessionAffinity: 'ClientIP' }
    await hold({ web: [spec, [a.ip, b.ip]] })
    const first = await answers('node', 'http://10.241.1.1/', 12)
    assert.equal(first.length, 1)
    kernel = kernelTable(machine.nft, machine.config.nftTable)
    assert.equal(await hold({ web: [spec, [a.ip, b.ip]] }), 'taken over')
    assert.deepEqual(await answers('node', 'http://10.241.1.1/', 12), first)
    const other = first[0]!.startsWith('pod-11') ? b : a
    await hold({ web: [spec, [other.ip]] })
    assert.match((await answers('node', 'http://10.241.1.1/', 3)).join(), new RegExp(`^${other.name} `))
  })

  test('endpoints somewhere else answer through the node', async () => {
    await hold({ far: [{ clusterIP: '10.241.1.1' }, ['172.31.9.2']] })
    const asked = machine.in('outside', process.execPath, '-e', listenOnce)
    assert.equal(
      await machine.http(a.ns, 'http://10.241.1.1/', [
        '--retry',
        '5',
        '--retry-connrefused',
        '--retry-delay',
        '1',
        '-m',
        '9',
      ]),
      'from ::ffff:172.31.9.1',
    )
    await asked
  })

  test('hostPorts answer on every address of the node or on the one given, 127.0.0.1 included', async () => {
    const port = { containerPort: 8080 }
    await hold({}, [
      hostPortPart(podOf('one', a.ip, { ports: [{ ...port, hostPort: 8000 }] })),
      hostPortPart(podOf('two', b.ip, { ports: [{ ...port, hostPort: 8001, hostIP: '127.0.0.1' }] })),
    ])
    assert.equal(await machine.http('outside', 'http://172.31.9.1:8000/'), 'pod-11 ::ffff:172.31.9.2')
    assert.match(await machine.http('node', 'http://127.0.0.1:8000/'), /^pod-11 /)
    assert.match(await machine.http(a.ns, 'http://172.31.9.1:8000/'), /^pod-11 /)
    assert.match(await machine.http('node', 'http://127.0.0.1:8001/'), /^pod-12 /)
    assert.equal(await machine.http('outside', 'http://172.31.9.1:8001/'), 'refused')
  })

  test('a firewall that drops what is forwarded lets our bridge through once it is told', async (t) => {
    const host = (program: string, args: readonly string[]) => machine.in('node', program, ...args)
    try {
      await host('iptables', ['-P', 'FORWARD', 'DROP'])
    } catch {
      return t.skip('needs iptables')
    }
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [a.ip]] })
    assert.equal(await machine.http(b.ns, 'http://10.241.1.1/'), 'timeout')
    assert.deepEqual(await openFirewall(host, machine.config), ['FORWARD -i', 'FORWARD -o'])
    assert.match(await machine.http(b.ns, 'http://10.241.1.1/'), /^pod-11 /)
    assert.deepEqual(await openFirewall(host, machine.config), [])
    await closeFirewall(host, machine.config)
    assert.equal(await machine.http(b.ns, 'http://10.241.1.1/'), 'timeout')
    await host('iptables', ['-P', 'FORWARD', 'ACCEPT'])
  })

  test('a change that nft refuses changes nothing', async () => {
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [a.ip]] })
    const base = baseTable(machine.config, { seesBridged: true })
    const bad = tableFrom(base, [{ chains: [['bad', { rules: ['no such rule'] }]], sets: [], elements: [] }])
    assert.match((await kernel.refusal(bad))!, /syntax error/)
    await assert.rejects(kernel.apply(bad))
    assert.match(await machine.http(b.ns, 'http://10.241.1.1/'), /^pod-11 /)
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [b.ip]] })
    assert.match(await machine.http(a.ns, 'http://10.241.1.1/'), /^pod-12 /)
  })

  test('a connection goes on while the table is written anew', async () => {
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [a.ip]] })
    let isAnswered = false
    const slow = machine.http(b.ns, 'http://10.241.1.1/slow').finally(() => {
      isAnswered = true
    })
    const isConnected = async () =>
      (await machine.in(a.ns, 'ss', '-tnH', 'state', 'established', 'sport', '=', ':8080')).includes(b.ip)
    while (!isAnswered && !(await isConnected())) {
      // curl is still starting
    }
    kernel = kernelTable(machine.nft, machine.config.nftTable)
    await hold({ web: [{ clusterIP: '10.241.1.1' }, [b.ip]] })
    assert.match(await slow, /^pod-11 /)
  })

  test('UDP clients leave an endpoint that is gone', async (t) => {
    const spec = { clusterIP: '10.241.1.1', ports: [{ port: 53, protocol: 'UDP' }] }
    const ports = [{ port: 8080, protocol: 'UDP' }]
    await hold({ dns: [spec, [a.ip], ports] })
    assert.match(await machine.udp(b.ns, '10.241.1.1', 53, 5353), /^pod-11 /)
    await hold({ dns: [spec, [b.ip], ports] })
    assert.match(await machine.udp(b.ns, '10.241.1.1', 53, 5353), /^pod-11 /, 'the kernel remembers')
    const forget = flowForgetter((program, args) => machine.in('node', program, ...args), silent)
    try {
      await forget([a.ip])
    } catch {
      return t.skip('needs conntrack')
    }
    assert.match(await machine.udp(b.ns, '10.241.1.1', 53, 5353), /^pod-12 /)
  })

  test('UDP clients that came before a node port did reach it', async (t) => {
    await hold({})
    await machine.in(
      'outside',
      process.execPath,
      '-e',
      `
      const socket = require('node:dgram').createSocket('udp4')
      socket.bind(5454, () => socket.send('x', 30053, '172.31.9.1', () => socket.close()))`,
    )
    const ports = [{ port: 8080, protocol: 'UDP' }]
    const spec = { type: 'NodePort', clusterIP: '10.241.1.1', ports: [{ port: 53, nodePort: 30053, protocol: 'UDP' }] }
    await hold({ dns: [spec, [a.ip], ports] })
    try {
      await flowForgetter((program, args) => machine.in('node', program, ...args), silent)([], [30053])
    } catch {
      return t.skip('needs conntrack')
    }
    assert.match(await machine.udp('outside', '172.31.9.1', 30053, 5454), /^pod-11 /)
  })

  test('pods leave with the address of the node', async () => {
    await hold({})
    const asked = machine.in(
      'outside',
      process.execPath,
      '-e',
      listenOnce.replace(', 8080', ', 8081').replace('8080', '8081'),
    )
    assert.equal(
      await machine.http(a.ns, 'http://172.31.9.2:8081/', [
        '--retry',
        '5',
        '--retry-connrefused',
        '--retry-delay',
        '1',
        '-m',
        '9',
      ]),
      'from ::ffff:172.31.9.1',
    )
    await asked
  })
})

const listenOnce = `require('node:http').createServer((request, response) => {
  response.end('from ' + request.socket.remoteAddress, () => process.exit(0))
}).listen(8080)`
