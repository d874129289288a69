import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

export interface Rate {
  perSecond: number
  /** Processor time of the servers that were watched, in microseconds per request. */
  cpu: number
}

export interface RateOptions {
  address: string
  port: number
  /** Host header. */
  host: string
  connections: number
  ms: number
  /** Roots of the process trees whose time counts. */
  pids: readonly number[]
}

/** Requests over kept connections, one after the other on each, for so long. Every answer has the length of the first. */
export async function httpRate({ address, port, host, connections, ms, pids }: RateOptions): Promise<Rate> {
  const request = Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const length = await answerLength(address, port, request)
  let count = 0
  let isOver = false
  const before = cpuOf(pids)
  const began = performance.now()
  const sockets: Socket[] = []
  const ended = Array.from(
    { length: connections },
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect({ host: address, port, noDelay: true })
        sockets.push(socket)
        let left = length
        socket.on('connect', () => socket.write(request))
        socket.on('data', (chunk) => {
          left -= chunk.length
          if (left > 0) return
          if (left < 0) return reject(new Error('an answer of another length'))
          count++
          left = length
          if (isOver) {
            socket.destroy()
            resolve()
          } else socket.write(request)
        })
        socket.on('error', reject)
      }),
  )
  await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), Promise.all(ended)])
  isOver = true
  await Promise.all(ended)
  const seconds = (performance.now() - began) / 1000
  return { perSecond: count / seconds, cpu: (cpuOf(pids) - before) / count }
}

/** Bytes of one answer, taken as whole when nothing follows for a moment. */
function answerLength(address: string, port: number, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port })
    let length = 0
    let text = ''
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      length += chunk.length
      text += chunk.toString('latin1')
      setTimeout(() => {
        socket.destroy()
        if (text.startsWith('HTTP/1.1 200')) resolve(length)
        else reject(new Error(`unexpected answer: ${text.slice(0, 80)}`))
      }, 200)
    })
  })
}

const ticksPerSecond = 100

/** Microseconds that processes and all their children have had. */
export function cpuOf(roots: readonly number[]): number {
  const children = new Map<number, number[]>()
  const used = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(name)
    if (!fields) continue
    const [, parent] = fields
    used.set(Number(name), ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond)
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)])
  }
  let sum = 0
  for (const waiting = [...roots]; waiting.length > 0; ) {
    const pid = waiting.pop()!
    sum += used.get(pid) ?? 0
    waiting.push(...(children.get(pid) ?? []))
  }
  return sum
}

/** Microseconds that these processes themselves have had. */
export const ownCpuOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = statOf(String(pid))
    return sum + (fields ? ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond : 0)
  }, 0)

/** State, parent and what follows; undefined for a process that ended. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
