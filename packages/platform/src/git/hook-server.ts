import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Claims, openTicket } from '@sampan/kit/ticket'
import type { Update } from './push.ts'
import type { AppName } from './repositories.ts'

/** Who pushed to what: carried by the hook, so that it still holds after a restart of the platform. */
export interface PushTicket extends Claims, AppName {
  use: 'push'
  /** Names this push, so that telling it twice does not build it twice. */
  push: string
  user: string
}

export interface Received {
  updates: Update[]
  /** Push options. */
  options: string[]
}

export interface HookServerOptions {
  /** Path of the unix socket. */
  socket: string
  key: Uint8Array
  now: () => Date
  /** What to say to the pusher, line by line, while the push is carried out. */
  pushed(ticket: PushTicket, given: Received, signal: AbortSignal): AsyncIterable<string>
}

/** Listens for our post-receive hooks on a socket that only this user may open. */
export async function listenForHooks({ socket, key, now, pushed }: HookServerOptions): Promise<Server> {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const ticket = openTicket<PushTicket>(key, bearer, { use: 'push', now: now() })
    if (!ticket || request.method !== 'POST' || request.url !== '/post-receive') {
      response.writeHead(403).end('This push is not known to the platform.\n')
      return
    }
    const { updates, options = [] } = JSON.parse(await text(request)) as Partial<Received> & Pick<Received, 'updates'>
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
    for await (const line of pushed(ticket, { updates, options }, gone.signal)) response.write(`${line}\n`)
    response.end()
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      if (response.destroyed) return
      response.end(`The platform failed here: ${error.message}\n`)
    })
  })
  server.requestTimeout = 0
  await mkdir(dirname(socket), { recursive: true })
  await rm(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  await chmod(socket, 0o600)
  return server
}
