import { CriError, grpcClient } from '../cri/client.ts'
import type { Given, Message, Read } from '../cri/wire.ts'
import { type CsiCalls, csiCalls } from './messages.ts'

/** A storage driver or its registrar. Calls throw CriError; its text is the driver's own. */
export interface Plugin {
  call<Name extends keyof CsiCalls>(
    name: Name,
    request: Given<CsiCalls[Name][0]>,
    timeoutMs?: number,
  ): Promise<Read<CsiCalls[Name][1]>>
  close(): void
}

/** Mounting may mean formatting a disk or asking a server far away. */
const patientMs = 120_000

export function connectPlugin(socket: string): Plugin {
  const client = grpcClient(socket)
  return {
    call(name, request, timeoutMs = patientMs) {
      const [input, output] = csiCalls[name] as unknown as [
        Message<Record<string, never>>,
        Message<Record<string, never>>,
      ]
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          `/${name}`,
          (value: typeof request) => input.encode(value as never),
          (bytes: Buffer) => output.decode(bytes),
          request,
          { deadline: Date.now() + timeoutMs },
          (error, response) => {
            if (error) reject(new CriError(name, error))
            else resolve(response as never)
          },
        )
      })
    },
    close: () => client.close(),
  }
}
