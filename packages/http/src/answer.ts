import type { Readable } from 'node:stream'

const brand = Symbol('answer')

/** What a handler returns when it is not simply a JSON value. `body` is sent as it is. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body?: string | Uint8Array | AsyncIterable<Uint8Array | string> | Readable
  [brand]: true
}

export const answer = ({ status = 200, headers = {}, body }: Partial<Omit<Answer, typeof brand>>): Answer => ({
  status,
  headers,
  body,
  [brand]: true,
})

/** A JSON value with a status or headers of its own. */
export const json = (
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
) => answer({ status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) })

export const text = (body: string, status = 200) =>
  answer({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body })

export const redirect = (location: string, status: 301 | 302 | 303 | 307 | 308 = 303) =>
  answer({ status, headers: { location } })

export const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && brand in value
