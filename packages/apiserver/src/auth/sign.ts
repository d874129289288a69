import { Worker } from 'node:worker_threads'
import { badRequest } from '@sampan/resources/errors'
import type { Pair } from './issue.ts'

/** What a signer is asked for, as CertificateSigningRequests have it. */
export interface SigningOrder {
  /** PEM of a PKCS #10 request. */
  request: string
  signerName: string
  usages: readonly string[]
  /** Undefined: a year. */
  expirationSeconds?: number | undefined
}

export interface SigningJob {
  order: SigningOrder
  authority: Pair
  now: Date
}

/**
 * Signs requests of Kubernetes' own signers with the cluster's authority; what comes back is the certificate in PEM. In a
 * worker thread, as the library for it is large. Rejects with BadRequest and a sentence for the user when the request does
 * not fit its signer.
 */
export function signer(
  authority: () => Pair,
  now: () => Date = () => new Date(),
): (order: SigningOrder) => Promise<string> {
  return (order) =>
    new Promise((resolve, reject) => {
      const workerData: SigningJob = { order, authority: authority(), now: now() }
      const worker = new Worker(new URL('./sign-worker.ts', import.meta.url), { workerData })
      worker.once('message', ({ certificate, refusal }: { certificate?: string; refusal?: string }) =>
        certificate ? resolve(certificate) : reject(badRequest(refusal!)),
      )
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`signing a certificate ended early, with code ${code}`)))
    })
}
