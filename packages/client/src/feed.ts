import type { Ref, Status } from '@sampan/resources/meta'
import type { Client } from './client.ts'
import { podPath, queryOf } from './paths.ts'
import { refusalFrom } from './refusal.ts'

const channel = { stdin: 0, error: 3, close: 255 } as const

/**
 * Writes `input` to the standard input of a container's first process (which was made with `stdin: true`). Resolves when the
 * runtime ended the connection, as it does when it has taken all of it (and when it dies: it says nothing either way). Throws
 * `StatusError` when the container does not run, and `signal`'s reason when it is over.
 */
export async function feed(
  client: Pick<Client, 'connect'>,
  pod: Ref,
  { container, input, signal }: { container: string; input: Uint8Array; signal: AbortSignal },
): Promise<void> {
  // Output is asked for because a runtime that has nothing to send takes such a connection as over at once. Only v5 can end
  // the input alone: the runtime answers by closing.
  const { messages } = await client.connect({
    method: 'GET',
    path: podPath(pod, 'attach') + queryOf({ container, stdin: true, stdout: true }),
    protocols: ['v5.channel.k8s.io'],
    signal,
  })
  try {
    messages.write(Buffer.concat([Buffer.of(channel.stdin), input]))
    messages.write(Buffer.of(channel.close, channel.stdin))
    for await (const message of messages as AsyncIterable<Buffer>) {
      if (signal.aborted) break
      if (message[0] === channel.error && message.length > 1) refuse(JSON.parse(String(message.subarray(1))))
    }
    signal.throwIfAborted()
  } finally {
    messages.destroy()
  }
}

function refuse(end: Status): void {
  if (end.status !== 'Success') throw refusalFrom(end.code ?? 500, end, 'attach')
}
