import { dnsLabelProblems, dnsSubdomainProblems } from '@sampan/kit/names'
import { immutable, named, needed, oneOf, type Problems } from '../check.ts'
import { duplicate, invalidValue, required } from '../problem.ts'
import type { DeviceClass } from './device-class.ts'
import type { ResourceClaim } from './resource-claim.ts'
import type { ResourceClaimTemplate } from './resource-claim-template.ts'
import type { ResourceSlice } from './resource-slice.ts'

type ClaimSpec = ResourceClaim['spec']
type Request = NonNullable<NonNullable<NonNullable<ClaimSpec>['devices']>['requests']>[number]
type Wish = NonNullable<Request['exactly']>
type Selector = NonNullable<Wish['selectors']>[number]

const most = 32

function* tooMany(at: string, list: readonly unknown[] | undefined, limit: number): Problems {
  if (list && list.length > limit)
    yield {
      reason: 'FieldValueTooMany',
      field: at,
      message: `Too many: ${list.length}: must have at most ${limit} items`,
    }
}

export function* claimProblems({ spec }: ResourceClaim, old?: ResourceClaim): Problems {
  if (old) yield* immutable('spec', spec, old.spec)
  yield* claimSpecProblems('spec', spec)
}

export function* claimTemplateProblems({ spec }: ResourceClaimTemplate, old?: ResourceClaimTemplate): Problems {
  if (old) yield* immutable('spec', spec, old.spec)
  yield* claimSpecProblems('spec.spec', spec?.spec)
}

function* claimSpecProblems(at: string, spec: ClaimSpec | undefined): Problems {
  const { requests = [], constraints = [], config = [] } = spec?.devices ?? {}
  yield* tooMany(`${at}.devices.requests`, requests, most)
  yield* tooMany(`${at}.devices.constraints`, constraints, most)
  yield* tooMany(`${at}.devices.config`, config, most)
  const names = new Set<string>()
  for (const [index, request] of requests.entries()) {
    const here = `${at}.devices.requests[${index}]`
    yield* named(`${here}.name`, request.name, dnsLabelProblems)
    if (names.has(request.name)) yield duplicate(`${here}.name`, request.name)
    names.add(request.name)
    const { exactly, firstAvailable } = request
    if (!exactly === !firstAvailable?.length)
      yield exactly
        ? invalidValue(
            here,
            '',
            'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
          )
        : required(here, 'exactly one of `exactly` or `firstAvailable` is required')
    if (exactly) yield* wishProblems(`${here}.exactly`, exactly)
    yield* tooMany(`${here}.firstAvailable`, firstAvailable, 8)
    for (const [place, wish] of (firstAvailable ?? []).entries()) {
      const there = `${here}.firstAvailable[${place}]`
      yield* named(`${there}.name`, wish.name, dnsLabelProblems)
      names.add(`${request.name}/${wish.name}`)
      yield* wishProblems(there, wish as Wish)
    }
  }
  const isKnown = (name: string) => names.has(name)
  for (const [kind, list] of [
    ['constraints', constraints],
    ['config', config],
  ] as const)
    for (const [index, one] of list.entries())
      for (const [place, name] of (one.requests ?? []).entries())
        if (!isKnown(name))
          yield invalidValue(
            `${at}.devices.${kind}[${index}].requests[${place}]`,
            name,
            "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
          )
}

function* wishProblems(at: string, { deviceClassName, selectors, allocationMode, count }: Wish): Problems {
  yield* named(`${at}.deviceClassName`, deviceClassName, dnsSubdomainProblems)
  yield* selectorProblems(`${at}.selectors`, selectors)
  yield* oneOf(`${at}.allocationMode`, allocationMode, ['All', 'ExactCount'])
  if (allocationMode === 'All' && count)
    yield invalidValue(`${at}.count`, count, "must not be specified when allocationMode is 'All'")
  if (allocationMode === 'ExactCount' && count !== undefined && count <= 0)
    yield invalidValue(`${at}.count`, count, 'must be greater than zero')
}

function* selectorProblems(at: string, selectors: readonly Selector[] | undefined): Problems {
  yield* tooMany(at, selectors, most)
  for (const [index, { cel }] of (selectors ?? []).entries()) {
    if (!cel) yield required(`${at}[${index}].cel`)
    else yield* needed(`${at}[${index}].cel.expression`, cel.expression)
  }
}

export function* deviceClassProblems({ spec }: DeviceClass): Problems {
  yield* selectorProblems('spec.selectors', spec.selectors)
  yield* tooMany('spec.config', spec.config, most)
}

const mostDevices = 128

export function* sliceProblems({ spec }: ResourceSlice, old?: ResourceSlice): Problems {
  const { driver, pool, nodeName, nodeSelector, allNodes, perDeviceNodeSelection, devices = [] } = spec
  yield* named('spec.driver', driver, dnsSubdomainProblems)
  if (old) {
    yield* immutable('spec.driver', driver, old.spec.driver)
    yield* immutable('spec.pool.name', pool?.name, old.spec.pool?.name)
    yield* immutable('spec.nodeName', nodeName, old.spec.nodeName)
  }
  if (!pool?.name) yield required('spec.pool.name')
  else
    for (const part of pool.name.split('/'))
      for (const why of dnsSubdomainProblems(part)) yield invalidValue('spec.pool.name', pool.name, why)
  if (pool && (pool.resourceSliceCount ?? 0) <= 0)
    yield invalidValue('spec.pool.resourceSliceCount', pool.resourceSliceCount ?? 0, 'must be greater than zero')
  if (pool && (pool.generation ?? 0) < 0)
    yield invalidValue('spec.pool.generation', pool.generation, 'must be greater than or equal to zero')
  const places = [nodeName, nodeSelector, allNodes, perDeviceNodeSelection].filter(Boolean).length
  const sharedCounters = (spec as { sharedCounters?: unknown[] }).sharedCounters
  if (places !== 1 && !(places === 0 && sharedCounters?.length))
    yield places === 0
      ? required('spec', 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required')
      : invalidValue(
          'spec',
          '',
          'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
        )
  yield* tooMany('spec.devices', devices, mostDevices)
  const names = new Set<string>()
  for (const [index, { name }] of devices.entries()) {
    const at = `spec.devices[${index}].name`
    yield* named(at, name, dnsLabelProblems)
    if (names.has(name)) yield duplicate(at, name)
    names.add(name)
  }
}
