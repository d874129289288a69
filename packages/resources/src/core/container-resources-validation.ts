import { qualifiedNameProblems } from '@sampan/kit/names'
import { compareQuantities, findQuantity } from '@sampan/kit/quantity'
import { optionalName, type Problems, quantity } from '../check.ts'
import { invalidValue, required } from '../problem.ts'

interface Resources {
  limits?: Record<string, string>
  requests?: Record<string, string>
}

const standard = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Counted in whole devices, and never promised twice: requests and limits must agree. */
const isExtended = (name: string) =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.')

export function* resourceProblems(at: string, resources: Resources | undefined): Problems {
  if (!resources) return
  yield* listProblems(`${at}.limits`, resources.limits)
  yield* listProblems(`${at}.requests`, resources.requests)
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

function* listProblems(at: string, list: Record<string, string> | undefined): Problems {
  for (const [name, value] of Object.entries(list ?? {})) {
    const here = `${at}[${name}]`
    yield* optionalName(here, name, qualifiedNameProblems)
    if (!name.includes('/') && !standard.has(name) && !name.startsWith('hugepages-'))
      yield invalidValue(here, name, 'must be a standard resource for containers')
    yield* quantity(here, value)
    const found = findQuantity(value)
    if (found && isExtended(name) && found.nanos % 1_000_000_000n !== 0n)
      yield invalidValue(here, value, 'must be an integer')
  }
}
