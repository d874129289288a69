import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type AddressRulesOptions, addressRules } from '../sources/address-rules.ts'
import { imageFacts } from './image-facts.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const config = JSON.stringify({ config: { ExposedPorts: { '9000/tcp': {}, '53/udp': {}, '8081': {} } } })
const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(config) } })
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [
    { digest: digestOf('other'), platform: { os: 'windows', architecture } },
    { digest: digestOf(manifest), platform: { os: 'linux', architecture } },
  ],
})

/** Speaks the distribution protocol as a public registry does: a token for anybody, but only for the asked repository. */
const registry = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry')
  const send = (status: number, body = '', headers = {}) => response.writeHead(status, headers).end(body)
  if (pathname === '/token') return send(200, JSON.stringify({ token: searchParams.get('scope') }))
  const [, repository, what, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? []
  if (repository === 'lib/slow') return
  if (repository === 'lib/huge') return send(200, 'x'.repeat(5 * 2 ** 20))
  if (repository === 'lib/page') return send(200, '<html>')
  if (repository === 'lib/moved-inside') return send(307, '', { location: 'http://169.254.169.254/' })
  const realm = repository === 'lib/elsewhere' ? 'http://169.254.169.254/' : `http://${request.headers.host}/token`
  const mayRead = [`Bearer repository:${repository}:pull`, 'Bearer repository:lib/moved:pull']
  if (!mayRead.includes(request.headers.authorization ?? '')) {
    return send(401, '', { 'www-authenticate': `Bearer realm="${realm}",service="r",scope="x"` })
  }
  if (repository === 'lib/moved') {
    return send(307, '', { location: (request.url ?? '').replace('/lib/moved/', '/lib/app/') })
  }
  const known: Record<string, string> = { v1: index, [digestOf(manifest)]: manifest, [digestOf(config)]: config }
  const found = known[reference]
  if (found === undefined) return send(404)
  return send(200, found, what === 'manifests' ? { 'docker-content-digest': digestOf(found) } : {})
})
let host = ''
before(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`
})
after(() => {
  registry.closeAllConnections()
  registry.close()
})

const installation = { nodeIP: '10.9.9.9', network: { podCIDR: '10.1.0.0/16', serviceCIDR: '10.2.0.0/16' } }
const allowed = async () => [`http://${host}`, 'http://127.0.0.1:1']
const rules = addressRules({ config: installation as AddressRulesOptions['config'], allowed, own: () => [] })
const factsOf = (image: string, timeoutMs = 5000) => imageFacts({ rules, allowed, timeoutMs })(image, 'demo')

test('a tag is kept with its digest, and the port is the lowest of TCP', async () => {
  assert.deepEqual(await factsOf(`${host}/lib/app:v1`), {
    image: `${host}/lib/app:v1@${digestOf(index)}`,
    exposedPort: 8081,
  })
})

test('a registry may send its readers on', async () => {
  const { image } = await factsOf(`${host}/lib/moved:v1`)
  assert.equal(image, `${host}/lib/moved:v1@${digestOf(index)}`)
})

test('a name with a digest stays as it is', async () => {
  const image = `${host}/lib/app@${digestOf(manifest)}`
  assert.deepEqual(await factsOf(image), { image, exposedPort: 8081 })
})

const refusals = [
  { image: () => `${host}/lib/app:v2`, why: /does not have it$/ },
  { image: () => `${host}/lib/elsewhere:v1`, why: /asks for credentials$/ },
  { image: () => `${host}/lib/huge:v1`, why: /did not answer with JSON$/ },
  { image: () => `${host}/lib/page:v1`, why: /did not answer with JSON$/ },
  { image: () => `${host}/lib/slow:v1`, why: /did not answer within 0\.2 s$/ },
  { image: () => '127.0.0.1:1/lib/app:v1', why: /cannot be reached$/ },
  { image: () => 'localhost:7070/lib/app', why: /^https:\/\/localhost:7070 is .*inside this installation/ },
  { image: () => '169.254.169.254/lib/app', why: /inside this installation/ },
  { image: () => `${host}/lib/moved-inside:v1`, why: /sends readers astray$/ },
  { image: () => 'No Image', why: /^it is no image name$/ },
]
for (const { image, why } of refusals) {
  test(`nothing is known: ${why.source} of ${image().split('/').at(-1)}`, async () => {
    await assert.rejects(factsOf(image(), why.source.includes('within') ? 200 : 5000), {
      name: 'ImageUnknown',
      message: why,
    })
  })
}

test('of the built-in registry a project learns only about what it may pull', async () => {
  const own = { host: 'r:5000', url: `http://${host}`, token: (repository: string) => `repository:${repository}:pull` }
  const ofDemo = (image: string) => imageFacts({ rules, allowed, own })(image, 'demo')
  for (const image of ['r:5000/demo/web:v1', 'r:5000/library/debian:v1']) {
    assert.equal((await ofDemo(image)).image, `${image}@${digestOf(index)}`)
  }
  await assert.rejects(ofDemo('r:5000/other/web:v1'), { message: 'project demo may not pull it' })
})
