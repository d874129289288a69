import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Router } from './router.ts'

export interface Served {
  port: number
  /** Stops listening, lets answers that have begun come to their end for `graceMs` (default 5 s), then cuts them. */
  close(graceMs?: number): Promise<void>
}

/**
 * Listens. `router` gets the signal that ends its streams when the server closes. Rejects with Node's own error (EADDRINUSE,
 * EACCES) when the port cannot be had.
 */
export async function serve(
  router: (closing: AbortSignal) => Router,
  { port, host }: { port: number; host?: string },
): Promise<Served> {
  const closing = new AbortController()
  const { handle, upgrade } = router(closing.signal)
  const server = createServer({
    headersTimeout: 30_000,
    requestTimeout: 3_600_000, // a git push over a slow line is one request
    keepAliveTimeout: 65_000, // longer than the idle time of proxies in front of us
    maxHeaderSize: 32 * 1024,
  })
  const upgraded = new Set<{ destroy(): void }>()
  server.on('request', (request, response) => {
    response.once('close', () => {
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections())
    })
    void handle(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    void upgrade(request, socket, head)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs = 5000) {
      const done = new Promise<void>((resolve) => server.close(() => resolve()))
      closing.abort()
      server.closeIdleConnections()
      for (const socket of upgraded) socket.destroy()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await done
      clearTimeout(timer)
    },
  }
}
