import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, testApi } from '../api.test-support.ts'
import type { Attributes } from '../auth/interfaces.ts'
import { openAuth } from '../auth/interfaces.ts'
import { certificateRequests } from './certificate-requests.ts'

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests'

/** DER enough to be looked through: an organization. */
const pem = (organization: string) => {
  const der = Buffer.concat([
    Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, organization.length]),
    Buffer.from(organization),
  ])
  return Buffer.from(
    `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
  ).toString('base64')
}

describe('certificate requests', () => {
  let api: Api
  const asked: Attributes[] = []
  let mayUse = true
  before(async () => {
    api = await testApi({
      admission: [certificateRequests],
      auth: {
        ...openAuth,
        authorizer: {
          authorize(attributes) {
            if (attributes.resource?.plural !== 'signers') return { allowed: true }
            asked.push(attributes)
            return { allowed: mayUse && attributes.resource.name === 'kubernetes.io/*' }
          },
        },
      },
    })
  })
  after(() => api.end())

  const create = (name: string, organization = 'team') =>
    api.ask('POST', requests, {
      metadata: { name },
      spec: { request: pem(organization), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
    })

  test('nobody becomes a master by a certificate', async () => {
    const { status, body } = await create('m', 'system:masters')
    assert.equal(status, 403)
    assert.match(body.message, /signer with system:masters group is not allowed/)
  })

  test('approving and signing are rights on the signer', async () => {
    const made = await create('a')
    assert.equal(made.status, 201, made.body.message)
    const approved = {
      ...made.body,
      status: { conditions: [{ type: 'Approved', status: 'True', reason: 'x', message: 'y' }] },
    }
    mayUse = false
    const refused = await api.ask('PUT', `${requests}/a/approval`, approved)
    assert.equal(refused.status, 403)
    assert.match(
      refused.body.message,
      /user not permitted to approve requests with signerName "kubernetes\.io\/kube-apiserver-client"/,
    )
    mayUse = true
    asked.length = 0
    assert.equal((await api.ask('PUT', `${requests}/a/approval`, approved)).status, 200)
    assert.deepEqual(
      asked.map(({ verb, resource }) => [verb, resource!.name]),
      [
        ['approve', 'kubernetes.io/kube-apiserver-client'],
        ['approve', 'kubernetes.io/*'],
      ],
    )
    mayUse = false
    const { body } = await api.ask('GET', `${requests}/a`)
    const signed = await api.ask('PUT', `${requests}/a/status`, {
      ...body,
      status: { ...body.status, certificate: pem('x') },
    })
    assert.equal(signed.status, 403)
  })
})
