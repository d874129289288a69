import type { Cache } from '@sampan/client/cache'
import type { Client } from '@sampan/client/client'
import { channel } from '@sampan/kit/channel'
import type { Pod } from '@sampan/resources/core/pod'
import { StatusError } from '@sampan/resources/errors'
import { containerLines } from './container-lines.ts'

export interface InstanceLine {
  time: string
  instance: string
  text: string
}

export interface AppLogOptions {
  /** As the caller: their rights decide. */
  client: Client
  pods: Cache<Pod>
  isOurs(pod: Pod): boolean
  follow: boolean
  /** Lines of each instance to begin with. */
  tail?: number
  sinceSeconds?: number
  signal: AbortSignal
}

/**
 * What the instances of an app write. Without `follow`: what there is, by time. With it: that first, then lines as they
 * come, those of instances that appear later included, until the signal.
 */
export async function* appLog(options: AppLogOptions): AsyncGenerator<InstanceLine> {
  const { pods, isOurs, follow, signal } = options
  const known = pods.list().filter((pod) => isOurs(pod) && hasStarted(pod))
  const first = await Promise.all(known.map((pod) => Array.fromAsync(linesOf(pod, options))))
  const lines = first.flat().toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  yield* lines
  if (!follow) return

  const out = channel<InstanceLine>()
  const open = new Set<string>()
  const lastOf = (name: string) => lines.findLast((line) => line.instance === name)?.time
  const run = async (pod: Pod, after?: string) => {
    const key = runOf(pod)
    if (open.has(key)) return
    open.add(key)
    try {
      for await (const line of linesOf(pod, { ...options, after })) await out.send(line)
    } catch (error) {
      // The instance went away between its start and our question.
      if (!(error instanceof StatusError) && !signal.aborted) out.fail(error)
    }
  }
  const stop = pods.listen(({ type, object }) => {
    if (type === 'put' && isOurs(object) && hasStarted(object)) void run(object)
  })
  const end = () => out.close()
  signal.addEventListener('abort', end, { once: true })
  try {
    if (signal.aborted) return
    for (const pod of known) void run(pod, lastOf(pod.metadata.name) ?? '')
    yield* out
  } finally {
    stop()
    signal.removeEventListener('abort', end)
    out.close()
  }
}

/** One run of an instance's container: after a restart there is a new log. */
const runOf = ({ metadata, status }: Pod) => `${metadata.uid} ${status?.containerStatuses?.[0]?.restartCount ?? 0}`

const hasStarted = ({ status }: Pod) => {
  const state = status?.containerStatuses?.[0]?.state
  return state?.running !== undefined || state?.terminated !== undefined
}

/** Lines of one run; with `after` it follows, leaving out what is not later. */
async function* linesOf(
  pod: Pod,
  { client, tail, sinceSeconds, signal, after }: AppLogOptions & { after?: string },
): AsyncGenerator<InstanceLine> {
  const { name, namespace } = pod.metadata
  const container = pod.spec.containers[0]?.name
  const isFollowing = after !== undefined
  const chunks = client.logs(
    { namespace, name },
    {
      container,
      timestamps: true,
      follow: isFollowing || undefined,
      signal,
      ...(isFollowing ? after && { sinceTime: after } : { tailLines: tail, sinceSeconds }),
    },
  )
  try {
    for await (const lines of containerLines(chunks)) {
      for (const { time, text } of lines) {
        if (!after || time > after) yield { time, instance: name, text }
      }
    }
  } catch (error) {
    if (isFollowing || !(error instanceof StatusError)) throw error
    // Nothing to read (any more): an instance without lines.
  }
}
