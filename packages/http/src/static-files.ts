import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** No inline script, nothing from elsewhere. Styles may be inline: component libraries set them on elements. */
export const contentPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

interface StaticOptions {
  root: string
  /** Files below it carry a hash in their name: kept by browsers for ever. */
  hashed?: string
}

/**
 * Serves a built single-page application: files by their path, `index.html` for every other path that a browser
 * navigates to. Compressed siblings (`x.js.br`, `x.js.gz`) are used where the build made them.
 */
export function staticFiles({ root, hashed = '/assets/' }: StaticOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'Only GET is answered here.')
    const path = pathOf(request)
    if (path === undefined) return refuse(response, 400, 'The path is not valid.')
    const file = (await fileAt(root, path)) ?? (isPage(request, path) ? await fileAt(root, '/index.html') : undefined)
    if (!file) return refuse(response, 404, 'There is no such page.')
    await deliver(request, response, file, path.startsWith(hashed) && !file.path.endsWith('index.html'))
  }
}

interface File {
  path: string
  size: number
  modified: number
}

async function deliver(request: IncomingMessage, response: ServerResponse, file: File, forEver: boolean) {
  const isHtml = file.path.endsWith('.html')
  const packed = await packedSibling(request, file)
  const etag = `"${createHash('sha1')
    .update(`${(packed ?? file).path} ${file.size} ${file.modified}`)
    .digest('base64url')}"`
  response.setHeader('etag', etag)
  response.setHeader('vary', 'accept-encoding')
  response.setHeader('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache')
  response.setHeader('content-type', types[extname(file.path)] ?? 'application/octet-stream')
  response.setHeader('x-content-type-options', 'nosniff')
  if (isHtml) {
    response.setHeader('content-security-policy', contentPolicy)
    response.setHeader('referrer-policy', 'same-origin')
    response.setHeader('x-frame-options', 'DENY')
  }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end()
    return
  }
  if (packed) response.setHeader('content-encoding', packed.encoding)
  response.setHeader('content-length', (packed ?? file).size)
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  if (isHtml) response.end(await readFile((packed ?? file).path))
  else await pipeline(createReadStream((packed ?? file).path), response)
}

async function packedSibling(request: IncomingMessage, file: File) {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  for (const [encoding, end] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    if (!accepted.includes(encoding)) continue
    const found = await plainFile(file.path + end)
    if (found) return { ...found, encoding }
  }
  return undefined
}

const fileAt = (root: string, path: string) => {
  const full = normalize(join(root, path))
  return full.startsWith(normalize(root) + sep) ? plainFile(full) : Promise.resolve(undefined)
}

async function plainFile(path: string): Promise<File | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? { path, size: found.size, modified: found.mtimeMs } : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
    throw error
  }
}

function pathOf(request: IncomingMessage): string | undefined {
  try {
    const path = decodeURIComponent((request.url ?? '/').split('?', 1)[0]!)
    return path.includes('\0') || !path.startsWith('/') ? undefined : path
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** Paths that look like files are not answered with a page: a missing script must not come as HTML. */
const isPage = (request: IncomingMessage, path: string) =>
  extname(path) === '' || (request.headers.accept ?? '').includes('text/html')

function refuse(response: ServerResponse, status: number, text: string) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
