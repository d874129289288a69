import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { type Cri, isTimeout } from '../cri/client.ts'
import type { Container } from '../pod/containers.ts'
import { checkGrpc } from './grpc.ts'

export type Probe = NonNullable<Container['livenessProbe']>
export type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>
type HttpGet = NonNullable<Handler['httpGet']>

export interface Verdict {
  isOk: boolean
  /** What the event says. */
  output: string
}

export interface CheckInput {
  cri: Cri
  container: Container
  containerId: string
  /** Empty while the pod has no network. */
  podIP: string
  timeoutMs: number
}

const userAgent = 'kube-probe/1.36'
/** So much of an answer is kept for the event. */
const mostOutput = 10 * 1024

/** Asks once. Never throws: what goes wrong is a bad verdict. */
export async function check(handler: Handler, input: CheckInput): Promise<Verdict> {
  try {
    if (handler.exec) return await checkExec(handler.exec.command ?? [], input)
    if (handler.httpGet) return await checkHttp(handler.httpGet, input)
    if (handler.tcpSocket)
      return await checkTcp(
        handler.tcpSocket.host || input.podIP,
        portOf(handler.tcpSocket.port, input.container),
        input.timeoutMs,
      )
    if (handler.grpc)
      return await checkGrpc(`${input.podIP}:${handler.grpc.port}`, handler.grpc.service ?? '', input.timeoutMs)
    return { isOk: true, output: '' }
  } catch (error) {
    return { isOk: false, output: (error as Error).message }
  }
}

/** A number, or the name of a container port. Throws when there is none of that name. */
export function portOf(port: number | string, container: Container): number {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)?.containerPort
  const number = named ?? Number(port)
  if (!Number.isInteger(number) || number < 1) throw new Error(`couldn't find port: ${port}`)
  return number
}

async function checkExec(command: readonly string[], { cri, containerId, timeoutMs }: CheckInput): Promise<Verdict> {
  try {
    const seconds = Math.max(1, Math.ceil(timeoutMs / 1000))
    const result = await cri.call(
      'ExecSync',
      { containerId, cmd: command, timeout: seconds },
      { timeoutMs: timeoutMs + 10_000 },
    )
    const output = Buffer.concat([result.stdout, result.stderr]).toString('utf8').slice(0, mostOutput)
    return { isOk: result.exitCode === 0, output }
  } catch (error) {
    if (isTimeout(error))
      return { isOk: false, output: `command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s` }
    throw error
  }
}

export function httpTarget(get: HttpGet, container: Container, podIP: string): URL {
  const scheme = (get.scheme ?? 'HTTP').toLowerCase()
  const host = get.host || podIP
  const [path = '', query] = (get.path ?? '/').split('?')
  const url = new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${portOf(get.port, container)}`)
  url.pathname = path.startsWith('/') ? path : `/${path}`
  if (query !== undefined) url.search = query
  return url
}

function checkHttp(get: HttpGet, { container, podIP, timeoutMs }: CheckInput): Promise<Verdict> {
  const headers: Record<string, string> = { 'User-Agent': userAgent, Accept: '*/*', Connection: 'close' }
  for (const { name, value } of get.httpHeaders ?? []) headers[name] = value
  return getOnce(httpTarget(get, container, podIP), headers, Date.now() + timeoutMs, 10)
}

/** Redirects within the host are followed; one to elsewhere is an answer. */
function getOnce(url: URL, headers: Record<string, string>, deadline: number, redirects: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const signal = AbortSignal.timeout(Math.max(1, deadline - Date.now()))
    const failed = (error: Error) =>
      resolve({
        isOk: false,
        output: `Get "${url}": ${signal.aborted ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : wordsOf(error)}`,
      })
    const request = send(url, { headers, signal, agent: false, rejectUnauthorized: false }, (response) => {
      const { statusCode = 0 } = response
      const location = response.headers.location
      if (statusCode >= 300 && statusCode < 400 && location && redirects > 0) {
        response.resume()
        const next = new URL(location, url)
        if (next.hostname === url.hostname) getOnce(next, headers, deadline, redirects - 1).then(resolve)
        else resolve({ isOk: true, output: '' })
        return
      }
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
        if (body.length > mostOutput) request.destroy()
      })
      response.on('error', failed)
      response.on('close', () => {
        if (statusCode >= 200 && statusCode < 400) resolve({ isOk: true, output: body.slice(0, mostOutput) })
        else resolve({ isOk: false, output: `HTTP probe failed with statuscode: ${statusCode}` })
      })
    })
    request.on('error', failed)
    request.end()
  })
}

const wordsOf = (error: NodeJS.ErrnoException) =>
  error.code === 'ECONNREFUSED'
    ? `dial tcp ${error.message.replace(/^connect ECONNREFUSED /, '')}: connect: connection refused`
    : error.message

export function checkTcp(host: string, port: number, timeoutMs: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) })
    socket.on('connect', () => {
      socket.destroy()
      resolve({ isOk: true, output: '' })
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      socket.destroy()
      const why =
        error.name === 'AbortError'
          ? 'i/o timeout'
          : error.code === 'ECONNREFUSED'
            ? 'connect: connection refused'
            : error.message
      resolve({ isOk: false, output: `dial tcp ${host}:${port}: ${why}` })
    })
  })
}
