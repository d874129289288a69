import { StatusError } from '@sampan/resources/errors'
import type { Ref, Status } from '@sampan/resources/meta'
import type { Client, ExecOptions } from './client.ts'
import { podPath, queryOf } from './paths.ts'
import { refusalFrom } from './refusal.ts'

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const

/**
 * Runs `command` and collects what it says; `code` is its exit code. Throws `StatusError` when it could not be started.
 * With `stdin` only the dialect that can end the input (v5) is offered.
 */
export async function execOver(
  connect: Client['connect'],
  pod: Ref,
  command: readonly string[],
  { container, stdin, signal }: ExecOptions = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const query = queryOf({ container, command, stdout: true, stderr: true, stdin: stdin !== undefined })
  const { messages } = await connect({
    method: 'GET',
    path: podPath(pod, 'exec') + query,
    protocols: ['v5.channel.k8s.io', ...(stdin === undefined ? ['v4.channel.k8s.io'] : [])],
    signal,
  })
  try {
    if (stdin !== undefined) {
      if (stdin) messages.write(Buffer.concat([Buffer.of(channel.stdin), Buffer.from(stdin)]))
      messages.write(Buffer.of(channel.close, channel.stdin))
    }
    const said: Record<number, Uint8Array[]> = { [channel.stdout]: [], [channel.stderr]: [], [channel.error]: [] }
    for await (const message of messages as AsyncIterable<Buffer>) {
      if (message.length > 1) said[message[0]!]?.push(message.subarray(1))
      if (message[0] === channel.error && message.length > 1) break
    }
    const end = Buffer.concat(said[channel.error]!).toString()
    if (!end) throw new Error(`the connection to ${pod.name} ended before its command did`)
    return {
      code: exitCode(JSON.parse(end)),
      stdout: Buffer.concat(said[channel.stdout]!).toString(),
      stderr: Buffer.concat(said[channel.stderr]!).toString(),
    }
  } finally {
    messages.destroy()
  }
}

function exitCode(end: Status): number {
  if (end.status === 'Success') return 0
  const cause = end.details?.causes?.find(({ reason }) => reason === 'ExitCode')
  if (end.reason === 'NonZeroExitCode' && cause?.message) return Number(cause.message)
  throw end.code ? refusalFrom(end.code, end, 'exec') : new StatusError('InternalError', end.message ?? 'exec failed')
}
