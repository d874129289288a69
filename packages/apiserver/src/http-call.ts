import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { badRequest, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { UserInfo } from './auth/interfaces.ts'
import { decodeBody } from './decode.ts'
import type { Asked } from './dispatch.ts'
import type { Call } from './handlers.ts'

export const maxBodyBytes = 3 << 20

const noBytes = new Uint8Array()
const noQuery = new URLSearchParams()

/** A call that came over HTTP. What only some verbs need (query, signal, body) is made when asked for. */
export class HttpCall implements Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly request: IncomingMessage
  readonly warnings: string[] = []
  annotations?: Record<string, string>
  asked?: Asked
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

  /** By events: an async iterator over every request's body costs as much as reading what is in it. */
  bytes(): Promise<Uint8Array> {
    const { request } = this
    const length = request.headers['content-length']
    if (length === undefined && request.headers['transfer-encoding'] === undefined) return Promise.resolve(noBytes)
    if (Number(length ?? 0) > maxBodyBytes) return Promise.reject(tooLarge())
    if (request.readableEnded) return Promise.resolve(noBytes)
    if (request.destroyed) return Promise.reject(badRequest('the body ended too early'))
    return new Promise((resolve, reject) => {
      let pieces: Uint8Array[] = []
      let size = 0
      let isSettled = false
      // The listeners stay: nobody else may be listening when the socket's error follows, and taking them away costs time.
      request.on('data', (piece: Uint8Array) => {
        if (isSettled) return // thrown away by whoever answers
        pieces.push(piece)
        size += piece.length
        if (size <= maxBodyBytes) return
        isSettled = true
        pieces = []
        request.pause()
        reject(tooLarge())
      })
      request.on('end', () => {
        if (isSettled) return
        isSettled = true
        resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))
      })
      const onCut = (error?: Error) => {
        if (isSettled) return
        isSettled = true
        reject(badRequest('the body ended too early', { cause: error }))
      }
      request.on('error', onCut)
      request.on('close', onCut)
    })
  }

  async object(): Promise<KubeObject | undefined> {
    const bytes = await this.bytes()
    if (bytes.length === 0) return undefined
    const decoded = decodeBody(bytes, this.request.headers['content-type'])
    const { value, duplicates } = decoded instanceof Promise ? await decoded : decoded
    this.duplicates = duplicates
    return value as KubeObject
  }
}

const tooLarge = () => new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`)
