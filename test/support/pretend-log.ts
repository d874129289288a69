import type { NodeStreams } from '@sampan/resources/node-streams'

/** One log that all containers share. */
export interface PretendLog {
  streams: NodeStreams
  print(...lines: string[]): void
  /** Prints `tick <n>` so many times a second. */
  tick(perSecond: number): void
  /** How many ticks there were. */
  readonly ticks: number
  close(): void
}

export function pretendLog(): PretendLog {
  const lines: { time: string; text: string }[] = []
  const waiting = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  let ticks = 0

  function print(...texts: string[]) {
    for (const text of texts) {
      // Times of lines are unlike each other, as containerd's are.
      const time = `${new Date().toISOString().slice(0, -1)}${String(lines.length % 1_000_000).padStart(6, '0')}Z`
      lines.push({ time, text })
    }
    for (const wake of waiting) wake()
  }

  async function* read({ follow, timestamps, tailLines, signal }: Parameters<NodeStreams['logs']>[1]) {
    let at = Math.max(0, lines.length - (tailLines ?? lines.length))
    for (;;) {
      const text = lines.slice(at).map((line) => `${timestamps ? `${line.time} ` : ''}${line.text}\n`)
      at = lines.length
      if (text.length > 0) yield Buffer.from(text.join(''))
      if (!follow || signal.aborted) return
      let wake = (): void => undefined
      await new Promise<void>((resolve) => {
        wake = resolve
        waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
      waiting.delete(wake)
    }
  }

  const refuse = () => Promise.reject(new Error('nothing runs here'))
  return {
    streams: { logs: async (_, options) => read(options), exec: refuse, attach: refuse, portForward: refuse },
    print,
    tick(perSecond) {
      clearInterval(timer)
      timer = setInterval(() => print(`tick ${ticks++}`), 1000 / perSecond)
    },
    get ticks() {
      return ticks
    },
    close: () => clearInterval(timer),
  }
}
