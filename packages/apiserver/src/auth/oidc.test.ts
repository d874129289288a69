import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type OidcOptions, oidcReader } from './oidc.ts'

const first = await generateKeyPair('ES256', { extractable: true })
const second = await generateKeyPair('ES256', { extractable: true })
let published = ['one']
let asked = 0
let isDown = false
const server = createServer(async (request, response) => {
  asked++
  if (isDown) return response.writeHead(500).end()
  if (request.url === '/.well-known/openid-configuration')
    return response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }))
  const keys = { one: first, two: second }
  const set = await Promise.all(
    published.map(async (kid) => ({ ...(await exportJWK(keys[kid as 'one'].publicKey)), kid, alg: 'ES256' })),
  )
  response.end(JSON.stringify({ keys: set }))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
after(() => server.close())

let clock = Date.now()
const options: OidcOptions = { issuer, clientId: 'sampan', now: () => new Date(clock) }
interface Given {
  claims?: object
  audience?: string
  expires?: number
  by?: 'one' | 'two'
  from?: string
}
const token = ({ claims = {}, audience = 'sampan', expires = 60, by = 'one', from = issuer }: Given = {}) =>
  new SignJWT({ sub: 'ana', groups: ['dev'], ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: by })
    .setIssuer(from)
    .setAudience(audience)
    .setExpirationTime(Math.floor(clock / 1000) + expires)
    .sign((by === 'one' ? first : second).privateKey)

const prefix = `${issuer}#`
const good: { name: string; options?: Partial<OidcOptions>; claims?: object; want: [string, string[]] }[] = [
  { name: 'name and groups, with prefixes', want: [`${prefix}ana`, ['oidc:dev', 'system:authenticated']] },
  {
    name: 'other claims',
    options: { usernameClaim: 'email', groupsClaim: 'roles', groupsPrefix: '' },
    claims: { email: 'ana@x', email_verified: true, roles: 'ops' },
    want: ['ana@x', ['ops', 'system:authenticated']],
  },
  { name: 'no groups', claims: { groups: undefined }, want: [`${prefix}ana`, ['system:authenticated']] },
  {
    name: 'groups that would be ours',
    options: { groupsPrefix: '' },
    claims: { groups: ['system:masters', 'dev'] },
    want: [`${prefix}ana`, ['dev', 'system:authenticated']],
  },
  {
    name: 'a required claim',
    options: { requiredClaims: { tenant: 'a' } },
    claims: { tenant: 'a' },
    want: [`${prefix}ana`, ['oidc:dev', 'system:authenticated']],
  },
]
for (const { name, options: more, claims, want } of good)
  test(`OIDC: ${name}`, async () => {
    const user = await oidcReader({ ...options, ...more })(await token({ claims }))
    assert.deepEqual([user?.name, user?.groups], want)
  })

const bad: { name: string; given?: Given; options?: Partial<OidcOptions> }[] = [
  { name: 'an expired token', given: { expires: -120 } },
  { name: 'a token for another client', given: { audience: 'other' } },
  { name: 'an unpublished key', given: { by: 'two' } },
  {
    name: 'an address nobody checked',
    given: { claims: { email: 'a@x', email_verified: false } },
    options: { usernameClaim: 'email' },
  },
  { name: 'no name', options: { usernameClaim: 'nick' } },
  { name: 'one of our own names', given: { claims: { sub: 'system:admin' } }, options: { usernamePrefix: '' } },
  { name: 'a missing claim', options: { requiredClaims: { tenant: 'a' } } },
]
for (const { name, given, options: more } of bad)
  test(`OIDC refuses ${name}`, async () =>
    assert.rejects(async () => oidcReader({ ...options, ...more })(await token(given)), { reason: 'Unauthorized' }))

test('tokens of others are left to others', async () => {
  const read = oidcReader(options)
  assert.equal(await read(await token({ from: 'https://elsewhere' })), undefined)
  assert.equal(await read('no-token'), undefined)
})

test('keys are asked for once, again for a new one, and not over and over', async () => {
  const read = oidcReader(options)
  asked = 0
  await read(await token())
  await read(await token())
  assert.equal(asked, 2, 'discovery and keys')
  published = ['one', 'two']
  clock += 31_000
  assert.equal((await read(await token({ by: 'two' })))?.name, `${prefix}ana`)
  assert.equal(asked, 4)
  published = ['two']
  clock += 1000
  assert.ok(await read(await token({ by: 'one' })), 'still held')
  assert.equal(asked, 4)
  published = ['one']
})

test('a provider that is away does not let anybody in, and is asked again', async () => {
  const read = oidcReader(options)
  isDown = true
  await assert.rejects(async () => read(await token()), { reason: 'Unauthorized' })
  isDown = false
  assert.ok(await read(await token()))
})
