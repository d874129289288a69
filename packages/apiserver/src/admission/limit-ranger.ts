import { compareQuantities, parseQuantity } from '@sampan/kit/quantity'
import type { LimitRange } from '@sampan/resources/core/limit-range'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { podLimits, podRequests, type ResourceList } from '@sampan/resources/core/pod-resources'
import { forbidden } from '@sampan/resources/errors'
import type { Admission, Admitted } from './interfaces.ts'

const ranges = { group: '', plural: 'limitranges' }

type Item = LimitRange['spec']['limits'][number]

/** Fills in and enforces what the LimitRanges of a namespace say about containers, pods and claims. */
export const limitRanger: Admission = {
  name: 'LimitRanger',
  kinds: ['pods', 'persistentvolumeclaims'],
  concerns: ({ operation, definition: { plural }, subresource }) =>
    plural === 'pods'
      ? subresource === 'resize' || (operation === 'CREATE' && subresource === undefined)
      : operation !== 'DELETE' && subresource === undefined,
  mutate(write) {
    if (write.definition.plural !== 'pods' || write.subresource === 'resize') return
    const { spec } = write.object as Pod
    for (const item of itemsOf(write, 'Container'))
      for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
        const limits = { ...item.default, ...container.resources?.limits }
        const requests = {
          ...item.defaultRequest,
          ...limitsAsRequests(container.resources?.limits, container.resources?.requests),
        }
        if (Object.keys(limits).length > 0) container.resources = { ...container.resources, limits }
        if (Object.keys(requests).length > 0) container.resources = { ...container.resources, requests }
      }
  },
  validate(write) {
    const problems = write.definition.plural === 'pods' ? podProblems(write) : claimProblems(write)
    if (problems.length === 0) return
    const text = problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`
    throw forbidden(write.definition, write.name, text)
  },
}

/** A limit somebody wrote counts as the request before any default does. */
const limitsAsRequests = (limits: ResourceList = {}, requests: ResourceList = {}): ResourceList => ({
  ...limits,
  ...requests,
})

const itemsOf = ({ objects, namespace }: Admitted, type: string): Item[] =>
  objects
    .list<LimitRange>(ranges, namespace)
    .flatMap(({ spec }) => (spec?.limits ?? []).filter((item) => item.type === type))

function podProblems(write: Admitted): string[] {
  const pod = write.object as Pod
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
  return [
    ...itemsOf(write, 'Container').flatMap((item) =>
      containers.flatMap(({ resources }) => problemsOf(item, resources?.requests ?? {}, resources?.limits ?? {})),
    ),
    ...itemsOf(write, 'Pod').flatMap((item) => problemsOf(item, podRequests(pod), podLimits(pod))),
  ]
}

function claimProblems(write: Admitted): string[] {
  const { spec } = write.object as PersistentVolumeClaim
  const requests = spec.resources?.requests ?? {}
  return itemsOf(write, 'PersistentVolumeClaim').flatMap((item) =>
    problemsOf({ ...item, maxLimitRequestRatio: undefined }, requests, requests),
  )
}

function problemsOf(
  { type, min, max, maxLimitRequestRatio }: Pick<Item, 'type' | 'min' | 'max' | 'maxLimitRequestRatio'>,
  requests: ResourceList,
  limits: ResourceList,
): string[] {
  const problems: string[] = []
  const isClaim = type === 'PersistentVolumeClaim'
  for (const [name, least] of Object.entries(min ?? {})) {
    const said = `minimum ${name} usage per ${type} is ${least}`
    const request = requests[name]
    const limit = limits[name]
    if (request === undefined) problems.push(`${said}.  No request is specified`)
    else if (compareQuantities(request, least) < 0) problems.push(`${said}, but request is ${request}`)
    else if (limit !== undefined && !isClaim && compareQuantities(limit, least) < 0)
      problems.push(`${said}, but limit is ${limit}`)
  }
  for (const [name, most] of Object.entries(max ?? {})) {
    const said = `maximum ${name} usage per ${type} is ${most}`
    const limit = limits[name]
    const request = requests[name]
    if (limit === undefined) problems.push(`${said}.  No limit is specified`)
    else if (compareQuantities(limit, most) > 0)
      problems.push(`${said}, but ${isClaim ? 'request' : 'limit'} is ${limit}`)
    else if (request !== undefined && compareQuantities(request, most) > 0)
      problems.push(`${said}, but request is ${request}`)
  }
  for (const [name, ratio] of Object.entries(maxLimitRequestRatio ?? {})) {
    const said = `${name} max limit to request ratio per ${type} is ${ratio}`
    const request = requests[name]
    const limit = limits[name]
    if (request === undefined || parseQuantity(request).nanos === 0n)
      problems.push(`${said}, but no request is specified or request is 0`)
    else if (limit === undefined) problems.push(`${said}, but no limit is specified or limit is 0`)
    else {
      const found = Number(parseQuantity(limit).nanos) / Number(parseQuantity(request).nanos)
      if (found > Number(parseQuantity(ratio).nanos) / 1e9)
        problems.push(`${said}, but provided ratio is ${found.toFixed(6)}`)
    }
  }
  return problems
}
