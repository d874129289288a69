import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { kubeconfigText } from './kubeconfig.ts'
import { apiNames, openPki, type PkiOptions } from './pki.ts'

const root = mkdtempSync(join(tmpdir(), 'pki-'))
after(() => rmSync(root, { recursive: true }))

const day = 24 * 3600_000
const now = new Date()
const options = (folder: string): PkiOptions<'admin'> => ({
  folder: join(root, folder),
  dnsNames: apiNames('cluster.local'),
  addresses: ['127.0.0.1', '10.190.0.1', '::1'],
  clients: { admin: { user: 'admin', groups: ['system:masters', 'second'] } },
  now,
})

test('makes what is needed, readable by its owner alone', async () => {
  const pki = await openPki(options('a'))
  const serving = new X509Certificate(pki.serving.cert)
  const ca = new X509Certificate(pki.ca)
  assert.ok(ca.ca && serving.verify(ca.publicKey) && serving.checkIssued(ca))
  for (const name of ['kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost'])
    assert.ok(serving.checkHost(name), name)
  for (const address of ['127.0.0.1', '10.190.0.1', '::1']) assert.ok(serving.checkIP(address), address)
  assert.equal(serving.checkIP('10.0.0.9'), undefined)
  const admin = new X509Certificate(pki.clients.admin.cert)
  assert.deepEqual(admin.subject.split('\n'), ['O=system:masters', 'O=second', 'CN=admin'])
  assert.match(pki.serviceAccountKey, /PRIVATE KEY/)
  for (const file of readdirSync(join(root, 'a')))
    assert.equal(statSync(join(root, 'a', file)).mode & 0o777, 0o600, file)
})

test('a second start reads the same, quickly', async () => {
  const first = await openPki(options('a'))
  const started = performance.now()
  assert.deepEqual(await openPki(options('a')), first)
  assert.ok(performance.now() - started < 100)
})

const changes: { name: string; change: Partial<PkiOptions<'admin'>>; made: ('ca' | 'serving' | 'admin')[] }[] = [
  {
    name: 'another address: a serving certificate',
    change: { addresses: ['127.0.0.1', '192.0.2.7'] },
    made: ['serving'],
  },
  {
    name: 'other groups: a client certificate',
    change: { clients: { admin: { user: 'admin', groups: [] } } },
    made: ['admin'],
  },
  { name: 'a year later: both', change: { now: new Date(now.getTime() + 370 * day) }, made: ['serving', 'admin'] },
  {
    name: 'nine years later: all',
    change: { now: new Date(now.getTime() + 3285 * day) },
    made: ['ca', 'serving', 'admin'],
  },
]
for (const { name, change, made } of changes)
  test(`renews ${name}`, async () => {
    const before = await openPki(options(name))
    const later = await openPki({ ...options(name), ...change })
    const differ = {
      ca: later.ca !== before.ca,
      serving: later.serving.cert !== before.serving.cert,
      admin: later.clients.admin.cert !== before.clients.admin.cert,
    }
    assert.deepEqual(
      Object.keys(differ).filter((key) => differ[key as keyof typeof differ]),
      made,
    )
    assert.equal(later.serviceAccountKey, before.serviceAccountKey)
  })

test('a broken file is an error, not a new identity', async () => {
  await openPki(options('broken'))
  writeFileSync(join(root, 'broken', 'ca.crt'), 'nonsense')
  await assert.rejects(openPki(options('broken')))
})

test('kubeconfig text is YAML with everything in it', () => {
  const text = kubeconfigText({
    name: 'sampan',
    server: 'https://127.0.0.1:6443',
    ca: 'CA',
    user: 'admin',
    credentials: { cert: 'C', key: 'K' },
  })
  const config = parse(text)
  assert.equal(config['current-context'], 'sampan')
  assert.equal(config.clusters[0].cluster.server, 'https://127.0.0.1:6443')
  assert.equal(Buffer.from(config.users[0].user['client-key-data'], 'base64').toString(), 'K')
})
