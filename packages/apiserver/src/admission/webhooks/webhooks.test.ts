import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type Api, configMap, testApi } from '../../api.test-support.ts'
import { openPki } from '../../auth/pki.ts'
import { mutatingWebhooks, validatingWebhooks } from './webhooks.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const registrations = '/apis/admissionregistration.k8s.io/v1'

interface Asked {
  uid: string
  operation: string
  name?: string
  object: { metadata: { labels?: Record<string, string> } } | null
  oldObject: object | null
  userInfo: { username: string }
}

describe('admission webhooks', () => {
  let api: Api
  let server: Server
  let folder: string
  let ca: string
  let port: number
  let asked: Asked[] = []
  let answer: (request: Asked) => object = () => ({ allowed: true })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sampan-webhook-'))
    const pki = await openPki({
      folder,
      dnsNames: ['localhost'],
      addresses: ['127.0.0.1'],
      clients: {},
      now: new Date(),
    })
    ca = Buffer.from(pki.ca).toString('base64')
    server = createServer({ cert: pki.serving.cert, key: pki.serving.key }, async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      const review = JSON.parse(Buffer.concat(pieces).toString())
      asked.push(review.request)
      const made = answer(review.request)
      response.end(JSON.stringify({ ...review, request: undefined, response: { uid: review.request.uid, ...made } }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    api = await testApi({ admission: [mutatingWebhooks, validatingWebhooks] })
  })
  after(async () => {
    await api.end()
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    asked = []
    for (const plural of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
      await api.ask('DELETE', `${registrations}/${plural}`)
    await api.ask('DELETE', maps)
  })

  const register = (kind: 'mutating' | 'validating', more: object = {}) =>
    api.ask('POST', `${registrations}/${kind}webhookconfigurations`, {
      metadata: { name: `${kind}.example.com` },
      webhooks: [
        {
          name: 'hook.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { url: `https://localhost:${port}/check`, caBundle: ca },
          rules: [
            {
              operations: ['CREATE', 'UPDATE', 'DELETE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
            },
          ],
          ...more,
        },
      ],
    })

  test('a mutating webhook changes what is stored', async () => {
    assert.equal((await register('mutating')).status, 201)
    const patch = [{ op: 'add', path: '/data/added', value: 'yes' }]
    answer = () => ({
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      warnings: ['mind this'],
    })
    const { body, headers } = await api.ask('POST', maps, configMap('m', { a: 'b' }))
    assert.deepEqual(body.data, { a: 'b', added: 'yes' })
    assert.match(headers.get('warning')!, /mind this/)
    assert.deepEqual(
      [asked[0]!.operation, asked[0]!.name, asked[0]!.userInfo.username],
      ['CREATE', 'm', 'system:apiserver'],
    )
  })

  test('a validating webhook refuses, with its own words', async () => {
    await register('validating')
    answer = ({ operation }) =>
      operation === 'DELETE'
        ? { allowed: false }
        : { allowed: false, status: { code: 403, message: 'not on my watch' } }
    const created = await api.ask('POST', maps, configMap('v'))
    assert.deepEqual(
      [created.status, created.body.message],
      [403, 'admission webhook "hook.example.com" denied the request: not on my watch'],
    )
    answer = () => ({ allowed: true })
    await api.ask('POST', maps, configMap('v'))
    answer = () => ({ allowed: false })
    const deleted = await api.ask('DELETE', `${maps}/v`)
    assert.deepEqual(
      [deleted.status, deleted.body.message],
      [400, 'admission webhook "hook.example.com" denied the request without explanation'],
    )
    assert.deepEqual([asked.at(-1)!.object, (asked.at(-1)!.oldObject as { kind: string }).kind], [null, 'ConfigMap'])
    answer = () => ({ allowed: true })
  })

  test('only writes that rules and selectors name are sent', async () => {
    await register('validating', { objectSelector: { matchLabels: { watched: 'yes' } } })
    answer = () => ({ allowed: true })
    await api.ask('POST', maps, configMap('plain'))
    await api.ask('POST', maps, configMap('watched', {}, { labels: { watched: 'yes' } }))
    await api.ask('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 's', labels: { watched: 'yes' } } })
    assert.deepEqual(
      asked.map(({ name }) => name),
      ['watched'],
    )
  })

  test('a webhook that cannot be reached refuses, or is ignored where it says so', async () => {
    await register('validating', { clientConfig: { url: 'https://localhost:1/', caBundle: ca } })
    const refused = await api.ask('POST', maps, configMap('f'))
    assert.deepEqual([refused.status, refused.body.reason], [500, 'InternalError'])
    assert.match(
      refused.body.message,
      /^Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https:\/\/localhost:1\/\?timeout=10s": /,
    )
    await api.ask('DELETE', `${registrations}/validatingwebhookconfigurations`)
    await register('validating', {
      clientConfig: { url: 'https://localhost:1/', caBundle: ca },
      failurePolicy: 'Ignore',
    })
    assert.equal((await api.ask('POST', maps, configMap('f'))).status, 201)
  })

  test('a webhook with side effects does not take part in a dry run', async () => {
    await register('validating', { sideEffects: 'NoneOnDryRun' })
    assert.equal((await api.ask('POST', `${maps}?dryRun=All`, configMap('d'))).status, 201)
    assert.equal(asked.length, 1)
  })
})
