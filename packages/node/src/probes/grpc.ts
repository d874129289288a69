import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { int, message, text } from '../cri/wire.ts'
import type { Verdict } from './check.ts'

/** grpc.health.v1 */
const healthRequest = message({ service: text(1) })
const healthResponse = message({ status: int(1) })
const serving = 1
const names = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** Asks the standard health service. */
export function checkGrpc(address: string, service: string, timeoutMs: number): Promise<Verdict> {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    'grpc.primary_user_agent': 'kube-probe/1.36',
    'grpc.use_local_subchannel_pool': 1,
  })
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (value: { service: string }) => healthRequest.encode(value),
      (bytes: Buffer) => healthResponse.decode(bytes),
      { service },
      new Metadata({ waitForReady: false }),
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        client.close()
        if (error) resolve({ isOk: false, output: wordsOf(error, address, timeoutMs) })
        else if (response?.status === serving) resolve({ isOk: true, output: 'service healthy' })
        else resolve({ isOk: false, output: `service unhealthy (responded with "${names[response?.status ?? 0]}")` })
      },
    )
  })
}

function wordsOf(error: ServiceError, address: string, timeoutMs: number): string {
  if (error.code === status.UNIMPLEMENTED)
    return 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health)'
  if (error.code === status.DEADLINE_EXCEEDED) return `timeout: health rpc did not complete within ${timeoutMs / 1000}s`
  if (error.code === status.UNAVAILABLE)
    return `timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s: ${error.details}`
  return `error: health rpc failed: ${error.details}`
}
