import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from '@sampan/control/plan'
import type { CertificateSigningRequest } from '@sampan/resources/certificates/certificate-signing-request'
import { badRequest } from '@sampan/resources/errors'
import { type SigningOrder, signRequest } from './certificate-request.ts'

const now = new Date('2026-01-02T00:00:00Z')
const request = (conditions: string[], more: { signer?: string; certificate?: string; at?: string } = {}) =>
  ({
    metadata: { name: 'me', creationTimestamp: more.at ?? '2026-01-01T23:30:00Z' },
    spec: {
      request: btoa('PEM REQUEST'),
      signerName: more.signer ?? 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
    status: {
      conditions: conditions.map((type) => ({
        type,
        status: 'True',
        lastUpdateTime: more.at ?? '2026-01-01T23:30:00Z',
      })),
      ...(more.certificate && { certificate: more.certificate }),
    },
  }) as unknown as CertificateSigningRequest

const shown = ([step]: Plan) => {
  if (step?.op !== 'status') return step?.op
  const { certificate, conditions } = step.status as {
    certificate?: string
    conditions: { type: string; reason?: string; message?: string }[]
  }
  if (certificate) return `certificate ${atob(certificate)}`
  const last = conditions.at(-1)
  return `${last?.type} ${last?.reason}: ${last?.message}`
}

const cases: { name: string; of: CertificateSigningRequest; refuses?: boolean; want: string }[] = [
  { name: 'that is approved is signed', of: request(['Approved']), want: 'certificate for PEM REQUEST' },
  { name: 'that nobody answered waits', of: request([]), want: 'again' },
  { name: 'that is denied is not signed', of: request(['Approved', 'Denied']), want: 'again' },
  { name: 'that is signed is not signed again', of: request(['Approved'], { certificate: 'x' }), want: 'again' },
  {
    name: 'for another signer is left alone',
    of: request(['Approved'], { signer: 'example.com/mine' }),
    want: 'again',
  },
  {
    name: 'that cannot be signed says why',
    of: request(['Approved']),
    refuses: true,
    want: 'Failed SignerValidationFailure: not this one',
  },
  { name: 'that failed is not tried again', of: request(['Approved', 'Failed']), want: 'again' },
  {
    name: 'that was answered an hour ago goes',
    of: request(['Approved'], { certificate: 'x', at: '2026-01-01T22:00:00Z' }),
    want: 'remove',
  },
  { name: 'that nobody answered for a day goes', of: request([], { at: '2025-12-31T00:00:00Z' }), want: 'remove' },
]
for (const { name, of, refuses, want } of cases)
  test(`a certificate request ${name}`, async () => {
    const sign = async (order: SigningOrder) => {
      if (refuses) throw badRequest('not this one')
      return `for ${order.request}`
    }
    assert.equal(shown(await signRequest(of, sign, now)), want)
  })

test('a signer in trouble is asked again', async () => {
  const trouble = async () => Promise.reject(new Error('no thread to be had'))
  await assert.rejects(signRequest(request(['Approved']), trouble, now), /no thread/)
})
