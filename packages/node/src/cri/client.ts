import { type ChannelCredentials, Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { type Calls, calls, serviceOf } from './messages.ts'
import type { Given, Message, Read } from './wire.ts'

export interface CallOptions {
  /** Default 2 minutes; image pulls and stops with a grace say their own. */
  timeoutMs?: number
  signal?: AbortSignal
}

/** The container runtime. Every call throws `CriError`. */
export interface Cri {
  call<Name extends keyof Calls>(
    name: Name,
    request: Given<Calls[Name][0]>,
    options?: CallOptions,
  ): Promise<Read<Calls[Name][1]>>
  close(): void
}

/** A refusal of the container runtime, with its gRPC code. */
export class CriError extends Error {
  readonly code: number
  constructor(call: string, error: ServiceError) {
    super(error.details || error.message, { cause: error })
    this.name = 'CriError'
    this.code = error.code
    this.call = call
  }
  readonly call: string
}

export const isGone = (error: unknown) => error instanceof CriError && error.code === status.NOT_FOUND
export const isTimeout = (error: unknown) => error instanceof CriError && error.code === status.DEADLINE_EXCEEDED
/** The runtime itself does not answer: nothing can be said about its containers. */
export const isUnreachable = (error: unknown) => error instanceof CriError && error.code === status.UNAVAILABLE

/** Large lists and exec output outgrow gRPC's usual 4 MB. */
const maxMessage = 16 * 1024 * 1024

const channelOptions = {
  'grpc.max_receive_message_length': maxMessage,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.service_config_disable_resolution': 1,
}

export function grpcClient(socket: string, creds: ChannelCredentials = credentials.createInsecure()): Client {
  return new Client(`unix:${socket}`, creds, channelOptions)
}

/** Connects at the first call and again whenever the runtime comes back. */
export function connectCri(socket: string): Cri {
  const client = grpcClient(socket)
  return {
    call(name, request, { timeoutMs = 120_000, signal } = {}) {
      const [requestMessage, responseMessage] = calls[name] as unknown as [
        Message<Record<string, never>>,
        Message<Record<string, never>>,
      ]
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason)
          return
        }
        const call = client.makeUnaryRequest(
          `/${serviceOf(name)}/${name}`,
          (value: typeof request) => requestMessage.encode(value as never),
          (bytes: Buffer) => responseMessage.decode(bytes),
          request,
          { deadline: Date.now() + timeoutMs },
          (error, response) => {
            signal?.removeEventListener('abort', cancel)
            if (error) reject(new CriError(name, error))
            else resolve(response as never)
          },
        )
        const cancel = () => call.cancel()
        signal?.addEventListener('abort', cancel, { once: true })
      })
    },
    close: () => client.close(),
  }
}
