import { groupVersions } from '../aggregation/group-versions.ts'
import type { Remote } from '../aggregation/remotes.ts'
import type { Kinds } from '../kinds.ts'
import type { Served } from '../served.ts'
import { subresourcesOf, verbsOf } from './resources.ts'

const address = { clientCIDR: '0.0.0.0/0' }

/** `GET /api`. */
export const apiVersions = (serverAddress: string) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ ...address, serverAddress }],
})

/** `GET /apis`. */
export function apiGroupList(kinds: Kinds, remotes: readonly Remote[] = []) {
  const groups = groupVersions(kinds, remotes).filter(([group]) => group !== '')
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => groupOf(group, versions)),
  }
}

/** `GET /apis/<group>`; undefined when there is none. */
export function apiGroup(kinds: Kinds, group: string, remotes: readonly Remote[] = []) {
  const versions = groupVersions(kinds, remotes).find(([name]) => name === group)?.[1]
  return versions && group && { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, versions) }
}

function groupOf(name: string, versions: readonly string[]) {
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: list, preferredVersion: list[0] }
}

/** `GET /api/v1`, `GET /apis/<group>/<version>`; undefined when there is none. */
export function apiResourceList(kinds: Kinds, group: string, version: string) {
  const served = kinds.groups().get(group)?.get(version)
  return (
    served && {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: group ? `${group}/${version}` : version,
      resources: served.flatMap((one) => entriesOf(one, kinds)),
    }
  )
}

function entriesOf(served: Served, kinds: Kinds) {
  const { plural, singular, scope, kind, shortNames, categories, group, version } = served.definition
  const namespaced = scope === 'Namespaced'
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: verbsOf(served, kinds),
      ...(shortNames.length > 0 && { shortNames }),
      ...(categories.length > 0 && { categories }),
    },
    ...subresourcesOf(served, kinds).map((one) => ({
      name: `${plural}/${one.subresource}`,
      singularName: '',
      namespaced,
      ...((one.group !== group || one.version !== version) && { group: one.group, version: one.version }),
      kind: one.kind,
      verbs: one.verbs,
    })),
  ]
}
