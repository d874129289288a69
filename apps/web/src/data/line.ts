import { waitAfter } from '@sampan/kit/backoff'
import { Refused } from './api.ts'

/** The connection broke while a stream ran: what it brought is good, the rest has to be asked for again. */
export class Lost extends Error {
  constructor() {
    super('The connection was lost')
    this.name = 'Lost'
  }
}

/** One WebSocket to the platform that carries every watch of this page (docs/api.md, `/api/streams`). */
export interface Line {
  /**
   * Pieces of the answer to a GET of the Kubernetes API, until it ends or `signal`. Waits while there is no connection.
   * Throws `Refused` when the server refuses, `Lost` when the connection breaks.
   */
  stream(path: string, options: { accept?: string; signal: AbortSignal }): AsyncGenerator<string>
  /** Whether it is known that the server cannot be reached. */
  readonly isLost: boolean
  /** Called when `isLost` changes. Returns the way to stop it. */
  listen(listener: () => void): () => void
  close(): void
}

/** The part of a WebSocket that is used: tests bring their own. */
export interface Socket {
  readyState: number
  send(text: string): void
  close(): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
}

interface LineOptions {
  connect: () => Socket
  /** Asked after every failure to connect: whether the session is over shows only in an ordinary request. */
  onFailure?: () => void
  /** Longer than this without a message and the connection counts as lost, in milliseconds; the server speaks every 15 s. */
  silenceMs?: number
  waitMs?: (failures: number) => number
}

const open = 1
const backoff = { first: 300, most: 8_000 }

interface Sink {
  push(text: string): void
  end(error?: Error): void
}

export function openLine(options: LineOptions): Line {
  const { connect, onFailure, silenceMs = 40_000, waitMs = (failures) => waitAfter(failures, backoff) } = options
  const running = new Map<number, Sink>()
  const listeners = new Set<() => void>()
  let current: Socket | undefined
  let opening: Promise<void> | undefined
  let isLost = false
  let isClosed = false
  let wanted = 0
  let next = 1
  let silence: ReturnType<typeof setTimeout> | undefined

  function tell(lost: boolean) {
    if (isLost === lost) return
    isLost = lost
    for (const listener of listeners) listener()
  }

  async function keepTrying() {
    for (let failures = 1; wanted > 0 && !isClosed; failures++) {
      if (await tryOnce()) return
      tell(true)
      onFailure?.()
      await new Promise((resolve) => setTimeout(resolve, waitMs(failures)))
    }
  }

  function tryOnce(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect()
      const heard = () => {
        clearTimeout(silence)
        silence = setTimeout(() => socket.close(), silenceMs)
      }
      socket.onopen = () => {
        current = socket
        heard()
        tell(false)
        resolve(true)
      }
      socket.onmessage = ({ data }) => {
        heard()
        if (typeof data === 'string') hand(data)
      }
      socket.onclose = () => {
        clearTimeout(silence)
        if (current === socket) current = undefined
        for (const sink of running.values()) sink.end(new Lost())
        running.clear()
        resolve(false)
      }
    })
  }

  function hand(text: string) {
    if (text === '') return
    if (!text.startsWith('{')) {
      const space = text.indexOf(' ')
      running.get(Number(text.slice(0, space)))?.push(text.slice(space + 1))
      return
    }
    const { end, problem } = JSON.parse(text) as { end: number; problem?: Problem }
    running
      .get(end)
      ?.end(problem && new Refused(problem.status, problem.detail ?? problem.title ?? '', problem.instance))
    running.delete(end)
  }

  async function ready(signal: AbortSignal): Promise<Socket | undefined> {
    wanted++
    try {
      while (current?.readyState !== open && !signal.aborted && !isClosed) {
        opening ??= keepTrying().finally(() => {
          opening = undefined
        })
        await Promise.race([opening, aborted(signal)])
      }
      return current
    } finally {
      wanted--
    }
  }

  async function* stream(path: string, { accept, signal }: { accept?: string; signal: AbortSignal }) {
    const socket = await ready(signal)
    if (!socket || signal.aborted) return
    const id = next++
    const queue = pieces()
    running.set(id, queue)
    signal.addEventListener('abort', queue.stop, { once: true })
    socket.send(JSON.stringify({ open: id, path, ...(accept && { accept }) }))
    try {
      yield* queue.all()
    } finally {
      signal.removeEventListener('abort', queue.stop)
      if (running.delete(id) && socket.readyState === open) socket.send(JSON.stringify({ close: id }))
    }
  }

  return {
    stream,
    get isLost() {
      return isLost
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      isClosed = true
      clearTimeout(silence)
      current?.close()
    },
  }
}

interface Problem {
  status: number
  title?: string
  detail?: string
  instance?: string
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Texts that come when they come, read by one reader; what came before an end is read before it. */
function pieces() {
  const waiting: string[] = []
  let ended: { error?: Error } | undefined
  let wake: (() => void) | undefined
  const end = (error?: Error) => {
    ended ??= { error }
    wake?.()
  }
  return {
    push(text: string) {
      waiting.push(text)
      wake?.()
    },
    end,
    stop: () => {
      waiting.length = 0
      end()
    },
    async *all(): AsyncGenerator<string> {
      for (;;) {
        if (waiting.length > 0) yield waiting.splice(0).join('')
        else if (ended?.error) throw ended.error
        else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
