import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { StatusError } from '@sampan/resources/errors'

export interface Upgraded {
  response: IncomingMessage
  socket: Duplex
  head: Buffer
}

/**
 * Opens an upgraded connection to the container runtime's streaming server. Throws InternalError with the server's own
 * words when it refuses.
 */
export function upgradeBackend(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(url, {
      method: 'POST',
      headers: { ...headers, connection: 'Upgrade' },
      agent: false,
      signal,
    })
    call.once('upgrade', (response, socket, head) => resolve({ response, socket, head }))
    call.once('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      reject(new StatusError('InternalError', `the container runtime refused the stream: ${text.trim().slice(0, 500)}`))
    })
    call.on('error', reject) // also later, when the signal ends a stream: nobody waits any more then
    call.end()
  })
}

/** SPDY with the runtime in its newest dialect for commands: exit codes come as a Status. */
export const commandHeaders = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' }
export const portForwardHeaders = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' }
