import { jsonEqual } from '@sampan/kit/json-equal'
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  portNameProblems,
  qualifiedNameProblems,
} from '@sampan/kit/names'
import { findQuantity } from '@sampan/kit/quantity'
import type { Problem } from './errors.ts'
import type { LabelSelector } from './meta.ts'
import { forbiddenField, invalidValue, notSupported, required } from './problem.ts'

/**
 * The checks that validation of kinds is made of. Each yields what is wrong with one value at one path, in upstream's
 * words; objects have passed the type check of their schema, so a field is of its type or absent.
 */
export type Problems = Generator<Problem, void, undefined>

type NameRule = (name: string) => string[]

export function* named(at: string, value: string | undefined, rule: NameRule): Problems {
  if (!value) yield required(at)
  else yield* optionalName(at, value, rule)
}

export function* optionalName(at: string, value: string | undefined, rule: NameRule): Problems {
  if (value) for (const why of rule(value)) yield invalidValue(at, value, why)
}

export const subdomain = (at: string, value: string | undefined): Problems => named(at, value, dnsSubdomainProblems)
export const dnsLabel = (at: string, value: string | undefined): Problems => named(at, value, dnsLabelProblems)

export function* needed(at: string, value: unknown, why = ''): Problems {
  if (value === undefined || value === null || value === '') yield required(at, why)
}

/** One of a closed set; what is absent is required. */
export function* oneOf(at: string, value: string | undefined, supported: readonly string[]): Problems {
  if (!value) yield required(at)
  else if (!supported.includes(value)) yield notSupported(at, value, supported)
}

export function* optionalOneOf(at: string, value: string | undefined, supported: readonly string[]): Problems {
  if (value !== undefined && !supported.includes(value)) yield notSupported(at, value, supported)
}

export function* notNegative(at: string, value: number | undefined): Problems {
  if (value !== undefined && value < 0) yield invalidValue(at, value, 'must be greater than or equal to 0')
}

export function* between(at: string, value: number | undefined, min: number, max: number): Problems {
  if (value !== undefined && (value < min || value > max))
    yield invalidValue(at, value, `must be between ${min} and ${max}, inclusive`)
}

export const largestInt32 = 2 ** 31 - 1

export function* portNumber(at: string, value: number | undefined): Problems {
  if (value === undefined) yield required(at)
  else yield* between(at, value, 1, 65535)
}

/** A port number or the name of one. */
export function* portNumberOrName(at: string, value: number | string | undefined): Problems {
  if (value === undefined) yield required(at)
  else if (typeof value === 'number') yield* between(at, value, 1, 65535)
  else for (const why of portNameProblems(value)) yield invalidValue(at, value, why)
}

/** `3` or `25%`, not negative. */
export function* amount(at: string, value: number | string | undefined, isPercentCapped = false): Problems {
  if (value === undefined) return
  if (typeof value === 'number') {
    yield* notNegative(at, value)
    return
  }
  if (!/^\d+%$/.test(value))
    yield invalidValue(
      at,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    )
  else if (isPercentCapped && Number.parseInt(value, 10) > 100)
    yield invalidValue(at, value, 'must not be greater than 100%')
}

export function* quantity(at: string, value: string | undefined): Problems {
  if (value === undefined) return
  const found = findQuantity(value)
  if (!found) yield invalidValue(at, value, 'must be a valid resource quantity')
  else if (found.nanos < 0n) yield invalidValue(at, value, 'must be greater than or equal to 0')
}

export function* immutable(at: string, next: unknown, old: unknown): Problems {
  if (!jsonEqual(next ?? null, old ?? null)) yield invalidValue(at, next ?? null, 'field is immutable')
}

export function* labels(at: string, map: Record<string, string> | undefined): Problems {
  for (const [key, value] of Object.entries(map ?? {})) {
    for (const why of qualifiedNameProblems(key)) yield invalidValue(at, key, why)
    for (const why of labelValueProblems(value)) yield invalidValue(at, value, why)
  }
}

const selectorOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist']

export function* labelSelector(at: string, selector: LabelSelector | undefined): Problems {
  if (!selector) return
  yield* labels(`${at}.matchLabels`, selector.matchLabels)
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const here = `${at}.matchExpressions[${index}]`
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) yield required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        yield forbiddenField(`${here}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    } else if (!selectorOperators.includes(operator))
      yield invalidValue(`${here}.operator`, operator ?? '', 'not a valid selector operator')
    yield* named(`${here}.key`, key, qualifiedNameProblems)
    for (const [place, value] of values.entries())
      for (const why of labelValueProblems(value)) yield invalidValue(`${here}.values[${place}]`, value, why)
  }
}

/** Whether its operators are known, so that it can be asked what it selects. */
export const isSoundSelector = (selector: LabelSelector) =>
  (selector.matchExpressions ?? []).every(({ operator }) => selectorOperators.includes(operator))

export const isEmptySelector = (selector: LabelSelector | undefined) =>
  !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length)

/** A path inside something: neither absolute nor climbing out. */
export function* relativePath(at: string, path: string): Problems {
  if (path.startsWith('/')) yield invalidValue(at, path, 'must be a relative path')
  if (path.split('/').includes('..')) yield invalidValue(at, path, "must not contain '..'")
}

export function* noClimbing(at: string, path: string): Problems {
  if (path.split('/').includes('..')) yield invalidValue(at, path, "must not contain '..'")
}
