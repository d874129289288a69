import { jsonCopy } from '@sampan/kit/json-copy'
import { StatusError } from '@sampan/resources/errors'
import type { KubeObject, WatchEvent } from '@sampan/resources/meta'
import type { ApiRequest, ApiResponse, Transport } from '@sampan/resources/transport'
import type { UserInfo } from './auth/interfaces.ts'
import { decodeBody } from './decode.ts'
import { encode } from './encode.ts'
import type { Answer, Call } from './handlers.ts'

const noQuery = new URLSearchParams()
const never = new AbortController().signal

/** Answers a call; errors come out as answers with a `Status`. */
export type Handle = (call: Call) => Promise<Answer>

/** A part of this process: its rights, and the field manager of its writes. */
export interface Who {
  user: UserInfo
  manager?: string | undefined
}

/** The API for parts of the same process: no sockets, no JSON. Objects that come back are shared: never change them. */
export function localTransport(handle: Handle, who: Who, closing: AbortSignal): Transport {
  return {
    async send(request) {
      const call = localCall(request, who, closing)
      return responseOf(await handle(call))
    },
  }
}

function localCall(request: ApiRequest, { user, manager }: Who, closing: AbortSignal): Call {
  const mark = request.path.indexOf('?')
  const headers = request.headers ?? {}
  const { body } = request
  let signal: AbortSignal | undefined
  return {
    method: request.method,
    path: mark === -1 ? request.path : request.path.slice(0, mark),
    query: mark === -1 ? noQuery : new URLSearchParams(request.path.slice(mark + 1)),
    headers,
    user,
    manager,
    verb: '',
    get signal() {
      signal ??= request.signal ? AbortSignal.any([request.signal, closing]) : (closing ?? never)
      return signal
    },
    async bytes() {
      return body instanceof Uint8Array ? body : body === undefined ? new Uint8Array() : encode(body)
    },
    async object() {
      if (body instanceof Uint8Array) return (await decodeBody(body, headers['content-type'])).value as KubeObject
      return body === undefined ? undefined : jsonCopy(withoutManagers(body as KubeObject))
    },
    duplicates: [],
    warnings: [],
  }
}

/** Parts of this process send back who owns what as they read it: that need not be looked at, let alone copied. */
function withoutManagers(body: KubeObject): KubeObject {
  if (!body.metadata?.managedFields) return body
  const { managedFields: _, ...metadata } = body.metadata
  return { ...body, metadata }
}

function responseOf(answer: Answer): ApiResponse {
  return {
    status: answer.status,
    headers: answer.headers ?? {},
    async object() {
      if ('object' in answer) return answer.object
      if ('json' in answer) return answer.value()
      if ('text' in answer) return answer.text
      throw new StatusError('NotAcceptable', 'the answer is a stream, not an object')
    },
    async *bytes() {
      if ('stream' in answer) yield* answer.stream
      else if ('watch' in answer) for await (const lines of answer.watch.lines()) yield* lines
      else if ('json' in answer) yield Buffer.concat(answer.json)
      else if ('text' in answer) yield Buffer.from(answer.text)
      else yield encode(answer.object)
    },
    async *events(): AsyncGenerator<WatchEvent<KubeObject>> {
      if (!('watch' in answer)) throw new StatusError('NotAcceptable', 'the answer is no watch')
      yield* answer.watch.events()
    },
  }
}
