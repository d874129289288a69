import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { runOrThrow } from '@sampan/kit/run'
import { registryConfigFile } from './config.ts'
import { pullConfigJson, pushConfigJson } from './credentials.ts'
import { keysFrom, makeKeys } from './keys.ts'
import { type RegistryClient, registryClient } from './registry-client.ts'
import { tokenRoute } from './route.ts'
import { seedImage } from './seed.ts'
import { freePort, registryProgram } from './test-registry.ts'
import { accessToken } from './token.ts'

const ticketKey = randomBytes(32)
const now = () => new Date()

async function setUp(t: TestContext, program: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-registry-'))
  const made = await makeKeys()
  const keys = keysFrom({ key: made['token.key'], certificate: made['token.crt'], httpSecret: made['http-secret'] })
  const handle = tokenRoute({
    keys,
    ticketKey,
    now,
    isRunning: async (pipeline) => pipeline === 'demo/hello-1',
    access: {
      byToken: async () => undefined,
      byPassword: async (name, password) => (password === 'right' ? { name, groups: [] } : undefined),
      may: async (_, { verb, namespace }) => namespace === 'demo' && verb === 'get',
    },
  })
  const tokens = createServer((request, response) => {
    handle(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve))
  const platformURL = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}`
  const port = await freePort()
  const certificate = join(folder, 'token.crt')
  await writeFile(certificate, keys.certificate)
  const file = join(folder, 'config.yml')
  await writeFile(file, registryConfigFile({ port, folder: join(folder, 'data'), certificate, platformURL }))
  const child = spawn(program, ['serve', file], {
    stdio: 'ignore',
    env: { REGISTRY_HTTP_SECRET: keys.httpSecret, OTEL_TRACES_EXPORTER: 'none' },
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  t.after(async () => {
    child.kill()
    await ended
    tokens.closeAllConnections()
    tokens.close()
    await rm(folder, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (up) break
    await wait(50)
  }
  const client = registryClient({
    url,
    token: (name, actions) => accessToken(keys, 'sampan', [{ type: 'repository', name, actions }], now()),
  })
  return { folder, url, client, platformURL }
}

/** A small OCI archive with one layer. */
async function archiveIn(folder: string): Promise<string> {
  const source = join(folder, 'image')
  await mkdir(join(source, 'blobs/sha256'), { recursive: true })
  const put = async (bytes: Buffer, mediaType: string) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(source, 'blobs/sha256', hex), bytes)
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: `sha256:${hex}`, size: bytes.length }
  }
  const layer = await put(randomBytes(200_000), 'layer.v1.tar')
  const config = await put(Buffer.from('{"architecture":"amd64","os":"linux"}'), 'config.v1+json')
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [layer] }))
  const image = await put(manifest, 'manifest.v1+json')
  await writeFile(join(source, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(join(source, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [image] }))
  const archive = join(folder, 'image.tar')
  await runOrThrow('tar', ['-cf', archive, '-C', source, '.'])
  return archive
}

const program = await registryProgram()

test('images are seeded once, and pulled by whom the platform lets', {
  skip: !program && 'no docker-registry here',
}, async (t) => {
  const { folder, url, client, platformURL } = await setUp(t, program!)
  const archive = await archiveIn(folder)
  const seed = { archive, repository: 'library/debian', tags: ['bookworm', '12'] }
  const first = await seedImage(client, seed)
  assert.equal(first.changed, true)
  assert.deepEqual(await client.tags('library/debian'), ['12', 'bookworm'])
  assert.equal(await client.digestOf('library/debian', '12'), first.digest)
  assert.deepEqual(await seedImage(client, seed), { ...first, changed: false })
  await seedImage(client, { ...seed, repository: 'demo/hello', tags: ['1'] })
  await seedImage(client, { ...seed, repository: 'other/app', tags: ['1'] })

  /** As any registry client: asks, is sent to the token service, asks again. */
  async function pull(repository: string, reference: string, credentials: string): Promise<number> {
    const path = `${url}/v2/${repository}/manifests/${reference}`
    const accept = 'application/vnd.oci.image.manifest.v1+json'
    const refused = await fetch(path, { headers: { accept } })
    assert.equal(refused.status, 401)
    const [, realm, service, scope] =
      /realm="(.*)",service="(.*)",scope="(.*)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
    assert.equal(realm, `${platformURL}/registry/token`)
    const asked = await fetch(`${realm}?${new URLSearchParams({ service: service!, scope: scope! })}`, {
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    })
    if (asked.status !== 200) return asked.status
    const { token } = (await asked.json()) as { token: string }
    return (await fetch(path, { headers: { accept, authorization: `Bearer ${token}` } })).status
  }
  const credentialsIn = (json: string) => {
    const { auth } = Object.values((JSON.parse(json) as { auths: Record<string, { auth: string }> }).auths)[0]!
    return Buffer.from(auth, 'base64').toString()
  }
  const environment = credentialsIn(pullConfigJson({ key: ticketKey, registryHost: 'r' }, 'demo'))
  const run = { subject: 'run', repository: 'demo/hello' }
  const pipeline = (until: Date, name = 'demo/hello-1') =>
    credentialsIn(pushConfigJson({ key: ticketKey, registryHost: 'r' }, { ...run, pipeline: name, until }))
  const soon = new Date(Date.now() + 60_000)
  const past = new Date(Date.now() - 60_000)
  const cases = [
    { who: 'a member', repository: 'demo/hello', credentials: 'dev:right', want: 200 },
    { who: 'a wrong password', repository: 'demo/hello', credentials: 'dev:wrong', want: 401 },
    { who: 'a member of another project', repository: 'other/app', credentials: 'dev:right', want: 401 },
    {
      who: 'anybody signed in, a base',
      repository: 'library/debian',
      reference: '12',
      credentials: 'x:right',
      want: 200,
    },
    { who: 'an environment', repository: 'demo/hello', credentials: environment, want: 200 },
    { who: 'an environment, elsewhere', repository: 'other/app', credentials: environment, want: 401 },
    { who: 'a pipeline', repository: 'demo/hello', credentials: pipeline(soon), want: 200 },
    { who: 'a pipeline that ended', repository: 'demo/hello', credentials: pipeline(soon, 'demo/hello-0'), want: 401 },
    { who: 'a pipeline of long ago', repository: 'demo/hello', credentials: pipeline(past), want: 401 },
  ]
  for (const { who, repository, reference = '1', credentials, want } of cases) {
    assert.equal(await pull(repository, reference, credentials), want, who)
  }
  const form = new URLSearchParams({ grant_type: 'password', username: 'dev', password: 'right' })
  assert.equal((await fetch(`${platformURL}/registry/token`, { method: 'POST', body: form })).status, 200)
  assert.equal((await fetch(`${platformURL}/registry/token`)).status, 401)
})

test('what the registry refuses is an error that says what', {
  skip: !program && 'no docker-registry here',
}, async (t) => {
  const { url } = await setUp(t, program!)
  const stranger: RegistryClient = registryClient({ url, token: () => 'nonsense' })
  await assert.rejects(stranger.digestOf('demo/hello', '1'), /registry answered 401 to HEAD/)
})
