import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import type { AddressRules } from './address-rules.ts'

export interface OutwardCall {
  method: 'GET' | 'POST'
  url: URL
  headers: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** A longer answer is read as an empty one. */
  mostBytes?: number
}

const waitMs = 15_000

/** Calls a server a tenant named: only where the rules allow, at the address that was checked, following no redirects. */
export async function outwardCall(
  rules: AddressRules,
  { method, url, headers, body, signal, mostBytes = 64 * 1024 }: OutwardCall,
): Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }> {
  const { address, family } = await rules.check(url)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
      signal,
      timeout: waitMs,
      agent: false,
      lookup: (_name, options, done) =>
        options.all ? done(null, [{ address, family }] as never) : done(null, address, family),
    })
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.on('timeout', () =>
      sent.destroy(
        Object.assign(new Error(`${url.host} did not answer within ${waitMs / 1000} s`), { code: 'ETIMEDOUT' }),
      ),
    )
    sent.end(body)
  })
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > mostBytes) response.destroy()
  })
  const said = await text(response).catch((error: Error) => {
    if (length > mostBytes) return '' // longer than any answer that is worth reading
    throw error
  })
  return { status: response.statusCode ?? 0, text: said, headers: response.headers }
}
