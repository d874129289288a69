import { Worker } from 'node:worker_threads'

/** A certificate to be made. `authority`: it signs others, and itself. */
export interface Wanted {
  /** Key under which the result comes back. */
  id: string
  commonName: string
  organizations?: readonly string[]
  use: 'authority' | 'server' | 'client'
  dnsNames?: readonly string[]
  addresses?: readonly string[]
  days: number
}

/** A certificate and its private key, both PEM. */
export interface Pair {
  cert: string
  key: string
}

export interface Order {
  wanted: readonly Wanted[]
  /** Who signs. Left out: the first of `wanted`, which must be an authority. */
  authority?: Pair
  now: Date
}

/**
 * Makes keys (P-256) and certificates in a worker thread: the library for it takes 20 MB that a server needs once a
 * year, and a thread gives them back.
 */
export function issue(order: Order): Promise<Record<string, Pair>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./issue-worker.ts', import.meta.url), { workerData: order })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`making certificates ended early, with code ${code}`)))
  })
}
