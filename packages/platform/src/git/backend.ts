import { execFileSync, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { GitRequest } from './route.ts'

export interface BackendOptions {
  /** Folder above all repositories. */
  root: string
  environment: Record<string, string>
  /** Who asks, for git's own reflog. */
  user: string
}

/**
 * Lets `git http-backend` answer one request. Both directions are streamed: a push may be larger than memory, and what
 * the hook says reaches the pusher as it is said. Resolves when the answer is out; a client that leaves ends git too.
 */
export function serveGit(
  asked: GitRequest,
  request: IncomingMessage,
  response: ServerResponse,
  { root, environment, user }: BackendOptions,
): Promise<void> {
  // Started by its own path: `git` would only look it up and become it.
  const child = spawn(backendProgram(), [], {
    env: { ...environment, ...cgiFrom(asked, request, root), REMOTE_USER: user },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-4096)
    })
    // git may refuse before it has read everything; its answer tells why, so the broken pipe is no failure of its own.
    child.stdin.on('error', () => request.resume())
    request.pipe(child.stdin)
    response.on('close', () => child.kill())

    let head: Buffer | undefined = Buffer.alloc(0)
    child.stdout.on('data', (chunk: Buffer) => {
      if (!head) {
        if (!response.write(chunk)) {
          child.stdout.pause()
          response.once('drain', () => child.stdout.resume())
        }
        return
      }
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      const { status, headers } = cgiHeaders(head.subarray(0, end).toString('latin1'))
      response.writeHead(status, headers)
      if (head.length > end + 4) response.write(head.subarray(end + 4))
      head = undefined
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (head && !response.headersSent && !response.destroyed) {
        reject(new Error(`git http-backend ended with ${code ?? 'a signal'}: ${said.trim() || 'it said nothing'}`))
        return
      }
      response.end()
      resolve()
    })
  })
}

let found: string | undefined
function backendProgram(): string {
  found ??= join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')
  return found
}

/** The CGI variables of RFC 3875 that git http-backend reads. */
function cgiFrom(asked: GitRequest, request: IncomingMessage, root: string): Record<string, string> {
  const header = (name: string) => String(request.headers[name] ?? '')
  const protocol = header('git-protocol')
  return {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${asked.project}/${asked.app}.git${asked.path}`,
    REQUEST_METHOD: request.method ?? 'GET',
    QUERY_STRING: asked.query,
    CONTENT_TYPE: header('content-type'),
    // Left out for a chunked body: git then reads to its end.
    ...(request.headers['content-length'] !== undefined && { CONTENT_LENGTH: header('content-length') }),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    ...(/^[a-z0-9=:]+$/.test(protocol) && { GIT_PROTOCOL: protocol, HTTP_GIT_PROTOCOL: protocol }),
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
  }
}

export function cgiHeaders(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {}
  let status = 200
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else if (colon > 0) headers[name] = value
  }
  return { status, headers }
}
