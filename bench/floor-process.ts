import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'

/**
 * The floor: a bare HTTPS server of the same Node, with the same certificates and client authentication, that answers a GET
 * with a constant, a write with what it parsed, and tells each write to all who watch. Whatever a real API does comes on top. Arguments: home of the API, port.
 */
const [home = '', port = ''] = process.argv.slice(2)
const read = (name: string) => readFileSync(join(home, 'pki', name))
const objects = new Map<string, Buffer>()
const watchers = new Set<ServerResponse>()

const server = createServer(
  {
    ca: read('ca.crt'),
    cert: read('serving.crt'),
    key: read('serving.key'),
    requestCert: true,
    rejectUnauthorized: false,
  },
  (request, response) => {
    if (request.url!.includes('watch=')) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.flushHeaders()
      watchers.add(response)
      return
    }
    if (request.method === 'GET') {
      const answer = objects.get(request.url!.split('?')[0]!) ?? Buffer.from('{}')
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
      response.end(answer)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const object = JSON.parse(Buffer.concat(chunks).toString()) as { path?: string }
      const answer = Buffer.from(JSON.stringify(object))
      for (const watcher of watchers) watcher.write(answer)
      objects.set(
        request.headers['x-store-as'] === undefined ? request.url! : String(request.headers['x-store-as']),
        answer,
      )
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': answer.length })
      response.end(answer)
    })
  },
)
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
