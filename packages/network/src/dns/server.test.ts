import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { caches as newCaches } from '@sampan/client/caches'
import { memoryClient } from '@sampan/client/memory-client'
import { fakeClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { namespace } from '@sampan/resources/core/namespace'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { type Answer, type DecodedPacket, decode, encode, type RecordType } from 'dns-packet'
import { serviceOf, sliceOf } from '../objects.ts'
import { forwarder, framed, type Upstream } from './forward.ts'
import { upstreamsFrom } from './resolv-conf.ts'
import { type DnsServer, dnsServer } from './server.ts'
import { viewOf } from './view.ts'

const config = {
  clusterDomain: 'cluster.local',
  podCIDR: '10.130.0.0/16',
  serviceCIDR: '10.190.0.0/16',
  dnsIP: '10.190.0.10',
}

const truncated = 1 << 9

describe('Cluster DNS over the wire', () => {
  const client = memoryClient()
  const caches = newCaches({ client })
  const clock = fakeClock()
  let upstream: FakeUpstream
  let server: DnsServer
  let upstreams: Upstream[]

  before(async () => {
    upstream = await fakeUpstream()
    upstreams = [{ address: '127.0.0.1', port: upstream.port }]
    client.seed(namespace, { metadata: { name: 'default' }, spec: {} })
    client.seed(service, serviceOf('web', { clusterIP: '10.190.0.20' }))
    client.seed(service, serviceOf('out', { type: 'ExternalName', externalName: 'www.example.org' }))
    client.seed(service, serviceOf('many', { clusterIP: 'None' }))
    client.seed(
      endpointSlice,
      sliceOf(
        'many',
        Array.from({ length: 90 }, (_, index) => `10.130.1.${index}`),
      ),
    )
    const view = viewOf(caches)
    await Promise.all([service, endpointSlice, namespace].map((kind) => caches.of(kind as typeof service).synced))
    server = await dnsServer({
      address: '127.0.0.1',
      port: 0,
      log: silent,
      view,
      config,
      forwarder: forwarder({ upstreams: () => upstreams, clock, timeoutMs: 300 }),
    })
  })
  after(async () => {
    await server.close()
    await upstream.close()
    await caches.close()
  })

  const ask = (name: string, type: RecordType = 'A', more: Partial<Parameters<typeof encode>[0]> = {}) =>
    askUdp(server.port, encode({ type: 'query', id: 4711, flags: 256, questions: [{ name, type }], ...more }))

  test('answers its own names with authority', async () => {
    const answer = await ask('web.default.svc.cluster.local')
    assert.deepEqual([answer.id, answer.rcode, answer.flag_aa], [4711, 'NOERROR', true])
    assert.deepEqual(addresses(answer), ['10.190.0.20'])
  })

  test('a name that is not there, and a type that is not there, come with the SOA', async () => {
    const missing = await ask('nope.default.svc.cluster.local')
    assert.deepEqual([missing.rcode, missing.authorities?.[0]?.type], ['NXDOMAIN', 'SOA'])
    const nothing = await ask('web.default.svc.cluster.local', 'AAAA')
    assert.deepEqual([nothing.rcode, nothing.answers?.length, nothing.authorities?.[0]?.type], ['NOERROR', 0, 'SOA'])
  })

  test('a change of the cluster is answered at once', async () => {
    await client.create(service, serviceOf('late', { clusterIP: '10.190.0.21' }))
    await new Promise(setImmediate)
    assert.deepEqual(addresses(await ask('late.default.svc.cluster.local')), ['10.190.0.21'])
  })

  test('an answer that is too long for UDP says so, and comes whole over TCP', async () => {
    const cut = await ask('many.default.svc.cluster.local')
    assert.equal((cut.flags ?? 0) & truncated, truncated)
    assert.ok(addresses(cut).length > 25, 'clients that know no TCP live with what fits')
    const query = encode({ type: 'query', id: 1, questions: [{ name: 'many.default.svc.cluster.local', type: 'A' }] })
    assert.equal(addresses(await askTcp(server.port, query)).length, 90)
    const edns = { type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [] } as unknown as Answer
    const wide = await ask('web.default.svc.cluster.local', 'A', { additionals: [edns] })
    assert.ok(wide.additionals?.some(({ type }) => type === 'OPT'))
  })

  test('other names go to the resolvers of the host, once while the answer lives', async () => {
    upstream.answers.set('www.example.org', { ttl: 60, data: '93.184.216.34' })
    const before = upstream.asked
    assert.deepEqual(addresses(await ask('www.example.org')), ['93.184.216.34'])
    await clock.advance(20_000)
    const again = await ask('www.example.org')
    assert.deepEqual([addresses(again), (again.answers![0] as { ttl: number }).ttl], [['93.184.216.34'], 40])
    assert.equal(upstream.asked - before, 1)
    await clock.advance(41_000)
    await ask('www.example.org')
    assert.equal(upstream.asked - before, 2)
  })

  test('many at once for one name are one question', async () => {
    upstream.answers.set('busy.example.org', { ttl: 60, data: '192.0.2.1' })
    const before = upstream.asked
    await Promise.all(Array.from({ length: 20 }, () => ask('busy.example.org')))
    assert.equal(upstream.asked - before, 1)
  })

  test('ExternalName is followed to an address', async () => {
    const answer = await ask('out.default.svc.cluster.local')
    assert.deepEqual(
      answer.answers?.map((one) => `${one.type} ${(one as { data: unknown }).data}`),
      ['CNAME www.example.org', 'A 93.184.216.34'],
    )
  })

  test('a resolver that cuts its answer off is asked over TCP', async () => {
    upstream.answers.set('long.example.org', { ttl: 60, data: '192.0.2.2', overTcpOnly: true })
    assert.deepEqual(addresses(await ask('long.example.org')), ['192.0.2.2'])
  })

  test('a resolver that is silent is passed over; when all are, the client hears of it', async () => {
    upstreams = [
      { address: '127.0.0.1', port: 9 },
      { address: '127.0.0.1', port: upstream.port },
    ]
    upstream.answers.set('second.example.org', { ttl: 60, data: '192.0.2.3' })
    assert.deepEqual(addresses(await ask('second.example.org')), ['192.0.2.3'])
    upstreams = [{ address: '127.0.0.1', port: 9 }]
    assert.equal((await ask('third.example.org')).rcode, 'SERVFAIL')
    upstreams = [{ address: '127.0.0.1', port: upstream.port }]
  })

  test('a name that is nowhere is remembered as such', async () => {
    const before = upstream.asked
    assert.equal((await ask('nobody.example.org')).rcode, 'NXDOMAIN')
    assert.equal((await ask('nobody.example.org')).rcode, 'NXDOMAIN')
    assert.equal(upstream.asked - before, 1)
  })

  test('a name that is its own alias is no endless answer', async () => {
    client.seed(service, serviceOf('loop', { type: 'ExternalName', externalName: 'LOOP.default.svc.cluster.local.' }))
    const answer = await ask('loop.default.svc.cluster.local')
    assert.deepEqual([answer.answers?.length, (answer.flags ?? 0) & truncated], [2, 0])
  })

  test('noise gets an error or nothing, and the server lives on', async () => {
    const broken = Buffer.alloc(14, 0xff)
    broken[2] = 0
    broken.writeUInt16BE(1, 4)
    assert.equal((await askUdp(server.port, broken)).rcode, 'FORMERR')
    assert.deepEqual(addresses(await ask('web.default.svc.cluster.local')), ['10.190.0.20'])
  })
})

test('resolvers are read from resolv.conf, except ourselves', () => {
  const text =
    '# made by hand\nsearch x\nnameserver 127.0.0.53\nnameserver 10.190.0.10\nnameserver fe80::1%eth0\nnameserver bad\n'
  assert.deepEqual(
    upstreamsFrom(text, '10.190.0.10').map(({ address }) => address),
    ['127.0.0.53', 'fe80::1'],
  )
})

const addresses = (packet: DecodedPacket) => (packet.answers ?? []).flatMap((one) => (one.type === 'A' ? one.data : []))

async function askUdp(port: number, query: Buffer): Promise<DecodedPacket & { rcode: string; flag_aa: boolean }> {
  const socket = createSocket('udp4')
  socket.send(query, port, '127.0.0.1')
  const [message] = (await once(socket, 'message', { signal: AbortSignal.timeout(3000) })) as [Buffer]
  socket.close()
  return decode(message) as DecodedPacket & { rcode: string; flag_aa: boolean }
}

async function askTcp(port: number, query: Buffer): Promise<DecodedPacket> {
  const socket = connect(port, '127.0.0.1')
  socket.write(framed(query))
  let received = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer])
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break
  }
  socket.destroy()
  return decode(received.subarray(2))
}

