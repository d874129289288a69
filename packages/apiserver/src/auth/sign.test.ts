import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { run } from '@sampan/kit/run'
import { openPki, readPair } from './pki.ts'
import { signer } from './sign.ts'

describe('signing certificates', () => {
  let folder: string
  let sign: ReturnType<typeof signer>
  let ca: X509Certificate

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sampan-sign-'))
    const pki = await openPki({ folder, dnsNames: ['x'], addresses: [], clients: {}, now: new Date() })
    ca = new X509Certificate(pki.ca)
    sign = signer(() => readPair(folder, 'ca')!)
  })
  after(() => rm(folder, { recursive: true }))

  const request = async (subject: string, names = '', key = ['-newkey', 'rsa:2048']) => {
    const file = join(folder, 'request.pem')
    await run('openssl', [
      'req',
      '-new',
      '-nodes',
      ...key,
      '-keyout',
      join(folder, 'request.key'),
      '-out',
      file,
      '-subj',
      subject,
      ...(names ? ['-addext', `subjectAltName=${names}`] : []),
    ])
    return readFile(file, 'utf8')
  }
  const usages = ['digital signature', 'key encipherment', 'client auth']

  test('a client certificate for an RSA and for an elliptic key', async () => {
    const keys = [
      ['-newkey', 'rsa:2048'],
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ]
    for (const key of keys) {
      const pem = await sign({
        request: await request('/O=team/CN=jane', '', key),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages,
        expirationSeconds: 3600,
      })
      const made = new X509Certificate(pem)
      assert.ok(made.checkIssued(ca) && made.verify(ca.publicKey))
      assert.deepEqual(made.subject.split('\n'), ['O=team', 'CN=jane'])
      assert.deepEqual(made.keyUsage, ['1.3.6.1.5.5.7.3.2'])
      const left = (Date.parse(made.validTo) - Date.now()) / 1000
      assert.ok(left > 3500 && left <= 3600, String(left))
    }
  })

  test('a serving certificate keeps its names', async () => {
    const pem = await sign({
      request: await request('/O=system:nodes/CN=system:node:n1', 'DNS:n1.example.com,IP:192.0.2.7'),
      signerName: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'key encipherment', 'server auth'],
    })
    const made = new X509Certificate(pem)
    assert.ok(made.checkHost('n1.example.com') && made.checkIP('192.0.2.7'))
  })

  const refused: [string, () => Promise<string>, string, string[], RegExp][] = [
    [
      'usages of another signer',
      () => request('/CN=jane'),
      'kubernetes.io/kube-apiserver-client',
      ['server auth'],
      /usages did not match/,
    ],
    [
      'somebody who is no node',
      () => request('/CN=jane'),
      'kubernetes.io/kube-apiserver-client-kubelet',
      usages,
      /subject organization is not system:nodes/,
    ],
    [
      'a serving certificate without names',
      () => request('/O=system:nodes/CN=system:node:n1'),
      'kubernetes.io/kubelet-serving',
      ['server auth'],
      /DNS or IP subjectAltName is required/,
    ],
    [
      'what is no request',
      async () => 'nonsense',
      'kubernetes.io/kube-apiserver-client',
      usages,
      /unable to parse csr/,
    ],
  ]
  for (const [what, made, signerName, wanted, message] of refused)
    test(`refuses ${what}`, async () => {
      await assert.rejects(sign({ request: await made(), signerName, usages: wanted }), message)
    })

  test('a request somebody else changed is refused', async () => {
    const pem = await request('/CN=jane')
    const der = Buffer.from(pem.replace(/-----.*-----|\n/g, ''), 'base64')
    der.write('kane', der.indexOf('jane'))
    await writeFile(join(folder, 'bad.der'), der)
    const bad = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
    await assert.rejects(
      sign({ request: bad, signerName: 'kubernetes.io/kube-apiserver-client', usages }),
      /unable to verify csr/,
    )
  })
})
