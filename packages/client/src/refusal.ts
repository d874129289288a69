import { type Reason, reasons, StatusError } from '@sampan/resources/errors'
import type { Status } from '@sampan/resources/meta'

const byCode: Readonly<Record<number, Reason>> = {
  ...Object.fromEntries(Object.entries(reasons).map(([reason, code]) => [code, reason as Reason])),
  409: 'Conflict',
}

/** The error an answer other than 2xx stands for. `body` is a `Status`, or whatever a proxy on the way said. */
export function refusalFrom(code: number, body: unknown, about: string): StatusError {
  const status = isStatus(body) ? body : undefined
  const reason = status?.reason && status.reason in reasons ? (status.reason as Reason) : reasonOf(code)
  const message = status?.message ?? `${about}: HTTP ${code}${typeof body === 'string' && body ? `: ${cut(body)}` : ''}`
  return new StatusError(reason, message, status?.details)
}

/** The reason a bare HTTP status stands for; unknown ones count as the server's or the caller's fault by their class. */
export const reasonOf = (code: number): Reason => byCode[code] ?? (code >= 500 ? 'InternalError' : 'BadRequest')

export const isStatus = (body: unknown): body is Status =>
  typeof body === 'object' && body !== null && (body as Status).kind === 'Status'

const cut = (text: string) => {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