interface FakeUpstream {
  port: number
  asked: number
  answers: Map<string, { ttl: number; data: string; overTcpOnly?: boolean }>
  close(): Promise<void>
}

/** A resolver that knows only what a test tells it. */
async function fakeUpstream(): Promise<FakeUpstream> {
  const answers: FakeUpstream['answers'] = new Map()
  const reply = (message: Buffer, isTcp: boolean): Buffer => {
    const { id, questions } = decode(message)
    const { name, type } = questions![0]!
    const known = answers.get(name)
    const isCut = known?.overTcpOnly && !isTcp
    return encode({
      type: 'response',
      id,
      flags: (known ? 0 : 3) | (isCut ? truncated : 0),
      questions,
      answers: known && !isCut && type === 'A' ? [{ type: 'A', name, ttl: known.ttl, data: known.data }] : [],
      authorities: known
        ? []
        : [
            {
              type: 'SOA',
              name: 'org',
              ttl: 60,
              data: { mname: 'a', rname: 'b', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
            },
          ],
    })
  }
  const tcp = createServer((socket) => {
    socket.on('data', (chunk) => socket.end(framed(reply(chunk.subarray(2), true))))
  }).listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as { port: number }
  const udp: Socket = createSocket('udp4')
  const one: FakeUpstream = {
    port,
    asked: 0,
    answers,
    async close() {
      udp.close()
      tcp.close()
      await once(tcp, 'close')
    },
  }
  udp.on('message', (message, from) => {
    one.asked++
    udp.send(reply(message, false), from.port, from.address)
  })
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return one
}
