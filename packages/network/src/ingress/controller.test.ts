import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { runOrThrow } from '@sampan/kit/run'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { ingress } from '@sampan/resources/networking/ingress'
import { podOf, sliceOf } from '../objects.ts'
import { selfSigned } from './default-certificate.ts'
import { confResult, prepareFolder } from './folder.ts'
import { type IngressLab, ingressLab } from './ingress-lab.ts'
import { luaModules } from './lua-modules.ts'
import { nginxConf } from './nginx-conf.ts'
import { type NginxRun, noNginx } from './nginx-lab.ts'

describe('Ingress', { skip: noNginx }, () => {
  let lab: IngressLab
  let running: NginxRun

  before(async () => {
    lab = await ingressLab()
    running = await lab.nginx.run()
    await lab.controller.settled()
  })
  after(() => lab?.close())

  test('an unknown host gets 404, in words', async () => {
    const { status, body } = await lab.ask('http://nobody.example/')
    assert.deepEqual([status, body], [404, '404 No app answers at this address.\n'])
  })

  test('hosts and paths lead to their services', async () => {
    await lab.backend('one', '127.0.7.1')
    await lab.backend('two', '127.0.7.2')
    await lab.app('one', ['127.0.7.1'])
    await lab.app('two', ['127.0.7.2'])
    await lab.route('paths', [
      {
        host: 'paths.example',
        paths: [
          ['/', 'Prefix', 'one'],
          ['/two', 'Prefix', 'two'],
          ['/exact', 'Exact', 'two'],
        ],
      },
      { host: '*.wild.example', paths: [['/', 'Prefix', 'two']] },
    ])
    await lab.controller.settled()
    const cases: [string, number, string][] = [
      ['http://paths.example/', 200, 'one'],
      ['http://paths.example/two', 200, 'two'],
      ['http://paths.example/two/', 200, 'two'],
      ['http://paths.example/two/three?x=1', 200, 'two'],
      ['http://paths.example/twofold', 200, 'one'],
      ['http://paths.example/exact', 200, 'two'],
      ['http://paths.example/exact/', 200, 'one'],
      ['http://a.wild.example/', 200, 'two'],
      ['http://a.b.wild.example/', 404, '404 No app answers at this address.\n'],
      ['http://wild.example/', 404, '404 No app answers at this address.\n'],
    ]
    for (const [url, status, body] of cases) {
      const answer = await lab.ask(url)
      assert.deepEqual([answer.status, answer.body], [status, body], url)
    }
    const written = await lab.client.get(ingress, { namespace: 'default', name: 'paths' })
    assert.deepEqual(written.status?.loadBalancer, { ingress: [{ ip: '172.31.9.1' }] })
  })

  test('the app sees the request as it was, and who sent it', async () => {
    const { got, asked } = await lab.ask('http://paths.example/two/%2e%2F?a=%20b', {
      headers: { 'x-forwarded-for': '6.6.6.6' },
    })
    assert.equal(asked, 'GET /two/%2e%2F?a=%20b')
    assert.equal(got.host, 'paths.example')
    assert.equal(got['x-forwarded-for'], '127.0.0.1')
    assert.equal(got['x-forwarded-proto'], 'http')
    assert.equal(got['x-forwarded-host'], 'paths.example')
    assert.match(got['x-request-id']!, /^[0-9.]+-\d+-\d+-\d+$/)
  })

  test('no ready endpoint: 503; a new endpoint is used soon', async () => {
    await lab.point('one', [])
    await lab.controller.settled()
    const { status, body } = await lab.ask('http://paths.example/')
    assert.deepEqual([status, body], [503, '503 The app is known, but no instance of it is ready.\n'])
    await lab.point('one', ['127.0.7.1'])
    const began = performance.now()
    while ((await lab.ask('http://paths.example/')).status !== 200) await pause(2)
    assert.ok(performance.now() - began < 3000, `took ${performance.now() - began} ms`)
  })

  test('a pod that is deleted gets nothing more, before its slice says so', async () => {
    const pods = ['127.0.7.1', '127.0.7.2'].map((ip, index) => lab.client.seed(pod, podOf(`pod-${index}`, ip)))
    const slice = sliceOf(
      'one',
      pods.map(({ metadata, status }) => ({ ip: status!.podIP!, pod: metadata.name })),
      [{ name: 'http', port: 8080 }],
    )
    for (const [index, one] of slice.endpoints!.entries()) one.targetRef!.uid = pods[index]!.metadata.uid!
    lab.client.seed(endpointSlice, slice)
    await lab.controller.settled()
    const seen = async () => {
      const bodies = new Set<string>()
      for (let i = 0; i < 12; i++) bodies.add((await lab.ask('http://paths.example/')).body)
      return [...bodies].sort().join()
    }
    assert.equal(await seen(), 'one,two')
    await lab.client.remove(pod, { namespace: 'default', name: 'pod-1' })
    await pause(30)
    assert.equal(await seen(), 'one')
    await lab.point('one', ['127.0.7.1'])
  })

  test('a dead endpoint is passed over, for POST too', async () => {
    await lab.point('one', ['127.0.7.1', '127.0.7.66', '127.0.7.67'])
    await lab.controller.settled()
    for (let i = 0; i < 12; i++) {
      const { status, body } = await lab.ask('http://paths.example/', i % 2 ? { method: 'POST', body: 'x' } : {})
      assert.deepEqual([status, body], [200, 'one'])
    }
    await lab.point('one', ['127.0.7.1'])
  })

  test('TLS: the certificate of the name, a redirect from http, and a default certificate', async () => {
    const { cert, key } = await selfSigned(new Date())
    await lab.client.create(secret, {
      metadata: { name: 'cert', namespace: 'default' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': Buffer.from(cert).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') },
    })
    await lab.route(
      'tls',
      [{ host: 'safe.example', paths: [['/', 'Prefix', 'one']] }],
      {},
      {
        tls: [{ hosts: ['safe.example'], secretName: 'cert' }],
      },
    )
    await lab.controller.settled()
    const plain = await lab.ask('http://safe.example/x?y=1')
    assert.deepEqual([plain.status, plain.headers.location], [308, `https://safe.example:${lab.nginx.https}/x?y=1`])
    const { status, got } = await lab.ask('https://safe.example/', { secure: true })
    assert.deepEqual([status, got['x-forwarded-proto']], [200, 'https'])
    assert.equal(await certificateOf(lab.nginx.https, 'safe.example'), cert.replaceAll(/\s/g, ''))
    assert.notEqual(await certificateOf(lab.nginx.https, 'other.example'), cert.replaceAll(/\s/g, ''))
    assert.equal((await lab.ask('https://paths.example/', { secure: true })).status, 200)
  })

  test('a bad annotation is left out and told, its neighbours hold, and nobody else notices', async () => {
    await lab.route('bad', [{ host: 'bad.example', paths: [['/', 'Prefix', 'two']] }], {
      'proxy-body-size': 'very big',
      'configuration-snippet': 'return 200 "mine";',
      'app-root': '/home',
    })
    await lab.controller.settled()
    assert.equal((await lab.ask('http://bad.example/')).headers.location, '/home')
    assert.equal((await lab.ask('http://bad.example/x')).body, 'two')
    assert.equal((await lab.ask('http://paths.example/')).body, 'one')
    const told = await lab.eventsOf('bad')
    assert.ok(
      told.some((one) => one.includes('proxy-body-size is left out: "very big" is no size')),
      told.join(),
    )
    assert.ok(
      told.some((one) => one.includes('configuration-snippet is left out')),
      told.join(),
    )
  })

  test('nginx that starts anew has everything at once, also while the engine is away', async () => {
    await pause(300)
    await running.kill()
    running = await lab.nginx.run()
    assert.equal((await lab.ask('http://paths.example/two')).body, 'two')
    await lab.point('two', ['127.0.7.1'])
    for (let i = 0; (await lab.ask('http://paths.example/two')).body !== 'one'; i++) {
      assert.ok(i < 300, 'the new nginx never hears of the change')
      await pause(10)
    }
    await lab.point('two', ['127.0.7.2'])
    await lab.controller.settled()
  })

  /** Asks all the time, by GET and POST on kept connections, until `meanwhile` ends; gives what failed. */
  async function under(load: number, meanwhile: () => Promise<void>): Promise<string[]> {
    const agent = new Agent({ keepAlive: true, maxSockets: load })
    let isDone = false
    const failures: string[] = []
    const asking = Array.from({ length: load }, async (_, index) => {
      while (!isDone) {
        try {
          const how = index % 2 ? { method: 'POST', body: 'x', agent } : { agent }
          const { status } = await lab.ask('http://paths.example/', how)
          if (status !== 200) failures.push(`${status}`)
        } catch (error) {
          failures.push((error as Error).message)
        }
      }
    })
    await meanwhile()
    isDone = true
    await Promise.all(asking)
    agent.destroy()
    return failures
  }
  async function flap(times: number) {
    for (let i = 0; i < times; i++) {
      await lab.point('one', i % 2 ? ['127.0.7.1'] : ['127.0.7.2', '127.0.7.99'])
      await pause(40)
    }
  }

  test('not one request fails while endpoints come and go and nginx is replaced', async () => {
    const failures = await under(8, async () => {
      await flap(20)
      const next = await lab.nginx.run('next')
      await flap(5)
      const [before] = await sysctl()
      await sysctl('net.ipv4.tcp_migrate_req=1') // as on every host of ours
      await running.stop()
      await sysctl(`net.ipv4.tcp_migrate_req=${before}`)
      running = next
      await flap(10)
    })
    assert.deepEqual(failures, [])
  })

  test('a new configuration is tested and taken into use without a failed request; a broken one is refused in words', async () => {
    const lua = await luaModules()
    const conf = nginxConf(lab.nginx.options, lua)
    const taken = async (text: string) => {
      await prepareFolder(lab.nginx.folder, text, lua, new Date())
      for (let i = 0; ; i++) {
        const result = await confResult(lab.nginx.folder, text)
        if (result) return result
        assert.ok(i < 400, 'the pod never looked at it')
        await pause(25)
      }
    }
    const failures = await under(4, async () => {
      const broken = await taken(conf.replace('http {', 'http {\n  nonsense on;'))
      assert.equal(broken.isGood, false)
      assert.match(broken.message, /unknown directive "nonsense"/)
      assert.equal((await taken(`${conf}# changed\n`)).isGood, true)
      await pause(2500) // nginx reloads after its clients have had time to close
    })
    assert.deepEqual(failures, [])
    assert.equal((await lab.ask('http://paths.example/two')).body, 'two')
  })

  test('1,000 hosts are served', async () => {
    for (let i = 0; i < 1000; i++)
      lab.client.seed(ingress, {
        metadata: { name: `many-${i}`, namespace: 'default' },
        spec: {
          rules: [
            {
              host: `many-${i}.example`,
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'two', port: { number: 80 } } } }],
              },
            },
          ],
        },
      })
    await lab.controller.settled()
    for (const i of [0, 500, 999]) assert.equal((await lab.ask(`http://many-${i}.example/`)).body, 'two')
  })
})

async function sysctl(setting?: string): Promise<string[]> {
  const args = setting ? ['-q', '-w', setting] : ['-n', 'net.ipv4.tcp_migrate_req']
  return (await runOrThrow('sysctl', args)).trim().split('\n')
}

async function certificateOf(port: number, servername: string): Promise<string> {
  const { connect } = await import('node:tls')
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const raw = socket.getPeerCertificate().raw.toString('base64')
  socket.destroy()
  return `-----BEGINCERTIFICATE-----${raw}-----ENDCERTIFICATE-----`
}
