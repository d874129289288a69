import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { secret } from '@sampan/resources/core/secret'
import { type IngressLab, ingressLab } from './ingress-lab.ts'
import { noNginx } from './nginx-lab.ts'

interface Answer {
  status: number
  got: Record<string, string>
  session?: Buffer
  isReused: boolean
}

/** Two authorities, a client of each, and routes that want one or the other: real handshakes with a real nginx. */
describe('Ingress: certificates of clients', { skip: noNginx }, () => {
  let lab: IngressLab
  let folder: string
  const file = (name: string) => readFileSync(join(folder, name))

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sampan-pki-'))
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    for (const one of ['a', 'b']) {
      const ca = `ca-${one}`
      openssl('req', '-x509', ...key, '-keyout', `${ca}.key`, '-out', `${ca}.crt`, '-subj', `/CN=${ca}`, '-days', '3')
      openssl('req', ...key, '-keyout', `${one}.key`, '-out', `${one}.csr`, '-subj', `/CN=client-${one}`)
      const signed = ['-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '3']
      openssl('x509', '-req', '-in', `${one}.csr`, '-out', `${one}.crt`, ...signed)
    }
    lab = await ingressLab()
    await lab.nginx.run()
    await lab.backend('one', '127.0.28.1')
    await lab.app('one', ['127.0.28.1'])
    const data = (text: Buffer) => ({ 'ca.crt': text.toString('base64') })
    const make = (name: string, of: object) =>
      lab.client.create(secret, { metadata: { name, namespace: 'default' }, data: of as Record<string, string> })
    await make('ca-a', data(file('ca-a.crt')))
    await make('ca-b', data(file('ca-b.crt')))
    await make('turning', data(file('ca-a.crt')))
    await make('revoking', { ...data(file('ca-a.crt')), 'ca.crl': 'eA==' })
    const route = (name: string, authorities: string, more: Record<string, string> = {}) =>
      lab.route(
        name,
        [{ host: `${name}.example`, paths: [['/', 'Prefix', 'one']] }],
        { 'auth-tls-secret': `default/${authorities}`, ...more },
        { tls: [{ hosts: [`${name}.example`] }] },
      )
    await route('a', 'ca-a', { 'auth-tls-pass-certificate-to-upstream': 'true' })
    await route('b', 'ca-b')
    await route('turn', 'turning')
    await route('optional', 'ca-a', { 'auth-tls-verify-client': 'optional' })
    await route('any', 'ca-a', { 'auth-tls-verify-client': 'optional_no_ca' })
    await route('named', 'ca-a', { 'auth-tls-match-cn': 'CN=other' })
    await route('paged', 'ca-a', { 'auth-tls-error-page': 'https://help.example/' })
    await route('missing', 'nowhere', { satisfy: 'any', 'auth-type': 'basic', 'auth-secret': 'none' })
    await route('revoked', 'revoking')
    await lab.controller.settled()
  })
  after(async () => {
    await lab?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function ask(
    name: string,
    client?: string,
    { host = `${name}.example`, session }: { host?: string; session?: Buffer } = {},
  ) {
    return new Promise<Answer>((resolve, reject) => {
      let seen: Buffer | undefined
      let isReused = false
      const asked = request({
        host: '127.0.0.1',
        port: lab.nginx.https,
        servername: `${name}.example`,
        headers: { host, 'ssl-client-verify': 'SUCCESS', 'ssl-client-cert': 'forged' },
        rejectUnauthorized: false,
        agent: false,
        ...(session && { session }),
        ...(client && { cert: file(`${client}.crt`), key: file(`${client}.key`) }),
      })
      asked.on('socket', (socket) => {
        socket.on('session', (ticket: Buffer) => {
          seen = ticket
        })
        socket.on('secureConnect', () => {
          isReused = (socket as TLSSocket).isSessionReused()
        })
      })
      asked.on('response', (answer) => {
        answer.resume().on('end', () =>
          resolve({
            status: answer.statusCode!,
            got: JSON.parse(String(answer.headers['x-got'] ?? '{}')),
            isReused,
            ...(seen && { session: seen }),
          }),
        )
      })
      asked.on('error', reject)
      asked.end()
    })
  }

  const cases: { name: string; to: string; client?: string; want: number; verdict?: string }[] = [
    { name: 'the right one passes', to: 'a', client: 'a', want: 200, verdict: 'SUCCESS' },
    { name: 'none does not', to: 'a', want: 400 },
    { name: 'one of other authorities does not', to: 'a', client: 'b', want: 400 },
    { name: 'optional: none passes', to: 'optional', want: 200, verdict: 'NONE' },
    { name: 'optional: a wrong one does not', to: 'optional', client: 'b', want: 400 },
    { name: 'optional_no_ca: anybody passes, and the app is told', to: 'any', client: 'b', want: 200 },
    { name: 'another name than wanted does not', to: 'named', client: 'a', want: 403 },
    { name: 'a page for those who have none', to: 'paged', want: 302 },
    { name: 'no Secret: nobody passes, whatever else would do', to: 'missing', client: 'a', want: 403 },
    { name: 'a list of revoked ones, which is not read: nobody passes', to: 'revoked', client: 'a', want: 403 },
  ]
  for (const { name, to, client, want, verdict } of cases)
    test(name, async () => {
      const { status, got } = await ask(to, client)
      assert.equal(status, want)
      if (verdict) assert.equal(got['ssl-client-verify'], verdict)
    })

  test('what the app is told cannot be brought along', async () => {
    const passed = (await ask('a', 'a')).got
    assert.equal(passed['ssl-client-subject-dn'], 'CN=client-a')
    assert.equal(passed['ssl-client-issuer-dn'], 'CN=ca-a')
    assert.match(passed['ssl-client-cert']!, /^-----BEGIN%20CERTIFICATE/)
    assert.equal((await ask('b', 'b')).got['ssl-client-cert'], undefined)
  })

  test('a handshake for one name opens no other name', async () => {
    assert.equal((await ask('b', 'b', { host: 'a.example' })).status, 421)
    assert.equal((await ask('unknown', 'a', { host: 'a.example' })).status, 421)
  })

  test('a session of one name opens no other name, and its own again', async () => {
    const { session } = await ask('b', 'b')
    assert.notEqual((await ask('a', 'b', { session: session! })).status, 200)
    const again = await ask('b', 'b', { session: session! })
    assert.deepEqual([again.status, again.isReused], [200, true])
  })

  test('other authorities: old certificates and sessions are worth nothing at once', async () => {
    const before = await ask('turn', 'a')
    assert.equal(before.status, 200)
    const old = await lab.client.get(secret, { namespace: 'default', name: 'turning' })
    await lab.client.update(secret, { ...old, data: { 'ca.crt': file('ca-b.crt').toString('base64') } })
    await lab.controller.settled()
    assert.equal((await ask('turn', 'a')).status, 400)
    assert.notEqual((await ask('turn', 'a', { session: before.session! })).status, 200)
    assert.equal((await ask('turn', 'b')).status, 200)
  })

  test('without TLS nobody passes', async () => {
    assert.equal((await lab.ask('http://a.example/')).status, 308)
    await lab.route('clear', [{ host: 'clear.example', paths: [['/', 'Prefix', 'one']] }], {
      'auth-tls-secret': 'default/ca-a',
    })
    await lab.controller.settled()
    assert.equal((await lab.ask('http://clear.example/')).status, 403)
  })
})
