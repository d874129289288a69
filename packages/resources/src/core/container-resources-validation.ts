import { qualifiedNameProblems } from '@sampan/kit/names'
import { addQuantities, compareQuantities, findQuantity } from '@sampan/kit/quantity'
import { optionalName, type Problems, quantity } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import type { Pod } from './pod.ts'

interface Resources {
  claims?: { name?: string }[]
  limits?: Record<string, string>
  requests?: Record<string, string>
}

const standard = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Counted in whole devices, and never promised twice: requests and limits must agree. */
const isExtended = (name: string) =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.')

export function* resourceProblems(
  at: string,
  resources: Resources | undefined,
  spec: Pick<Pod['spec'], 'resourceClaims'>,
): Problems {
  if (!resources) return
  yield* listProblems(`${at}.limits`, resources.limits)
  yield* listProblems(`${at}.requests`, resources.requests)
  yield* amountProblems(at, resources)
  const known = new Set((spec.resourceClaims ?? []).map(({ name }) => name))
  const seen = new Set<string>()
  for (const [index, { name }] of (resources.claims ?? []).entries()) {
    const here = `${at}.claims[${index}]`
    if (!name) yield required(here)
    else if (seen.has(name)) yield duplicate(here, name)
    if (name && !known.has(name))
      yield {
        reason: 'FieldValueNotFound',
        field: here,
        message: `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims`,
      }
    if (name) seen.add(name)
  }
}

const ofPods = ['cpu', 'memory']

/** Of a whole pod: its containers together ask for no more, and none alone may have more. */
export function* podResourceProblems(at: string, spec: Pod['spec']): Problems {
  const resources = spec.resources as Resources | undefined
  if (!resources) return
  if (resources.claims) yield forbiddenField(`${at}.claims`, 'claims cannot be set for Resources at pod-level')
  for (const list of ['limits', 'requests'] as const)
    for (const [name, value] of Object.entries(resources[list] ?? {})) {
      const here = `${at}.${list}[${name}]`
      yield* optionalName(here, name, qualifiedNameProblems)
      if (!ofPods.includes(name) && !name.startsWith('hugepages-')) yield notSupported(here, name, ofPods)
      yield* quantity(here, value)
    }
  yield* amountProblems(at, resources)
  const names = new Set((spec.containers ?? []).flatMap((one) => Object.keys(one.resources?.requests ?? {})))
  for (const name of names) {
    const parts = (spec.containers ?? []).flatMap((one) => one.resources?.requests?.[name] ?? [])
    const whole = resources.requests?.[name]
    if (whole === undefined || ![whole, ...parts].every((one) => findQuantity(one))) continue
    const sum = addQuantities(...parts)
    if (compareQuantities(sum, whole) > 0)
      yield invalidValue(
        `${at}.requests[${name}]`,
        whole,
        `must be greater than or equal to aggregate container requests of ${sum}`,
      )
  }
  for (const [index, one] of (spec.containers ?? []).entries())
    for (const [name, limit] of Object.entries(one.resources?.limits ?? {})) {
      const whole = resources.limits?.[name]
      if (whole !== undefined && findQuantity(limit) && findQuantity(whole) && compareQuantities(limit, whole) > 0)
        yield invalidValue(
          `${at}.containers[${index}][${name}].limits`,
          limit,
          `must be less than or equal to pod limits of ${whole}`,
        )
    }
}

function* amountProblems(at: string, resources: Resources): Problems {
  for (const [name, value] of [...Object.entries(resources.limits ?? {}), ...Object.entries(resources.requests ?? {})])
    if (name.startsWith('hugepages-') && !isWholePages(name, value))
      yield invalidValue(at, value, `${value} is not positive integer multiple of ${name}`)
  const all = [...Object.keys(resources.limits ?? {}), ...Object.keys(resources.requests ?? {})]
  if (all.some((name) => name.startsWith('hugepages-')) && !all.some((name) => name === 'cpu' || name === 'memory'))
    yield forbiddenField(at, 'HugePages require cpu or memory')
  for (const [name, request] of Object.entries(resources.requests ?? {})) {
    const limit = resources.limits?.[name]
    if (!findQuantity(request) || (limit !== undefined && !findQuantity(limit))) continue
    if (limit === undefined) {
      if (isExtended(name) || name.startsWith('hugepages-'))
        yield required(`${at}.limits`, 'Limit must be set for non overcommitable resources')
    } else if (compareQuantities(request, limit) > 0)
      yield invalidValue(`${at}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)
    else if ((isExtended(name) || name.startsWith('hugepages-')) && compareQuantities(request, limit) !== 0)
      yield invalidValue(`${at}.requests`, request, `must be equal to ${name} limit of ${limit}`)
  }
}

function isWholePages(name: string, value: string): boolean {
  const [page, amount] = [findQuantity(name.slice('hugepages-'.length)), findQuantity(value)]
  return !page || !amount || page.nanos <= 0n || amount.nanos % page.nanos === 0n
}

function* listProblems(at: string, list: Record<string, string> | undefined): Problems {
  for (const [name, value] of Object.entries(list ?? {})) {
    const here = `${at}[${name}]`
    yield* optionalName(here, name, qualifiedNameProblems)
    if (!name.includes('/') && !standard.has(name) && !name.startsWith('hugepages-'))
      yield invalidValue(here, name, 'must be a standard resource for containers')
    else if (name.includes('/') && !name.includes('kubernetes.io/') && !isExtended(name))
      yield invalidValue(here, name, "doesn't follow extended resource name standard")
    yield* quantity(here, value)
    const found = findQuantity(value)
    if (found && isExtended(name) && found.nanos % 1_000_000_000n !== 0n)
      yield invalidValue(here, value, 'must be an integer')
  }
}
