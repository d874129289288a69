import { type Reason, StatusError } from '@sampan/resources/errors'
import type { StatusCause } from '@sampan/resources/meta'

/** RFC 9457. `detail` is one sentence for people, `reason` the word that programs match on, as in Kubernetes' `Status`. */
export interface ProblemJson {
  type: string
  title: string
  status: number
  detail: string
  reason: Reason
  /** The request's id, to find it in the log. */
  instance?: string
  causes?: StatusCause[]
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
])

/** What a caller may know of an error: refusals in full, anything else only by the request's id. */
export function problemFrom(error: unknown, requestId?: string): ProblemJson {
  const refusal = error instanceof StatusError ? error : hidden(error, requestId)
  const causes = refusal.details?.causes
  return {
    type: `urn:sampan:error:${refusal.reason}`,
    title: titleOf(refusal.reason),
    status: refusal.code,
    detail: refusal.message,
    reason: refusal.reason,
    ...(requestId && { instance: requestId }),
    ...(causes?.length && { causes }),
  }
}

function hidden(error: unknown, requestId: string | undefined) {
  const { code } = (error ?? {}) as { code?: string }
  if (code && unreachable.has(code))
    return new StatusError(
      'ServiceUnavailable',
      'The Kubernetes API cannot be reached at the moment; try again shortly.',
    )
  const where = requestId ? ` The log has it under request ${requestId}.` : ''
  return new StatusError('InternalError', `Something went wrong inside Sampan.${where}`)
}

/** `AlreadyExists` → `Already exists`. */
const titleOf = (reason: string) =>
  reason[0] + reason.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
