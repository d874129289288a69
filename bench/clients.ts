import { Agent, request } from 'node:https'

export interface Wanted {
  port: number
  ca: string
  cert: string
  key: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Asked for the n-th request. */
  path: (n: number) => string
  body?: (n: number) => string
  /** Of the body; default `application/json`. */
  type?: string
  connections?: number
  /** How many requests in all. */
  count: number
}

export interface Rate {
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
}

/** Keeps `connections` requests going until `count` are answered. Throws when one is refused. */
export async function measure({
  port,
  ca,
  cert,
  key,
  method,
  path,
  body,
  type = 'application/json',
  connections = 32,
  count,
}: Wanted): Promise<Rate> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca, cert, key })
  const times: number[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const n = next++
      const began = performance.now()
      await one(n)
      times.push(performance.now() - began)
    }
  }
  const one = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const text = body?.(n)
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          method,
          path: path(n),
          agent,
          headers: text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          response.on('data', () => undefined)
          response.on('end', () =>
            response.statusCode! < 300
              ? resolve()
              : reject(new Error(`${method} ${path(n)} was answered ${response.statusCode}`)),
          )
        },
      )
      sent.on('error', reject)
      sent.end(text)
    })
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, worker))
  const seconds = (performance.now() - began) / 1000
  agent.destroy()
  times.sort((a, b) => a - b)
  return { perSecond: count / seconds, p50: times[Math.floor(count * 0.5)]!, p99: times[Math.floor(count * 0.99)]! }
}
