import { once } from 'node:events'
import { type Agent, createServer, type IncomingMessage, request, type Server } from 'node:http'
import { request as secureRequest } from 'node:https'
import { caches as newCaches } from '@sampan/client/caches'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import { recorder as newRecorder } from '@sampan/control/events'
import { systemClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { event } from '@sampan/resources/core/event'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { type Ingress, ingress } from '@sampan/resources/networking/ingress'
import type { NetworkConfig } from '../network-config.ts'
import { serviceOf, sliceOf } from '../objects.ts'
import { type IngressController, ingressController } from './controller.ts'
import { type NginxLab, nginxLab } from './nginx-lab.ts'

const config: NetworkConfig = {
  bridge: 'none0',
  nftTable: 'none',
  podCIDR: '10.240.0.0/16',
  serviceCIDR: '10.241.0.0/16',
  clusterDomain: 'cluster.local',
  nodeIP: '172.31.9.1',
  nodeName: 'lab',
  dnsIP: '10.241.0.10',
  ports: { api: 6443, platform: 7070, registry: 5000, http: 80, https: 443 },
}

export interface Rule {
  host?: string
  paths: [path: string, type: string, service: string][]
}

export interface Asking {
  method?: string
  headers?: Record<string, string>
  body?: string
  secure?: boolean
  agent?: Agent
}

export interface Asked {
  status: number
  body: string
  headers: IncomingMessage['headers']
  /** Method and path, as the app got them. */
  asked: string
  /** Headers, as the app got them. */
  got: Record<string, string>
}

/** The whole way for tests: objects in an API, through the controller, into a real nginx, to real servers. */
export interface IngressLab {
  nginx: NginxLab
  client: MemoryClient
  controller: IngressController
  /**
   * A server on port 8080 of an address of its own that answers with its name and what it was asked. Files of tests run side
   * by side: each has a 127.0.x of its own.
   */
  backend(name: string, ip: string, handler?: Parameters<typeof createServer>[1]): Promise<Server>
  /** A Service with endpoints at `ips`. */
  app(name: string, ips: readonly string[]): Promise<void>
  /** Makes the endpoints of a Service these. */
  point(name: string, ips: readonly string[]): Promise<unknown>
  /** An Ingress; annotations without their prefix. */
  route(name: string, rules: Rule[], annotations?: Record<string, string>, spec?: object): Promise<Ingress>
  ask(url: string, asking?: Asking): Promise<Asked>
  /** `reason: message` of the events about an object of this name. */
  eventsOf(name: string): Promise<string[]>
  close(): Promise<void>
}

/** Begins without a running nginx: `nginx.run()` starts one. */
export async function ingressLab(): Promise<IngressLab> {
  // The controller's own timers keep no program running, so a test that waits for it would be over.
  const awake = setInterval(() => undefined, 60_000)
  const nginx = await nginxLab()
  const client = memoryClient()
  const caches = newCaches({ client })
  const recorder = newRecorder({ client, log: silent, clock: systemClock })
  const servers: Server[] = []
  const controller = await ingressController({
    client,
    caches,
    recorder,
    config,
    folder: nginx.folder,
    nginx: nginx.options,
    clock: systemClock,
    log: silent,
  })

  async function backend(name: string, ip: string, handler?: Parameters<typeof createServer>[1]): Promise<Server> {
    const server = createServer(
      handler ??
        ((asked, response) => {
          response.setHeader('x-asked', `${asked.method} ${asked.url}`)
          response.setHeader('x-got', JSON.stringify(asked.headers))
          response.end(name)
        }),
    ).listen(8080, ip)
    await once(server, 'listening')
    servers.push(server)
    return server
  }

  // Not by create: the servers of tests are on this machine itself, where no EndpointSlice may lead.
  const seedSlice = (name: string, ips: readonly string[]) =>
    client.seed(endpointSlice, sliceOf(name, ips, [{ name: 'http', port: 8080 }]))
  const app = async (name: string, ips: readonly string[]) => {
    await client.create(
      service,
      serviceOf(name, { clusterIP: `10.241.3.${ips.length}`, ports: [{ port: 80, name: 'http' }] }),
    )
    seedSlice(name, ips)
  }
  const point = async (name: string, ips: readonly string[]) => seedSlice(name, ips)

  const route = (name: string, rules: Rule[], annotations: Record<string, string> = {}, more: object = {}) =>
    client.create(ingress, {
      metadata: {
        name,
        namespace: 'default',
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
        ),
      },
      spec: {
        rules: rules.map(({ host, paths }) => ({
          ...(host && { host }),
          http: {
            paths: paths.map(([path, pathType, name]) => ({
              path,
              pathType,
              backend: { service: { name, port: { name: 'http' } } },
            })),
          },
        })),
        ...more,
      },
    })

  function ask(url: string, options: Asking = {}): Promise<Asked> {
    const { host, pathname, search } = new URL(url)
    return new Promise((resolve, reject) => {
      const given = {
        host: '127.0.0.1',
        port: options.secure ? nginx.https : nginx.http,
        path: pathname + search,
        maxHeaderSize: 256 * 1024,
        method: options.method ?? 'GET',
        headers: { host, ...options.headers },
        ...(options.agent && { agent: options.agent }),
      }
      const asked = (
        options.secure ? secureRequest({ ...given, servername: host, rejectUnauthorized: false }) : request(given)
      ).on('response', (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            body,
            headers: response.headers,
            asked: String(response.headers['x-asked']),
            got: JSON.parse(String(response.headers['x-got'] ?? '{}')),
          }),
        )
      })
      asked.on('error', reject)
      asked.end(options.body)
    })
  }
  const eventsOf = async (name: string) => {
    await recorder.idle()
    return (await client.list(event)).items
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`)
  }

  return {
    nginx,
    client,
    controller,
    backend,
    app,
    point,
    route,
    ask,
    eventsOf,
    async close() {
      clearInterval(awake)
      await controller.close()
      await recorder.close()
      await caches.close()
      for (const server of servers) server.close()
      for (const server of servers) server.closeAllConnections()
      await nginx.close()
    },
  }
}
