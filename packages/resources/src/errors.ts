import type { Status, StatusCause } from './meta.ts'

/**
 * Every way the API can refuse, once: reason → HTTP status. Everything that answers an error takes it from here,
 * `docs/errors.md` lists the same table (a test compares the two), and clients match on `reason`.
 */
export const reasons = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const

export type Reason = keyof typeof reasons

/** A refusal, thrown inside and answered as a Kubernetes `Status`. */
export class StatusError extends Error {
  readonly reason: Reason
  readonly code: number
  readonly details: Status['details']

  constructor(reason: Reason, message: string, details?: Status['details'], options?: ErrorOptions) {
    super(message, options)
    this.name = 'StatusError'
    this.reason = reason
    this.code = reasons[reason]
    this.details = details
  }

  /** The `Status` object a client sees. */
  status(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details }),
      code: this.code,
    }
  }
}

/** The resource an error is about: `plural` and API group, as `deployments` and `apps`. */
export interface About {
  plural: string
  group: string
}

/** `deployments.apps`, or `pods` for the core group. */
export const qualified = ({ plural, group }: About) => (group ? `${plural}.${group}` : plural)

const details = (about: About, name: string) => ({ name, group: about.group || undefined, kind: about.plural })

export const badRequest = (message: string, options?: ErrorOptions) =>
  new StatusError('BadRequest', message, undefined, options)

export const unauthorized = () => new StatusError('Unauthorized', 'Unauthorized')

export const forbidden = (about: About, name: string, message: string) =>
  new StatusError(
    'Forbidden',
    `${qualified(about)}${name ? ` "${name}"` : ''} is forbidden: ${message}`,
    details(about, name),
  )

export const notFound = (about: About, name: string) =>
  new StatusError('NotFound', `${qualified(about)} "${name}" not found`, details(about, name))

export const alreadyExists = (about: About, name: string) =>
  new StatusError('AlreadyExists', `${qualified(about)} "${name}" already exists`, details(about, name))

export const conflict = (about: About, name: string, why?: string) =>
  new StatusError(
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(about)} "${name}": ${
      why ?? 'the object has been modified; please apply your changes to the latest version and try again'
    }`,
    details(about, name),
  )

/** `kind` is the Kind here ("Pod"), unlike in the other errors. One cause per problem. */
export function invalid(about: { kind: string; group: string }, name: string, causes: readonly Problem[]) {
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return new StatusError('Invalid', `${about.kind}${about.group && `.${about.group}`} "${name}" is invalid: ${text}`, {
    name,
    group: about.group || undefined,
    kind: about.kind,
    causes: causes.map((cause): StatusCause => ({ reason: cause.reason, message: cause.message, field: cause.field })),
  })
}

/** One thing wrong with one field, in Kubernetes' form: `spec.replicas: Invalid value: -1: must be …`. */
export interface Problem {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound'
  field: string
  message: string
}

export const isReason = (error: unknown, reason: Reason): error is StatusError =>
  error instanceof StatusError && error.reason === reason
