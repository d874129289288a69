import type { Schema } from './define.ts'

/**
 * Builds a structural schema and its TypeScript type in one go, so that a field of ours is said once:
 * `const spec = object({ replicas: integer({ minimum: 0, default: 1 }) })` and `type Spec = Infer<typeof spec>`.
 * A field made by `optional` may be absent; one with a `default` is always there after the API server has seen it.
 */
export type Typed<T, Absent extends boolean = false> = Schema & { readonly as?: T; readonly absent?: Absent }

export type Infer<S> = S extends Typed<infer T, boolean> ? T : never

type Fields = Record<string, Typed<unknown, boolean>>
type AbsentKeys<F extends Fields> = { [K in keyof F]: F[K] extends Typed<unknown, true> ? K : never }[keyof F]
type Flat<T> = { [K in keyof T]: T[K] }
type ObjectOf<F extends Fields> = Flat<
  { [K in Exclude<keyof F, AbsentKeys<F>>]: Infer<F[K]> } & { [K in AbsentKeys<F>]?: Infer<F[K]> }
>

const optionals = new WeakSet<object>()

export function object<F extends Fields>(fields: F, more: Schema = {}): Typed<ObjectOf<F>> {
  const required = Object.keys(fields).filter(
    (key) => !optionals.has(fields[key]!) && fields[key]!.default === undefined,
  )
  return { type: 'object', ...(required.length > 0 && { required }), properties: fields, ...more } as Typed<ObjectOf<F>>
}

/** The field may be left out. */
export function optional<T>(schema: Typed<T, boolean>): Typed<T, true> {
  const copy = { ...schema } as Typed<T, true>
  optionals.add(copy)
  return copy
}

export const text = (more: Schema = {}): Typed<string> => ({ type: 'string', ...more })
export const integer = (more: Schema = {}): Typed<number> => ({ type: 'integer', ...more })
export const boolean = (more: Schema = {}): Typed<boolean> => ({ type: 'boolean', ...more })
export const oneOf = <const T extends readonly string[]>(values: T, more: Schema = {}): Typed<T[number]> => ({
  type: 'string',
  enum: values,
  ...more,
})
export const list = <T>(items: Typed<T, boolean>, more: Schema = {}): Typed<T[]> => ({ type: 'array', items, ...more })
export const map = <T>(values: Typed<T, boolean>, more: Schema = {}): Typed<Record<string, T>> => ({
  type: 'object',
  additionalProperties: values,
  ...more,
})
/** Any JSON object, kept as it is. */
export const anything = (more: Schema = {}): Typed<Record<string, unknown>> => ({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  ...more,
})
/** RFC 3339, as `metadata.creationTimestamp`. */
export const time = (more: Schema = {}): Typed<string> => ({ type: 'string', format: 'date-time', ...more })
/** As Kubernetes writes conditions everywhere. */
export const conditions = () =>
  list(
    object({
      type: text(),
      status: oneOf(['True', 'False', 'Unknown']),
      reason: optional(text()),
      message: optional(text()),
      lastTransitionTime: optional(time()),
      observedGeneration: optional(integer()),
    }),
    { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
  )
