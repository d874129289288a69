import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { badRequest, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { UserInfo } from './auth/interfaces.ts'
import { decodeBody } from './decode.ts'
import type { Call } from './handlers.ts'

export const maxBodyBytes = 3 << 20

const noQuery = new URLSearchParams()

/** A call that came over HTTP. What only some verbs need (query, signal, body) is made when asked for. */
export class HttpCall implements Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly request: IncomingMessage
  readonly warnings: string[] = []
  annotations?: Record<string, string>
  duplicates: readonly string[] = []
  user: UserInfo
  verb = ''
  readonly #response: ServerResponse | undefined
  #closing: AbortSignal
  #signal: AbortSignal | undefined

  /** `closing` is aborted when the server closes. Without a response (an upgrade) the signal follows the request's socket. */
  constructor(request: IncomingMessage, response: ServerResponse | undefined, user: UserInfo, closing: AbortSignal) {
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    this.path = mark === -1 ? url : url.slice(0, mark)
    this.query = mark === -1 ? noQuery : new URLSearchParams(url.slice(mark + 1))
    this.method = request.method ?? 'GET'
    this.request = request
    this.user = user
    this.#response = response
    this.#closing = closing
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers
  }

  get signal(): AbortSignal {
    if (!this.#signal) {
      const gone = new AbortController()
      const source = this.#response ?? this.request.socket
      const end = () => {
        this.#closing.removeEventListener('abort', end)
        source.removeListener('close', end)
        gone.abort()
      }
      if (this.#closing.aborted || source.destroyed) end()
      else {
        this.#closing.addEventListener('abort', end)
        source.once('close', end)
      }
      this.#signal = gone.signal
    }
    return this.#signal
  }

  async bytes(): Promise<Uint8Array> {
    const length = Number(this.request.headers['content-length'] ?? 0)
    if (length > maxBodyBytes) throw tooLarge()
    const pieces: Uint8Array[] = []
    let size = 0
    try {
      for await (const piece of this.request as AsyncIterable<Uint8Array>) {
        size += piece.length
        if (size > maxBodyBytes) throw tooLarge()
        pieces.push(piece)
      }
    } catch (error) {
      if (error instanceof StatusError) throw error
      throw badRequest('the body ended too early', { cause: error })
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  async object(): Promise<KubeObject | undefined> {
    const bytes = await this.bytes()
    if (bytes.length === 0) return undefined
    const { value, duplicates } = await decodeBody(bytes, this.request.headers['content-type'])
    this.duplicates = duplicates
    return value as KubeObject
  }
}

const tooLarge = () => new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`)
