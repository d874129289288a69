import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { type Api, applyType, type Json, mergePatchType, testApi } from '../api.test-support.ts'
import { openFrontProxy } from '../auth/front-proxy.ts'
import { systemUser } from '../auth/interfaces.ts'
import { openPki } from '../auth/pki.ts'

const group = 'wardle.example.com'
const services = '/apis/apiregistration.k8s.io/v1/apiservices'
const flunders = `/apis/${group}/v1alpha1/namespaces/default/flunders`

interface Seen {
  method: string
  url: string
  headers: Json
  peer: string | undefined
}

const discovery = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${group}/v1alpha1`,
  resources: [
    {
      name: 'flunders',
      singularName: 'flunder',
      namespaced: true,
      kind: 'Flunder',
      verbs: ['create', 'get', 'list'],
      shortNames: ['fl'],
    },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
}

/** A server as the sample API server is one: it trusts the front proxy's certificate and its headers. */
async function sampleServer(certificate: { cert: string; key: string }, frontProxyCa: string) {
  const seen: Seen[] = []
  const objects = new Map<string, Json>()
  const server: Server = createServer(
    { ...certificate, ca: frontProxyCa, requestCert: true, rejectUnauthorized: true },
    async (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate().subject?.CN as string | undefined
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, peer })
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      const json = (status: number, body: Json) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }
      const [path] = request.url!.split('?') as [string]
      if (path === `/apis/${group}/v1alpha1`) return json(200, discovery)
      if (path === '/openapi/v3')
        return json(200, {
          paths: { [`apis/${group}/v1alpha1`]: { serverRelativeURL: `/openapi/v3/apis/${group}/v1alpha1?hash=AB` } },
        })
      if (path === `/openapi/v3/apis/${group}/v1alpha1`)
        return json(200, { openapi: '3.0.0', info: { title: 'wardle' } })
      if (path === '/openapi/v2')
        return json(200, {
          paths: { [`/apis/${group}/v1alpha1/flunders`]: {}, '/version': {} },
          definitions: { Flunder: { type: 'object' } },
        })
      if (request.url!.includes('watch=true')) {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(`${JSON.stringify({ type: 'ADDED', object: { kind: 'Flunder', metadata: { name: 'w' } } })}\n`)
        return
      }
      if (request.method === 'POST') {
        const object = JSON.parse(Buffer.concat(pieces).toString())
        objects.set(object.metadata.name, object)
        return json(201, object)
      }
      if (path === flunders && request.method === 'GET')
        return json(200, {
          kind: 'FlunderList',
          apiVersion: `${group}/v1alpha1`,
          metadata: {},
          items: [...objects.values()],
        })
      const name = path.split('/').at(-1)!
      if (request.method === 'DELETE' && objects.delete(name)) return json(200, { kind: 'Status', status: 'Success' })
      json(404, { kind: 'Status', code: 404, reason: 'NotFound' })
    },
  )
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\n')
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, seen, port: (server.address() as AddressInfo).port }
}

describe('API aggregation', () => {
  let api: Api
  let folder: string
  let ca: string
  let sample: Awaited<ReturnType<typeof sampleServer>>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sampan-aggregation-'))
    const frontProxy = await openFrontProxy(folder, new Date())
    const pki = await openPki({
      folder,
      dnsNames: ['sample-api.sampan-system.svc'],
      addresses: [],
      clients: {},
      now: new Date(),
    })
    ca = Buffer.from(pki.ca).toString('base64')
    sample = await sampleServer(pki.serving, frontProxy.ca)
    api = await testApi({ frontProxy: frontProxy.client })
  })
  after(async () => {
    await api.end()
    sample.server.closeAllConnections()
    await new Promise((resolve) => sample.server.close(resolve))
    await rm(folder, { recursive: true })
  })

  const condition = async (wanted: (one: Json) => boolean, name = `v1alpha1.${group}`): Promise<Json> => {
    for (let left = 100; left > 0; left--) {
      const { body } = await api.ask('GET', `${services}/${name}`)
      const found = body.status?.conditions?.find((one: Json) => one.type === 'Available')
      if (found && wanted(found)) return found
      await sleep(50)
    }
    throw new Error('the condition did not come')
  }

  const remote = () => ({
    metadata: { name: `v1alpha1.${group}` },
    spec: {
      group,
      version: 'v1alpha1',
      service: { namespace: 'sampan-system', name: 'sample-api', port: 7443 },
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      caBundle: ca,
    },
  })

  test('every group version of this server has an APIService', async () => {
    const available = await condition(({ status }) => status === 'True', 'v1.apps')
    assert.deepEqual([available.reason, available.message], ['Local', 'Local APIServices are always available'])
    const { body } = await api.ask('GET', services)
    const names = body.items.map(({ metadata }: Json) => metadata.name)
    for (const name of ['v1.', 'v1.batch', 'v2.autoscaling', 'v1.apiregistration.k8s.io'])
      assert.ok(names.includes(name), name)
  })

  test('a server that is not there is said to be missing, and calls get 503', async () => {
    assert.equal((await api.ask('POST', services, remote())).status, 201)
    assert.equal((await condition(({ status }) => status === 'False')).reason, 'ServiceNotFound')
    const { status, body } = await api.ask('GET', flunders)
    assert.deepEqual([status, body.reason, body.message], [503, 'ServiceUnavailable', 'service unavailable'])
    // Endpoints at the loopback are for Sampan's own Services alone.
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'sampan-system' } })
    await api.ask('POST', '/api/v1/namespaces/sampan-system/services', {
      metadata: { name: 'sample-api' },
      spec: { clusterIP: '10.190.0.99', ports: [{ port: 7443, targetPort: sample.port }] },
    })
    assert.equal((await condition(({ reason }) => reason !== 'ServiceNotFound')).reason, 'EndpointsNotFound')
  })

  test('it is found as soon as it answers', async () => {
    await api.ask('POST', '/apis/discovery.k8s.io/v1/namespaces/sampan-system/endpointslices', {
      metadata: { name: 'sample-api', labels: { 'kubernetes.io/service-name': 'sample-api' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
      ports: [{ name: '', port: sample.port, protocol: 'TCP' }],
    })
    const available = await condition(({ status }) => status === 'True')
    assert.deepEqual([available.reason, available.message], ['Passed', 'all checks passed'])
  })

  test('its objects, with the identity of the caller', async () => {
    const headers = { 'x-remote-user': 'mallory', authorization: 'Bearer secret' }
    const made = await api.ask('POST', flunders, { metadata: { name: 'one' }, kind: 'Flunder' }, headers)
    assert.equal(made.status, 201)
    const call = sample.seen.find(({ method }) => method === 'POST')
    assert.equal(call!.peer, 'front-proxy-client')
    assert.equal(call!.headers['x-remote-user'], systemUser.name)
    assert.equal(call!.headers['x-remote-group'], systemUser.groups.join(', '))
    assert.equal(call!.headers.authorization, undefined)
    const list = await api.ask('GET', `${flunders}?limit=5`)
    assert.equal(list.body.items.length, 1)
    assert.ok(sample.seen.some(({ url }) => url === `${flunders}?limit=5`))
    assert.equal((await api.ask('DELETE', `${flunders}/one`)).status, 200)
    assert.equal((await api.ask('GET', `${flunders}/one`)).status, 404)
    const watching = await api.watch(`${flunders}?watch=true`)
    assert.equal((await watching.next()).object.metadata.name, 'w')
    watching.close()
  })

  test('callers inside of the process reach it, too', async () => {
    const transport = api.server.api.transport(systemUser)
    const made = await transport.send({ method: 'POST', path: flunders, body: { metadata: { name: 'inside' } } })
    assert.equal(made.status, 201)
    const list = (await (await transport.send({ method: 'GET', path: flunders })).object()) as Json
    assert.deepEqual(
      list.items.map(({ metadata }: Json) => metadata.name),
      ['inside'],
    )
  })

  test('upgrades go through', async () => {
    const { hostname, port } = new URL(api.server.url)
    const socket = connect(Number(port), hostname)
    socket.write(`GET ${flunders}/one/exec HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\nhello`)
    let text = ''
    for await (const piece of socket) {
      text += piece
      if (text.includes('hello')) break
    }
    socket.destroy()
    assert.match(text, /^HTTP\/1\.1 101/)
  })

  test('discovery has it in every form', async () => {
    const groups = await api.ask('GET', '/apis')
    const found = groups.body.groups.find(({ name }: Json) => name === group)
    assert.deepEqual(found.preferredVersion, { groupVersion: `${group}/v1alpha1`, version: 'v1alpha1' })
    assert.equal((await api.ask('GET', `/apis/${group}`)).body.kind, 'APIGroup')
    assert.deepEqual((await api.ask('GET', `/apis/${group}/v1alpha1`)).body, discovery)
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
    const { body } = await api.ask('GET', '/apis', undefined, { accept })
    const [version] = body.items.find(({ metadata }: Json) => metadata.name === group).versions
    assert.equal(version.freshness, 'Current')
    assert.deepEqual(version.resources[0].subresources[0].subresource, 'status')
  })

  test('OpenAPI has it', async () => {
    const { body } = await api.ask('GET', '/openapi/v3')
    const { serverRelativeURL } = body.paths[`apis/${group}/v1alpha1`]
    assert.equal((await api.ask('GET', serverRelativeURL)).body.info.title, 'wardle')
    const v2 = await api.ask('GET', '/openapi/v2')
    assert.ok(v2.body.paths[`/apis/${group}/v1alpha1/flunders`])
    assert.deepEqual(v2.body.definitions.Flunder, { type: 'object' })
  })

  test('conditions of others are left alone', async () => {
    const name = `${services}/v1alpha1.${group}/status`
    const before = await api.ask('GET', name)
    const conditions = [
      ...before.body.status.conditions,
      { type: 'StatusUpdated', status: 'True', reason: 'E2E', message: 'x' },
    ]
    const updated = await api.ask('PUT', name, { ...before.body, status: { conditions } })
    assert.equal(updated.status, 200, updated.body.message)
    await api.ask(
      'PATCH',
      `${services}/v1alpha1.${group}`,
      { metadata: { labels: { touched: 'yes' } } },
      mergePatchType,
    )
    await sleep(300)
    const types = (await api.ask('GET', name)).body.status.conditions.map(({ type }: Json) => type)
    assert.deepEqual(types.toSorted(), ['Available', 'StatusUpdated'])
  })

  test('custom kinds come and go with their APIService', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    await api.ask('POST', definitions, {
      metadata: { name: 'things.local.example.com' },
      spec: {
        group: 'local.example.com',
        scope: 'Cluster',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    })
    await condition(({ status }) => status === 'True', 'v1.local.example.com')
    await api.ask('DELETE', `${definitions}/things.local.example.com`)
    for (let left = 100; left > 0; left--) {
      if ((await api.ask('GET', `${services}/v1.local.example.com`)).status === 404) return
      await sleep(50)
    }
    assert.fail('the APIService is still there')
  })

  test('without its APIService the group is gone', async () => {
    assert.equal((await api.ask('DELETE', `${services}/v1alpha1.${group}`)).status, 200)
    assert.equal((await api.ask('GET', flunders)).status, 404)
    const { body } = await api.ask('GET', '/apis')
    assert.ok(!body.groups.some(({ name }: Json) => name === group))
  })

  test('apply works on APIServices as on everything', async () => {
    const applied = await api.ask(
      'PATCH',
      `${services}/v1alpha1.${group}?fieldManager=me`,
      { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', ...remote() },
      applyType,
    )
    assert.equal(applied.status, 201, applied.body.message)
  })
})
