import { canonicalQuantity, findQuantity, formatQuantity } from '@sampan/kit/quantity'

/**
 * How defaults are written: values go where nothing is. Upstream's Go types decide what "nothing" is: a pointer field is
 * unset when absent (`fill`), a plain one also when it is `""` or `0` (`fillPlain`).
 */
export function fill<T extends object>(target: T, values: Partial<T>): T {
  for (const key in values) if (target[key] === undefined || target[key] === null) target[key] = values[key]!
  return target
}

export function fillPlain<T extends object>(target: T, values: Partial<T>): T {
  for (const key in values) if (!target[key]) target[key] = values[key]!
  return target
}

/** The object at `key`, made when there is none. */
export function child<T extends object, K extends keyof T>(target: T, key: K): NonNullable<T[K]> {
  target[key] ??= {} as T[K]
  return target[key] as NonNullable<T[K]>
}

/** The defaults of kinds that have none: a spec is always there, if only an empty one. */
export const ensureSpec = (one: { spec?: unknown }): void => {
  one.spec ??= {}
}

/** Every entry of a list that may be missing; what is no object is left for validation to refuse. */
export function* each<T>(list: readonly T[] | undefined | null): Generator<NonNullable<T>> {
  if (!Array.isArray(list)) return
  for (const one of list) if (one !== null && typeof one === 'object') yield one
}

type Quantities = Record<string, string>

/** Rewrites quantities in their canonical form, in place. What is no quantity stays for validation to refuse. */
export function canonicalise(list: Quantities | undefined | null): void {
  for (const key in list ?? {}) {
    const found = isScalar(list![key]) && findQuantity(list![key]!)
    if (found) list![key] = formatQuantity(found)
  }
}

/** As `canonicalise`, rounded up to thousandths: what Kubernetes does to resource lists of containers. */
export function canonicaliseMilli(list: Quantities | undefined | null): void {
  for (const key in list ?? {}) if (isScalar(list![key])) list![key] = inMilli(list![key]!)
}

/** The same few quantities come again and again. */
const knownMilli = new Map<string | number, string>()

function inMilli(text: string): string {
  const known = knownMilli.get(text)
  if (known !== undefined) return known
  const found = findQuantity(text)
  if (!found) return text
  const rest = found.nanos % 1_000_000n
  const nanos = rest === 0n ? found.nanos : found.nanos - rest + (found.nanos > 0n ? 1_000_000n : 0n)
  if (knownMilli.size >= 2000) knownMilli.clear()
  const canonical = formatQuantity({ ...found, nanos })
  knownMilli.set(text, canonical)
  return canonical
}

/** One quantity in canonical form, or what was there when it is none. */
export function canonicalOr<T>(value: T): T {
  return isScalar(value) && findQuantity(value) ? (canonicalQuantity(value) as T) : value
}

const isScalar = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'
