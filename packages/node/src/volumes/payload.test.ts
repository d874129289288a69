import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podOf } from '../pod/fixtures.ts'
import { MountError, onlyUser, type PayloadSources, payloadOf, type Volume } from './payload.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const sources: PayloadSources = {
  configMap: (name) =>
    name === 'conf' ? { metadata: { name }, data: { a: '1', b: '2' }, binaryData: { c: base64('3') } } : undefined,
  secret: (name) => (name === 'hidden' ? { metadata: { name }, data: { key: base64('s3cret') } } : undefined),
  token: async (audience, seconds) => ({ token: `for ${audience ?? 'api'}`, expiresAt: seconds * 1000 }),
  facts: { podIPs: [], hostIP: '', allocatable: { cpu: '2' } },
}

interface Case {
  name: string
  volume: Omit<Volume, 'name'>
  /** `path mode text` */
  want?: string[]
  throws?: string
}

const cases: Case[] = [
  { name: 'a whole ConfigMap', volume: { configMap: { name: 'conf' } }, want: ['a 644 1', 'b 644 2', 'c 644 3'] },
  {
    name: 'chosen keys under other names',
    volume: {
      configMap: {
        name: 'conf',
        defaultMode: 0o600,
        items: [
          { key: 'a', path: 'x/y' },
          { key: 'b', path: 'z', mode: 0o400 },
        ],
      },
    },
    want: ['x/y 600 1', 'z 400 2'],
  },
  { name: 'a whole Secret', volume: { secret: { secretName: 'hidden' } }, want: ['key 644 s3cret'] },
  { name: 'an optional ConfigMap that is missing', volume: { configMap: { name: 'none', optional: true } }, want: [] },
  {
    name: 'an optional key that is missing',
    volume: { configMap: { name: 'conf', optional: true, items: [{ key: 'zz', path: 'zz' }] } },
    want: [],
  },
  {
    name: 'an optional trust bundle',
    volume: { projected: { sources: [{ clusterTrustBundle: { name: 'b', path: 'ca.pem', optional: true } }] } },
    want: ['ca.pem 644 '],
  },
  {
    name: 'a trust bundle',
    volume: { projected: { sources: [{ clusterTrustBundle: { signerName: 'x.com/y', path: 'ca.pem' } }] } },
    throws: 'no clustertrustbundle of signer "x.com/y" found',
  },
  {
    name: 'a certificate of the pod',
    volume: { projected: { sources: [{ podCertificate: { signerName: 'x.com/y', keyType: 'ED25519' } }] } },
    throws: 'projected podCertificate sources are not served by this API',
  },
  { name: 'a missing ConfigMap', volume: { configMap: { name: 'none' } }, throws: 'configmap "none" not found' },
  { name: 'a missing Secret', volume: { secret: { secretName: 'none' } }, throws: 'secret "none" not found' },
  {
    name: 'a missing key',
    volume: { secret: { secretName: 'hidden', items: [{ key: 'zz', path: 'zz' }] } },
    throws: 'secret references non-existent secret key: zz (shop/hidden)',
  },
  {
    name: 'the pod itself',
    volume: {
      downwardAPI: {
        items: [
          { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
          { path: 'cpu', mode: 0o400, resourceFieldRef: { containerName: 'main', resource: 'limits.cpu' } },
        ],
      },
    },
    want: ['cpu 400 2', 'name 644 web'],
  },
  {
    name: 'everything together',
    volume: {
      projected: {
        defaultMode: 0o640,
        sources: [
          { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
          { configMap: { name: 'conf', items: [{ key: 'a', path: 'ca.crt' }] } },
          { secret: { name: 'hidden' } },
          { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
        ],
      },
    },
    want: ['ca.crt 640 1', 'key 640 s3cret', 'namespace 640 shop', 'token 640 for vault'],
  },
]

for (const { name, volume, want, throws } of cases) {
  test(`volume: ${name}`, async () => {
    const made = payloadOf(podOf(), { name: 'v', ...volume }, sources)
    if (throws) return assert.rejects(made, (error) => error instanceof MountError && error.message === throws)
    const { files } = await made
    const lines = [...files].map(
      ([path, { data, mode }]) => `${path} ${mode.toString(8)} ${Buffer.from(data).toString()}`,
    )
    assert.deepEqual(lines.toSorted(), want)
  })
}

test('volume: a token is made anew after four fifths of its life', async () => {
  const volume = {
    name: 'v',
    projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 1000 } }] },
  }
  assert.equal((await payloadOf(podOf(), volume, sources)).refreshAt, 800_000)
})

const users: { name: string; pod: number | undefined; containers: (number | undefined)[]; want: number | undefined }[] =
  [
    { name: 'the user of the pod', pod: 1000, containers: [undefined, undefined], want: 1000 },
    { name: 'the one its containers agree on', pod: undefined, containers: [7, 7], want: 7 },
    { name: 'nobody where one differs', pod: 1000, containers: [undefined, 2000], want: undefined },
    { name: 'nobody where one does not say', pod: undefined, containers: [7, undefined], want: undefined },
  ]
for (const { name, pod, containers, want } of users)
  test(`volume: a token belongs to ${name}`, async () => {
    const one = podOf({
      spec: {
        securityContext: { runAsUser: pod },
        containers: containers.map((runAsUser, index) => ({ name: `c${index}`, securityContext: { runAsUser } })),
      },
    })
    assert.equal(onlyUser(one), want)
    const projected = { sources: [{ serviceAccountToken: { path: 't' } }] }
    const { files } = await payloadOf(one, { name: 'v', projected }, sources)
    assert.equal(files.get('t')?.mode, want === undefined ? 0o644 : 0o600)
  })
