import type { Status } from '@sampan/resources/meta'

/** How a WebSocket client wants commands' channels (subprotocols of Kubernetes' remotecommand). */
export interface Dialect {
  /** base64: messages are text, the channel an ASCII digit. */
  base64: boolean
  /** How the end is told: `json` is a Status on the error channel, `text` only the message of a failure. */
  end: 'json' | 'text'
  /** `[255, channel]` closes a channel (v5). */
  canClose: boolean
}

const binary = { base64: false, end: 'text', canClose: false } as const

/** Subprotocol → dialect. No subprotocol at all means the oldest. */
export const commandDialects: Readonly<Record<string, Dialect>> = {
  '': binary,
  'channel.k8s.io': binary,
  'v2.channel.k8s.io': binary,
  'v3.channel.k8s.io': binary,
  'v4.channel.k8s.io': { ...binary, end: 'json' },
  'v5.channel.k8s.io': { ...binary, end: 'json', canClose: true },
  'base64.channel.k8s.io': { ...binary, base64: true },
  'v4.base64.channel.k8s.io': { ...binary, base64: true, end: 'json' },
}

export const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const

/** The first of the client's subprotocols that we speak, in its order of preference; undefined when there is none. */
export function chooseProtocol(
  offered: Iterable<string>,
  supported: Readonly<Record<string, unknown>>,
): string | undefined {
  let any = false
  for (const one of offered) {
    if (one.startsWith('base64url.bearer.authorization.')) continue // a token, not a dialect
    any = true
    if (Object.hasOwn(supported, one)) return one
  }
  return any || !Object.hasOwn(supported, '') ? undefined : ''
}

/** One message out. */
export function encodeMessage({ base64 }: Dialect, to: number, bytes: Uint8Array): Buffer | string {
  if (base64) return `${to}${Buffer.from(bytes).toString('base64')}`
  const message = Buffer.allocUnsafe(bytes.length + 1)
  message[0] = to
  message.set(bytes, 1)
  return message
}

export type Incoming = { channel: number; bytes: Buffer } | { close: number }

/** One message in; undefined for what makes no sense. */
export function decodeMessage({ base64, canClose }: Dialect, message: Buffer): Incoming | undefined {
  if (message.length === 0) return undefined
  if (canClose && message[0] === channel.close) return message.length === 2 ? { close: message[1]! } : undefined
  const to = base64 ? message[0]! - 0x30 : message[0]!
  if (to !== channel.stdin && to !== channel.resize) return undefined
  const bytes = message.subarray(1)
  return { channel: to, bytes: base64 ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes }
}

/** What the error channel carries at the end of a command; undefined: nothing. `status` is the runtime's, as JSON. */
export function endMessage({ end }: Dialect, status: string): string | undefined {
  if (end === 'json') return status
  const { status: outcome, message } = JSON.parse(status) as Partial<Status>
  return outcome === 'Success' ? undefined : (message ?? 'the command failed')
}
