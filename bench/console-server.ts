import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { staticFiles } from '@sampan/http/static-files'
import { WebSocketServer } from 'ws'

const rows = 10_000
const pageSize = 500

/** A platform that answers at once and always the same: what is measured is the console alone. */
export async function pretendPlatform(dist: string, { linesPerSecond }: { linesPerSecond: number }) {
  const files = staticFiles({ root: dist })
  const self = {
    url: '',
    /** Otherwise every request is answered with 401. */
    signedIn: true,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://local')
    if (!self.signedIn && /^\/(api|kube)\//.test(url.pathname)) {
      const problem = { title: 'Unauthorized', status: 401, detail: 'Sign in.' }
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
      return
    }
    if (/^\/api\/.*\/logs$/.test(url.pathname)) return pourLines(request, response, linesPerSecond)
    if (url.pathname.endsWith('/usage')) return void response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (!/^\/(api|kube)(\/|$)/.test(url.pathname)) return void files(request, response).catch(() => response.destroy()) // it went away
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(url)))
  })
  const sockets = new WebSocketServer({ server, path: '/api/streams' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return self
}

function answer({ pathname, searchParams }: URL): unknown {
  if (pathname === '/api/me') return { name: 'admin', groups: ['sampan:admins'], projects: [] }
  if (pathname === '/api/projects') return [{ name: 'demo', phase: 'Active', environments: ['test'], role: 'owner' }]
  if (/^\/api\/projects\/[^/]+\/apps\/[^/]+$/.test(pathname)) return appDetail
  if (pathname.endsWith('/selfsubjectrulesreviews'))
    return { status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] } }
  if (pathname.endsWith('/selfsubjectaccessreviews')) return { status: { allowed: true } }
  if (pathname === '/kube/api') return discovery
  if (pathname.endsWith('/configmaps')) return table(Number(searchParams.get('continue') ?? 0))
  return { kind: 'List', metadata: { resourceVersion: '1' }, items: [] }
}

const appDetail = {
  app: {
    metadata: { name: 'web', namespace: 'demo', generation: 1 },
    spec: { source: { type: 'git', branch: 'main' }, template: 'web', parameters: { replicas: 1, env: {} } },
  },
  environments: [{ project: 'demo', name: 'web', environment: 'test', state: 'verified', ready: 1, replicas: 1 }],
  releases: [],
  pipelines: [],
  instances: [],
}

const configMaps = {
  resource: 'configmaps',
  responseKind: { group: '', version: 'v1', kind: 'ConfigMap' },
  scope: 'Namespaced',
  singularResource: 'configmap',
  verbs: ['get', 'list', 'watch', 'create', 'delete'],
}
const discovery = {
  kind: 'APIGroupDiscoveryList',
  items: [{ metadata: {}, versions: [{ version: 'v1', resources: [configMaps] }] }],
}

/** One page of a table as kubectl gets it. */
const table = (from: number) => ({
  kind: 'Table',
  metadata: { resourceVersion: '1', ...(from + pageSize < rows && { continue: String(from + pageSize) }) },
  columnDefinitions: ['Name', 'Data', 'Age'].map((name) => ({ name, type: 'string', format: '', priority: 0 })),
  rows: Array.from({ length: pageSize }, (_, i) => {
    const name = `settings-${from + i}`
    const creationTimestamp = '2026-01-01T00:00:00Z'
    return {
      cells: [name, i % 9, '3d'],
      object: { metadata: { name, namespace: 'demo', uid: name, creationTimestamp } },
    }
  }),
})

function pourLines(request: IncomingMessage, response: ServerResponse, perSecond: number) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const started = performance.now()
  let written = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond)
    let text = ''
    for (; written < due; written++) {
      const data = {
        time: new Date().toISOString(),
        instance: 'web-1',
        text: `GET /items/${written} 200 ${written % 90} ms`,
      }
      text += `event: line\ndata: ${JSON.stringify({ ...data, time: `${data.time}${written}` })}\n\n`
    }
    response.write(text)
  }, 20)
  request.once('close', () => clearInterval(timer))
}
