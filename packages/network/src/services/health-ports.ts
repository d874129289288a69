import { createServer, type Server } from 'node:http'

/** What a load balancer outside asks: has this node something to send its traffic to? */
export interface HealthAnswer {
  namespace: string
  name: string
  /** Endpoints on this node that take new connections. */
  local: number
}

/** Answers at the `healthCheckNodePort` of Services that keep traffic on the node it arrives at. */
export interface HealthPorts {
  /** By port. What is no longer there is closed; what could not be opened is tried again at the next call. */
  set(wanted: ReadonlyMap<number, HealthAnswer>): void
  close(): Promise<void>
}

/** `failed` is told once per port that somebody else holds. */
export function healthPorts(failed: (port: number, answer: HealthAnswer, error: Error) => void): HealthPorts {
  const servers = new Map<number, Server>()
  const told = new Set<number>()
  let answers: ReadonlyMap<number, HealthAnswer> = new Map()

  function open(port: number) {
    const server = createServer((_, response) => {
      const { namespace, name, local } = answers.get(port) ?? { namespace: '', name: '', local: 0 }
      response.writeHead(local > 0 ? 200 : 503, {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(local),
      })
      response.end(
        JSON.stringify({ service: { namespace, name }, localEndpoints: local, serviceProxyHealthy: true }, null, '\t'),
      )
    })
    server.on('error', (error) => {
      servers.delete(port)
      const answer = answers.get(port)
      if (answer && !told.has(port)) failed(port, answer, error)
      told.add(port)
    })
    server.on('listening', () => told.delete(port))
    server.listen(port)
    servers.set(port, server)
  }

  function shut(port: number): Promise<void> {
    const server = servers.get(port)
    servers.delete(port)
    server?.closeAllConnections()
    return new Promise((resolve) => (server?.listening ? server.close(() => resolve()) : resolve()))
  }

  return {
    set(wanted) {
      answers = wanted
      for (const port of servers.keys()) if (!wanted.has(port)) void shut(port)
      for (const port of wanted.keys()) if (!servers.has(port)) open(port)
    },
    async close() {
      await Promise.all([...servers.keys()].map(shut))
    },
  }
}
