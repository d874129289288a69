import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from './api.test-support.ts'
import { openPki } from './auth/pki.ts'

export interface Webhooks {
  /** PEM, base64. */
  ca: string
  port: number
  /** As webhook configurations have it. */
  clientConfig(path: string): { url: string; caBundle: string }
  close(): Promise<void>
}

/** A real HTTPS server that answers posted JSON with JSON. */
export async function webhooks(answer: (review: Json, path: string) => Json | Promise<Json>): Promise<Webhooks> {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-webhook-'))
  const pki = await openPki({ folder, dnsNames: ['localhost'], addresses: ['127.0.0.1'], clients: {}, now: new Date() })
  const server = createServer({ cert: pki.serving.cert, key: pki.serving.key }, async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const review = JSON.parse(Buffer.concat(pieces).toString()) as Json
    response.end(JSON.stringify(await answer(review, request.url!.split('?')[0]!)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ca = Buffer.from(pki.ca).toString('base64')
  return {
    ca,
    port,
    clientConfig: (path) => ({ url: `https://localhost:${port}${path}`, caBundle: ca }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}
