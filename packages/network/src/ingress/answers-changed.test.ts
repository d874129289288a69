import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { secret } from '@sampan/resources/core/secret'
import { type IngressLab, ingressLab, type Rule } from './ingress-lab.ts'
import { type NginxRun, noNginx } from './nginx-lab.ts'

/** Annotations about what comes back, about copies and sessions, through a real nginx. */
describe('Ingress: answers', { skip: noNginx }, () => {
  let lab: IngressLab
  let nginx: NginxRun
  const copies: string[] = []

  before(async () => {
    lab = await ingressLab()
    nginx = await lab.nginx.run()
    await lab.backend('one', '127.0.18.1', (asked, response) => {
      let body = ''
      asked.on('data', (text) => {
        body += text
      })
      asked.on('end', () => {
        response.writeHead(Number(asked.url!.slice(1, 4)) || 200, {
          'x-asked': `${asked.method} ${asked.url}`,
          'x-got': JSON.stringify(asked.headers),
          location: 'http://inner.local:8080/in/x',
          'set-cookie': ['a=1; Path=/in; Domain=inner.local', 'b=2; path=/other; domain=elsewhere.example'],
          ...(asked.url === '/large' && { 'x-large': 'y'.repeat(40_000) }),
        })
        response.end(`app ${body}`)
      })
    })
    await lab.backend('pages', '127.0.18.2', (asked, response) => {
      response.writeHead(Number(asked.headers['x-code']) || 200, { 'x-got': JSON.stringify(asked.headers) })
      response.end(`page ${asked.method} ${asked.url}`)
    })
    await lab.backend('copies', '127.0.18.3', (asked, response) => {
      let body = ''
      asked.on('data', (text) => {
        body += text
      })
      asked.on('end', () => {
        copies.push(`${asked.method} ${asked.url} ${asked.headers.host} ${body}`.trim())
        response.end()
      })
    })
    for (const ip of ['127.0.18.4', '127.0.18.5', '127.0.18.6']) await lab.backend(ip, ip)
    await lab.backend('door', '127.0.18.9', (asked, response) => {
      response.writeHead(asked.url === '/yes' ? 200 : 401).end()
    })
    await lab.app('one', ['127.0.18.1'])
    await lab.app('pages', ['127.0.18.2'])
    await lab.app('none', [])
    await lab.app('three', ['127.0.18.4', '127.0.18.5', '127.0.18.6'])
    await lab.client.create(secret, {
      metadata: { name: 'users', namespace: 'default' },
      data: { auth: Buffer.from('ann:{PLAIN}pw\n').toString('base64') },
    })
  })
  after(() => lab?.close())

  let count = 0
  /** A host of its own with these annotations; gives its name. */
  async function host(annotations: Record<string, string>, service = 'one', path = '/', type = 'Prefix') {
    const name = `r${++count}`
    const rules: Rule[] = [{ host: `${name}.example`, paths: [[path, type, service]] }]
    await lab.route(name, rules, annotations)
    await lab.controller.settled()
    return name
  }

  test('custom-http-errors: only those codes, and the default backend is told why', async () => {
    const name = await host({ 'custom-http-errors': '404,503', 'default-backend': 'pages' })
    const replaced = await lab.ask(`http://${name}.example/404x?q=1`, { headers: { accept: 'text/json' } })
    assert.equal(replaced.status, 404)
    assert.equal(replaced.body, 'page GET /?q=1')
    const { 'x-code': code, 'x-format': format, 'x-original-uri': uri } = replaced.got
    assert.deepEqual([code, format, uri], ['404', 'text/json', '/404x?q=1'])
    const { 'x-namespace': space, 'x-ingress-name': ingress, 'x-service-name': service } = replaced.got
    assert.deepEqual([space, ingress, service], ['default', name, 'one'])
    assert.match((await lab.ask(`http://${name}.example/500`)).body, /^app/)
    assert.equal((await lab.ask(`http://${name}.example/`, { method: 'POST', body: 'hello' })).body, 'app hello')
  })

  test('custom-http-errors: nothing ready, and no page', async () => {
    const empty = await host({ 'custom-http-errors': '503', 'default-backend': 'pages' }, 'none')
    assert.equal((await lab.ask(`http://${empty}.example/a`)).body, 'page GET /')
    const bare = await host({ 'custom-http-errors': '404' })
    assert.match((await lab.ask(`http://${bare}.example/404`)).body, /^404 /)
    assert.match((await lab.ask(`http://${bare}.example/503`)).body, /^app/)
  })

  test('custom-http-errors: a client cannot speak to the inside', async () => {
    const name = await host({ 'custom-http-errors': '404', 'default-backend': 'pages' })
    const headers = { 'x-sampan-service': 'default/pages/http', 'x-sampan-codes': '200', 'x-sampan-profile': 'https' }
    const answer = await lab.ask(`http://${name}.example/`, { headers })
    assert.equal(answer.body.trim(), 'app')
    assert.equal(Object.keys(answer.got).filter((one) => one.startsWith('x-sampan')).length, 0)
  })

  test('proxy-redirect and proxy-cookie-*', async () => {
    const name = await host({
      'proxy-redirect-from': 'http://inner.local:8080/in',
      'proxy-redirect-to': 'https://$host/out',
      'proxy-cookie-path': '/in /out',
      'proxy-cookie-domain': 'inner.local outer.example',
    })
    const { headers } = await lab.ask(`http://${name}.example/302`)
    assert.equal(headers.location, `https://${name}.example/out/x`)
    assert.deepEqual(headers['set-cookie'], [
      'a=1; Path=/out; Domain=outer.example',
      'b=2; path=/other; domain=elsewhere.example',
    ])
  })

  test('mirror-target: a copy with its body, and nobody waits for it', async () => {
    const name = await host({ 'mirror-target': 'http://127.0.18.3:8080$request_uri', 'mirror-host': 'copy.example' })
    const bodiless = await host({ 'mirror-target': 'http://127.0.18.3:8080/x', 'mirror-request-body': 'off' })
    const dead = await host({ 'mirror-target': 'http://127.0.18.77:1/' })
    await lab.ask(`http://${name}.example/p?q=1`, { method: 'POST', body: 'x'.repeat(100_000) })
    await lab.ask(`http://${bodiless}.example/p`, { method: 'POST', body: 'hello' })
    assert.equal((await lab.ask(`http://${dead}.example/p`, { method: 'POST', body: 'hello' })).body, 'app hello')
    for (let i = 0; copies.length < 2 && i < 100; i++) await sleep(20)
    assert.deepEqual(copies.toSorted(), [`POST /p?q=1 copy.example ${'x'.repeat(100_000)}`, 'POST /x 127.0.18.3:8080'])
  })

  test('no annotation leads nginx to where nobody may be led', async () => {
    const name = await host({ 'auth-url': 'http://127.0.66.1:8080/yes' }) // stands for loopback in the lab
    assert.equal((await lab.ask(`http://${name}.example/`)).status, 503)
    assert.match(nginx.log, /nobody may be led to/)
    assert.equal(
      (await lab.ask(`http://${await host({ 'auth-url': 'http://a@127.0.18.9/yes' })}.example/`)).status,
      403,
    )
  })

  test('proxy-buffer-size: large heads of answers', async () => {
    const large = await host({ 'proxy-buffer-size': '64k' })
    const { status, headers } = await lab.ask(`http://${large}.example/large`)
    assert.deepEqual([status, String(headers['x-large']).length], [200, 40_000])
    assert.equal((await lab.ask(`http://${await host({})}.example/large`)).status, 502)
  })

  test('limit-rate: kilobytes per second', async () => {
    const slow = await host({ 'limit-rate': '20', 'limit-rate-after': '1' })
    const begin = performance.now()
    const { body } = await lab.ask(`http://${slow}.example/`, { method: 'POST', body: 'z'.repeat(30_000) })
    assert.equal(body.length, 30_004)
    assert.ok(performance.now() - begin > 900, 'it took as long as it has to')
  })

  test('satisfy: any door is enough, or all count', async () => {
    const doors = { 'auth-type': 'basic', 'auth-secret': 'users', 'whitelist-source-range': '127.0.0.0/8' }
    const password = { authorization: `Basic ${Buffer.from('ann:pw').toString('base64')}` }
    const status = async (annotations: Record<string, string>, headers = {}) =>
      (await lab.ask(`http://${await host(annotations)}.example/`, { headers })).status
    assert.equal(await status({ ...doors, satisfy: 'any' }), 200)
    assert.equal(await status({ ...doors }), 401)
    const far = { ...doors, 'whitelist-source-range': '10.0.0.0/8', satisfy: 'any' }
    assert.equal(await status(far), 401)
    assert.equal(await status(far, password), 200)
    assert.equal(await status({ ...far, 'auth-url': 'http://127.0.18.9:8080/yes' }), 200)
    assert.equal(await status({ ...far, 'auth-url': 'http://127.0.18.9:8080/no' }, password), 200)
    assert.equal(await status({ 'whitelist-source-range': '10.0.0.0/8', satisfy: 'any' }), 403)
    assert.equal(await status({ ...doors, 'whitelist-source-range': '10.0.0.0/8', satisfy: 'most' }, password), 403)
  })

  test('affinity-mode persistent: a session stays when endpoints come', async () => {
    const name = await host({ affinity: 'cookie', 'affinity-mode': 'persistent' }, 'three')
    const first = await lab.ask(`http://${name}.example/`)
    const cookie = String(first.headers['set-cookie']).split(';')[0]!
    await lab.point('three', [first.body, ...Array.from({ length: 9 }, (_, i) => `127.0.18.${60 + i}`)])
    await lab.controller.settled()
    for (let i = 0; i < 6; i++)
      assert.equal((await lab.ask(`http://${name}.example/`, { headers: { cookie } })).body, first.body)
    await lab.point(
      'three',
      ['127.0.18.4', '127.0.18.5', '127.0.18.6'].filter((ip) => ip !== first.body),
    )
    await lab.controller.settled()
    const moved = await lab.ask(`http://${name}.example/`, { headers: { cookie } })
    assert.notEqual(moved.body, first.body)
    assert.ok(moved.headers['set-cookie'], 'the session gets another endpoint for good')
    await lab.point('three', ['127.0.18.4', '127.0.18.5', '127.0.18.6'])
  })

  test('session-cookie-*: every attribute', async () => {
    const name = await host({
      affinity: 'cookie',
      'session-cookie-name': 'stay',
      'session-cookie-path': '/a',
      'session-cookie-domain': 'example.com',
      'session-cookie-expires': '600',
      'session-cookie-max-age': '300',
      'session-cookie-samesite': 'none',
      'session-cookie-secure': 'true',
      'session-cookie-conditional-samesite-none': 'true',
    })
    const text = async (agent: string) =>
      String((await lab.ask(`http://${name}.example/a`, { headers: { 'user-agent': agent } })).headers['set-cookie'])
    const modern = await text('Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0 Safari/537.36')
    assert.match(
      modern,
      /stay=\w+; HttpOnly; Path=\/a; Domain=example.com; Max-Age=300; Expires=.* GMT; SameSite=None; Secure/,
    )
    assert.doesNotMatch(await text('Mozilla/5.0 (X11; Linux x86_64) Chrome/60.0.1 Safari/537.36'), /SameSite/)
    const plain = await host({ affinity: 'cookie' })
    assert.doesNotMatch(String((await lab.ask(`http://${plain}.example/`)).headers['set-cookie']), /Secure/)
    assert.match(String((await lab.ask(`https://${plain}.example/`, { secure: true })).headers['set-cookie']), /Secure/)
  })

  test('a session stays on its side of a canary, unless it shall not', async () => {
    const main: Rule[] = [{ host: 'side.example', paths: [['/', 'Prefix', 'one']] }]
    await lab.route('side', main, { affinity: 'cookie' })
    const other: Rule[] = [{ host: 'side.example', paths: [['/', 'Prefix', 'pages']] }]
    await lab.route('side-canary', other, { canary: 'true', 'canary-weight': '50' })
    await lab.controller.settled()
    for (let i = 0; i < 6; i++) {
      const first = await lab.ask('http://side.example/')
      const cookie = String(first.headers['set-cookie']).match(/INGRESSCOOKIE=\w+/)![0]
      const seen = new Set([first.body.slice(0, 4)])
      for (let j = 0; j < 6; j++)
        seen.add((await lab.ask('http://side.example/', { headers: { cookie } })).body.slice(0, 4))
      assert.equal(seen.size, 1)
    }
  })

  const hostile: { name: string; annotations: Record<string, string>; path?: [string, string] }[] = [
    { name: 'a header in a redirect', annotations: { 'permanent-redirect': 'https://x/\r\nSet-Cookie: a=b' } },
    { name: 'a block in a rewrite', annotations: { 'rewrite-target': '/; } location /x { return 200;' } },
    {
      name: 'Lua in a cookie name',
      annotations: { affinity: 'cookie', 'session-cookie-name': "a' .. os.exit() .. '" },
    },
    { name: 'a header in a cookie path', annotations: { affinity: 'cookie', 'session-cookie-path': '/;\r\nX: y' } },
    { name: 'a header in a realm', annotations: { 'auth-type': 'basic', 'auth-realm': 'a"\r\nX: y' } },
    { name: 'a path as a Secret', annotations: { 'auth-type': 'basic', 'auth-secret': '../../etc/passwd' } },
    { name: 'a variable nobody has', annotations: { 'permanent-redirect': 'https://x/$auth_file' } },
    {
      name: 'an expression without end',
      annotations: { 'use-regex': 'true' },
      path: ['/(a+)+$', 'ImplementationSpecific'],
    },
    { name: 'a code that is none', annotations: { 'custom-http-errors': '404 = @x; }' } },
    { name: 'a semicolon in a cookie path', annotations: { 'proxy-cookie-path': '/ /;Secure' } },
    { name: 'a name that every object has', annotations: { constructor: 'x', toString: 'y', __proto__: 'z' } },
  ]
  for (const { name, annotations, path } of hostile)
    test(`hostile content changes nothing for others: ${name}`, async () => {
      const bad = await host(annotations, 'one', ...(path ?? []))
      const begin = performance.now()
      const answer = await lab.ask(`http://${bad}.example/${'a'.repeat(40)}b`)
      assert.ok(answer.status < 500, String(answer.status))
      assert.equal(answer.headers.x, undefined)
      assert.ok(performance.now() - begin < 1000)
      assert.equal((await lab.ask(`http://${await host({})}.example/`)).status, 200)
    })

  test('an annotation nobody knows is told in an Event, and the others hold', async () => {
    const name = await host({ 'proxy-cookie-paths': 'x', 'auth-tls-verify': 'on', 'app-root': '/home' })
    const events = (await lab.eventsOf(name)).join('\n')
    assert.match(events, /proxy-cookie-paths .*does not know it/)
    assert.match(events, /auth-tls-verify .*does not know it/)
    assert.equal((await lab.ask(`http://${name}.example/`)).headers.location, '/home')
  })

  test('limits per second and per minute both hold', async () => {
    const name = await host({ 'limit-rpm': '2', 'limit-rps': '100', 'limit-burst-multiplier': '1' })
    const got = await Promise.all(
      Array.from({ length: 8 }, async () => (await lab.ask(`http://${name}.example/`)).status),
    )
    assert.ok(got.filter((one) => one === 429).length >= 4, got.join())
  })

  test('what would be left undone silently is told', async () => {
    const name = await host({ 'proxy-ssl-verify': 'on', 'proxy-next-upstream': 'error http_503' })
    const events = (await lab.eventsOf(name)).join('\n')
    assert.match(events, /certificates of endpoints are not checked/)
    assert.match(events, /"http_503": what one endpoint answered/)
  })

  test('redirects and rewrites with variables and a query', async () => {
    const moved = await host({ 'permanent-redirect': 'https://new.example$request_uri' })
    assert.equal((await lab.ask(`http://${moved}.example/a%20b?c=d`)).headers.location, 'https://new.example/a%20b?c=d')
    const asked = await host({ 'rewrite-target': '/y?q=$1' }, 'one', '/x/(.*)', 'ImplementationSpecific')
    assert.equal((await lab.ask(`http://${asked}.example/x/a%26b?z=1`)).asked, 'GET /y?q=a%26b&z=1')
  })
})
