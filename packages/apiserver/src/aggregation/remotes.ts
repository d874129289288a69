import type { ApiService } from '@sampan/resources/apiregistration/api-service'
import { conditionOf } from '@sampan/resources/conditions'
import type { Kinds } from '../kinds.ts'
import type { Objects } from '../objects.ts'

export const apiServices = { group: 'apiregistration.k8s.io', plural: 'apiservices' }

/** One group version that another server answers for. */
export interface Remote {
  service: ApiService
  group: string
  version: string
  /** What that server says of itself, as it was last heard. */
  heard: Heard
}

export interface Heard {
  /** `APIResourceList.resources`. */
  resources: readonly RemoteResource[]
  /** Whether it answered the last time it was asked. */
  isCurrent: boolean
  /** Its `/openapi/v3` document of the group version. */
  openApiPath?: string
}

export interface RemoteResource {
  name: string
  singularName?: string
  namespaced?: boolean
  kind: string
  group?: string
  version?: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
}

/** The group versions other servers answer for, as the APIServices say right now. */
export interface Remotes {
  find(group: string, version: string): Remote | undefined
  all(): Remote[]
  /** To be called when a write has become visible. */
  afterWrite(group: string, plural: string): void
  /** Something was heard from one of them. */
  heard(remote: Remote, heard: Heard): void
}

export const isAvailable = ({ service }: Remote) => conditionOf(service, 'Available')?.status === 'True'

export function remotes(objects: Objects, kinds: Kinds): Remotes {
  let known = new Map<string, Remote>()

  const sync = () => {
    const next = new Map<string, Remote>()
    for (const service of objects.list<ApiService>(apiServices)) {
      const { group = '', version = '' } = service.spec ?? {}
      if (!service.spec?.service) continue
      const id = `${group}/${version}`
      const before = known.get(id)
      next.set(
        id,
        before?.service === service
          ? before
          : { service, group, version, heard: before?.heard ?? { resources: [], isCurrent: false } },
      )
    }
    const isSame = next.size === known.size && [...next].every(([id, one]) => known.get(id) === one)
    known = next
    if (!isSame) kinds.touch()
  }
  sync()

  return {
    find: (group, version) => (known.size === 0 ? undefined : known.get(`${group}/${version}`)),
    all: () => [...known.values()],
    afterWrite(group, plural) {
      if (plural === apiServices.plural && group === apiServices.group) sync()
    },
    heard(remote, heard) {
      const current = known.get(`${remote.group}/${remote.version}`)
      if (!current || JSON.stringify(current.heard) === JSON.stringify(heard)) return
      current.heard = heard
      kinds.touch()
    },
  }
}
