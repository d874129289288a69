import { groupVersions, remoteVersion } from '../aggregation/group-versions.ts'
import type { Remote } from '../aggregation/remotes.ts'
import type { Kinds } from '../kinds.ts'
import type { Served } from '../served.ts'
import { subresourcesOf, verbsOf } from './resources.ts'

/** The version of aggregated discovery an `Accept` header asks for before anything plain; undefined: legacy. */
export function aggregatedVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const range of (accept ?? '').split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim())
    if (type !== 'application/json') continue
    if (parameters.length === 0 || parameters.every((one) => one.startsWith('q='))) return undefined
    if (!parameters.includes('g=apidiscovery.k8s.io') || !parameters.includes('as=APIGroupDiscoveryList')) continue
    if (parameters.includes('v=v2')) return 'v2'
    if (parameters.includes('v=v2beta1')) return 'v2beta1'
  }
  return undefined
}

export const aggregatedType = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

/** `GET /api` (the core group) or `GET /apis` (all others) in one answer. */
export function groupDiscoveryList(kinds: Kinds, isCore: boolean, version: string, remotes: readonly Remote[] = []) {
  const groups = groupVersions(kinds, remotes).filter(([group]) => (group === '') === isCore)
  const local = kinds.groups()
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: { ...(group && { name: group }), creationTimestamp: null },
      versions: versions.map((name) => {
        const remote = remotes.find((one) => one.group === group && one.version === name)
        if (remote) return remoteVersion(remote)
        const served = local.get(group)?.get(name) ?? []
        return { version: name, resources: served.map((one) => resourceOf(one, kinds)), freshness: 'Current' }
      }),
    })),
  }
}

function resourceOf(served: Served, kinds: Kinds) {
  const { group, version, kind, plural, singular, scope, shortNames, categories } = served.definition
  const subresources = subresourcesOf(served, kinds)
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope,
    singularResource: singular,
    verbs: verbsOf(served, kinds),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((one) => ({
        subresource: one.subresource,
        responseKind: { group: one.group, version: one.version, kind: one.kind },
        verbs: one.verbs,
      })),
    }),
  }
}
