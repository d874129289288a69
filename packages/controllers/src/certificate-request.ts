import { type Controller, controller } from '@sampan/control/controller'
import { again, type Plan, remove, type Step, status } from '@sampan/control/plan'
import {
  type CertificateSigningRequest,
  certificateSigningRequest,
} from '@sampan/resources/certificates/certificate-signing-request'
import { conditionOf, isTrue, withCondition } from '@sampan/resources/conditions'
import { isReason } from '@sampan/resources/errors'

/** What a signer is asked for. */
export interface SigningOrder {
  /** PEM of a PKCS #10 request. */
  request: string
  signerName: string
  usages: readonly string[]
  /** Undefined: as long as the signer likes. */
  expirationSeconds?: number
}

/** Makes a certificate chain in PEM. Throws BadRequest with a sentence for the user when the request does not fit its signer. */
export type Sign = (order: SigningOrder) => Promise<string>

/** Signers of Kubernetes itself; requests for others are somebody else's business. */
const ownSigners = new Set([
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/legacy-unknown',
])

const hourMs = 3_600_000
type RequestStatus = NonNullable<CertificateSigningRequest['status']>
type Condition = NonNullable<RequestStatus['conditions']>[number]

/** What is approved is signed once; what failed says why and is not tried again. */
export async function signRequest(one: CertificateSigningRequest, sign: Sign, now: Date): Promise<Plan> {
  const isDue = isTrue(one, 'Approved') && !isTrue(one, 'Denied') && !isTrue(one, 'Failed') && !one.status?.certificate
  if (!isDue || !ownSigners.has(one.spec.signerName)) return expire(one, now)
  const { request, signerName, usages = [], expirationSeconds } = one.spec
  try {
    const order = { request: Buffer.from(request, 'base64').toString(), signerName, usages, expirationSeconds }
    const certificate = Buffer.from(await sign(order)).toString('base64')
    return [status(certificateSigningRequest, one, { ...one.status, certificate })]
  } catch (error) {
    // Anything else is the signer's trouble, not the request's, and is tried again.
    if (!isReason(error, 'BadRequest')) throw error
    const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: error.message }
    const conditions = withCondition<Condition>(one.status?.conditions, failed as Condition, now)
    return [status(certificateSigningRequest, one, { ...one.status, conditions })]
  }
}

/** Nobody comes back for old requests: an hour after an answer, a day without one. */
export function expire(one: CertificateSigningRequest, now: Date): Plan {
  const answered = ['Approved', 'Denied', 'Failed'].flatMap((type) => {
    const condition = conditionOf<Condition>(one, type)
    return condition ? [Date.parse(String(condition.lastUpdateTime ?? condition.lastTransitionTime ?? ''))] : []
  })
  const isOpen = isTrue(one, 'Approved') && !one.status?.certificate && !isTrue(one, 'Failed')
  const last = Math.max(Date.parse(one.metadata.creationTimestamp ?? ''), ...answered.filter((at) => !Number.isNaN(at)))
  const left = last + (answered.length > 0 && !isOpen ? hourMs : 24 * hourMs) - now.getTime()
  const step: Step = left > 0 ? again(left) : remove(certificateSigningRequest, one)
  return [step]
}

export const certificateRequests = (sign: Sign): Controller =>
  controller<CertificateSigningRequest>({
    name: 'certificate-request',
    component: 'csrsigning-controller',
    kind: certificateSigningRequest,
    reconcile: (one, { now }) => signRequest(one, sign, now),
  })
