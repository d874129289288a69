import { linesOf, request, textOf } from './api.ts'
import type { LogLine } from './log-buffer.ts'

export interface LogSource {
  namespace: string
  pod: string
  container: string
  /** Of the container before its last restart. */
  previous?: boolean
}

const shownAtFirst = 5_000

/** The path of a container's log in the Kubernetes API. */
export const podLogPath = ({ namespace, pod, container, previous }: LogSource, { follow }: { follow: boolean }) => {
  const query = new URLSearchParams({
    container,
    timestamps: 'true',
    ...(follow && !previous && { follow: 'true', tailLines: String(shownAtFirst) }),
    ...(previous && { previous: 'true' }),
  })
  return `/kube/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
}

/** A line with its time in front, as `timestamps=true` gives it. */
export function stampedLine(text: string): LogLine {
  const [, time, rest] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s.exec(text) ?? []
  return { time: time ?? '', from: '', text: rest ?? text }
}

/** A log as Kubernetes streams it, told as the log view reads it: one event `line` for each line. */
export async function openPodLog(path: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
  const response = await request(path, { signal, accept: 'text/plain, application/json' })
  return events(textOf(response))
}

async function* events(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of linesOf(chunks))
    if (line !== '') yield `event: line\ndata: ${JSON.stringify(stampedLine(line))}\n\n`
}
