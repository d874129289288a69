import { answer } from './answer.ts'
import { problemFrom } from './problem-json.ts'

/** One server-sent event. `data` is sent as JSON. */
export interface ServerEvent {
  event?: string
  /** Comes back as the `last-event-id` header when the browser connects again. */
  id?: string
  data: unknown
}

const heartbeatMs = 15_000

/**
 * A stream of server-sent events. A comment every 15 s keeps proxies from hanging up; a failure is sent as event `error`
 * with a problem as data, then the stream ends.
 */
export function events(source: AsyncIterable<ServerEvent>) {
  return answer({
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    body: lines(source),
  })
}

async function* lines(source: AsyncIterable<ServerEvent>): AsyncGenerator<string> {
  yield ': open\n\n'
  const iterator = source[Symbol.asyncIterator]()
  try {
    let next = iterator.next()
    for (;;) {
      const result = await orHeartbeat(next)
      if (result === 'quiet') {
        yield ': \n\n'
        continue
      }
      if (result.done) return
      yield written(result.value)
      next = iterator.next()
    }
  } catch (error) {
    yield written({ event: 'error', data: problemFrom(error) })
  } finally {
    await iterator.return?.()
  }
}

async function orHeartbeat<T>(next: Promise<T>): Promise<T | 'quiet'> {
  let timer: NodeJS.Timeout | undefined
  const quiet = new Promise<'quiet'>((resolve) => {
    timer = setTimeout(resolve, heartbeatMs, 'quiet')
  })
  try {
    return await Promise.race([next, quiet])
  } finally {
    clearTimeout(timer)
  }
}

/** JSON has no raw line breaks, so one data line is always enough. */
export const written = ({ event, id, data }: ServerEvent) =>
  `${event ? `event: ${event}\n` : ''}${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`
