import { Agent, request } from 'node:https'
import type { Objects } from '../../objects.ts'

/** Where a webhook is, as every kind of webhook says it. */
export interface ClientConfig {
  url?: string
  service?: { namespace: string; name: string; path?: string; port?: number }
  /** PEM, base64. */
  caBundle?: string
}

/** Where a webhook is: its URL, or its Service at the address every pod uses. */
export interface Place {
  url: URL
  /** What its certificate has to be for. */
  serverName: string
}

const maxAnswer = 64 << 20
const agents = new Map<string, Agent>()

/** Throws when the Service is not there. */
export function placeOf(config: ClientConfig, objects: Objects): Place {
  if (config.url) {
    const url = new URL(config.url)
    return { url, serverName: url.hostname }
  }
  const { name, namespace, path = '/', port = 443 } = config.service!
  const service = objects.get<{ metadata: never; spec?: { clusterIP?: string } }>(
    { group: '', plural: 'services' },
    name,
    namespace,
  )
  const address = service?.spec?.clusterIP
  if (!address || address === 'None') throw new Error(`service "${name}" not found`)
  const url = new URL(`https://${address}:${port}`)
  url.pathname = path
  return { url, serverName: `${name}.${namespace}.svc` }
}

/** The address people know a webhook by, for messages: Services by their name. */
export function shownUrl({ url, service }: ClientConfig, seconds: number): string {
  const base =
    url ?? `https://${service!.name}.${service!.namespace}.svc:${service!.port ?? 443}${service!.path || '/'}`
  return `${base}${base.includes('?') ? '&' : '?'}timeout=${seconds}s`
}

/** Sends a review and answers what comes back. Throws when that is not an answer, or not in time. */
export function post(
  config: ClientConfig,
  { url, serverName }: Place,
  body: string,
  signal: AbortSignal,
): Promise<string> {
  const ca = config.caBundle ? Buffer.from(config.caBundle, 'base64').toString() : undefined
  const id = `${url.host} ${serverName} ${ca ?? ''}`
  const agent = agents.get(id) ?? new Agent({ keepAlive: true, maxSockets: 16, timeout: 60_000 })
  if (!agents.has(id)) {
    if (agents.size >= 50) agents.clear()
    agents.set(id, agent)
  }
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json',
    }
    const options = { method: 'POST', agent, servername: serverName, ...(ca && { ca }), headers, signal }
    const sent = request(url, options, (answer) => {
      const pieces: Buffer[] = []
      let size = 0
      answer.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > maxAnswer) answer.destroy(new Error('the answer is too large'))
        else pieces.push(piece)
      })
      answer.on('error', (error) => reject(signal.aborted ? new Error('context deadline exceeded') : error))
      answer.on('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`the server answered ${answer.statusCode}`))
        else resolve(Buffer.concat(pieces).toString())
      })
    })
    // The only thing that ends the signal is time.
    sent.on('error', (error) => reject(signal.aborted ? new Error('context deadline exceeded') : error))
    sent.end(body)
  })
}
