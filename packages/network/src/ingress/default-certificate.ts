import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A self-signed certificate and its key, both PEM, for names that have none of their own. Good for ten years. */
export async function selfSigned(now: Date): Promise<{ cert: string; key: string }> {
  // Needed once in the life of an instance: a thread of its own gives its memory back.
  const worker = new Worker(new URL('./default-certificate-worker.ts', import.meta.url), { workerData: now })
  const [made] = (await once(worker, 'message')) as [{ cert: string; key: string }]
  await worker.terminate()
  return made
}
