import { jsonEqual } from '@sampan/kit/json-equal'
import type { Pod } from '@sampan/resources/core/pod'
import { invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { forbiddenField } from '@sampan/resources/problem'
import { checkResize } from './resize.ts'

/** A subresource that is a part of its object: GET, PUT and PATCH of the object, of which only the part is taken. */
export interface Part {
  /** Changes `next` so that only the part differs from `old`. Throws `StatusError`. */
  keep(old: KubeObject, next: KubeObject): void
}

/** Everything of `old` but what `take` picks from `next`. */
function onlyPart<T extends KubeObject>(old: T, next: T, take: (from: T, into: T) => void): void {
  const taken = structuredClone(old)
  take(next, taken)
  const { managedFields, resourceVersion } = next.metadata
  for (const key of Object.keys(next)) delete (next as unknown as Record<string, unknown>)[key]
  Object.assign(next, taken)
  if (managedFields) next.metadata.managedFields = managedFields
  if (resourceVersion) next.metadata.resourceVersion = resourceVersion
}

const ephemeralContainers: Part = {
  keep(old, next) {
    const before = (old as Pod).spec.ephemeralContainers ?? []
    const after = (next as Pod).spec.ephemeralContainers ?? []
    const isKept = before.every((one) => after.some((other) => other.name === one.name && jsonEqual(one, other)))
    if (!isKept)
      throw invalid({ kind: 'Pod', group: '' }, old.metadata.name, [
        forbiddenField('spec.ephemeralContainers', 'existing ephemeral containers may not be removed or changed'),
      ])
    onlyPart(old as Pod, next as Pod, (from, into) => {
      if (from.spec.ephemeralContainers) into.spec.ephemeralContainers = from.spec.ephemeralContainers
    })
  },
}

const resize: Part = {
  keep(old, next) {
    checkResize(old as Pod, next as Pod)
    onlyPart(old as Pod, next as Pod, (from, into) => {
      for (const list of ['containers', 'initContainers'] as const)
        for (const container of into.spec[list] ?? []) {
          const wanted = from.spec[list]?.find(({ name }) => name === container.name)
          if (wanted?.resources) container.resources = wanted.resources
        }
      if (from.spec.resources) into.spec.resources = from.spec.resources
    })
  },
}

/** `certificatesigningrequests/approval`: the conditions, and labels and annotations. */
const approval: Part = {
  keep(old, next) {
    type Request = KubeObject & { status?: { conditions?: unknown[] } }
    onlyPart(old as Request, next as Request, (from, into) => {
      into.metadata = from.metadata
      into.status = { ...into.status, ...(from.status?.conditions && { conditions: from.status.conditions }) }
    })
  },
}

export const parts: Readonly<Record<string, Part>> = {
  '/pods/ephemeralcontainers': ephemeralContainers,
  '/pods/resize': resize,
  'certificates.k8s.io/certificatesigningrequests/approval': approval,
}

export const partOf = ({ group, plural }: { group: string; plural: string }, subresource: string | undefined) =>
  subresource === undefined ? undefined : parts[`${group}/${plural}/${subresource}`]
