import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { median } from './report.ts'

export interface FanOut {
  port: number
  ca: string
  cert: string
  key: string
  watchers: number
  /** A collection of ConfigMaps. */
  path: string
  writes: number
}

/** Milliseconds from sending a write until all who watch have been told, the median of `writes`. */
export async function fanOut({ port, ca, cert, key, watchers, path, writes }: FanOut): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, ca, cert, key })
  const to = { host: '127.0.0.1', port, agent }
  const send = async (method: string, where: string, body?: string): Promise<IncomingMessage> => {
    const sent = request({
      ...to,
      method,
      path: where,
      headers:
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    })
    sent.end(body)
    const [response] = await once(sent, 'response')
    return response
  }
  let told = 0
  let allTold: () => void = () => undefined
  const open: IncomingMessage[] = []
  while (open.length < watchers) {
    const some = Math.min(50, watchers - open.length)
    const responses = await Promise.all(
      Array.from({ length: some }, () =>
        send('GET', `${path}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`),
      ),
    )
    for (const response of responses) {
      response.on('data', () => {
        if (++told === watchers) allTold()
      })
      response.on('error', () => undefined) // cut off at the end
    }
    open.push(...responses)
  }
  const times: number[] = []
  for (let n = 0; n < writes; n++) {
    told = 0
    const everybody = new Promise<void>((resolve) => {
      allTold = resolve
    })
    const metadata = { name: `fan-${process.pid}-${port}-${performance.now().toFixed(0)}-${n}` }
    const began = performance.now()
    const response = await send('POST', path, JSON.stringify({ metadata, data: { a: 'x'.repeat(400) } }))
    response.resume()
    await everybody
    times.push(performance.now() - began)
  }
  for (const response of open) response.destroy()
  agent.destroy()
  return median(times)
}
