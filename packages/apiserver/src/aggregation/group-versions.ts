import type { Kinds } from '../kinds.ts'
import type { Remote, RemoteResource } from './remotes.ts'

/** Every group with its versions, the preferred one first: those of this server, then others by their priority. */
export function groupVersions(kinds: Kinds, remotes: readonly Remote[]): [string, string[]][] {
  const groups = new Map([...kinds.groups()].map(([group, versions]) => [group, [...versions.keys()]]))
  const ordered = remotes.toSorted(
    (a, b) =>
      (b.service.spec?.groupPriorityMinimum ?? 0) - (a.service.spec?.groupPriorityMinimum ?? 0) ||
      (b.service.spec?.versionPriority ?? 0) - (a.service.spec?.versionPriority ?? 0) ||
      (a.service.metadata.name < b.service.metadata.name ? -1 : 1),
  )
  for (const { group, version } of ordered) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) versions.push(version)
    groups.set(group, versions)
  }
  return [...groups]
}

/** One version in aggregated discovery, as its server told it in the legacy form. */
export function remoteVersion({ group, version, heard }: Remote) {
  const whole = heard.resources.filter(({ name }) => !name.includes('/'))
  const kindOf = ({ group: other = group, version: another = version, kind }: RemoteResource) => ({
    group: other || group,
    version: another || version,
    kind,
  })
  return {
    version,
    resources: whole.map((one) => ({
      resource: one.name,
      responseKind: kindOf(one),
      scope: one.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: one.singularName ?? '',
      verbs: one.verbs,
      ...(one.shortNames && { shortNames: one.shortNames }),
      ...(one.categories && { categories: one.categories }),
      ...subresourcesOf(one, heard.resources, kindOf),
    })),
    freshness: heard.isCurrent ? 'Current' : 'Stale',
  }
}

function subresourcesOf(
  { name }: RemoteResource,
  all: readonly RemoteResource[],
  kindOf: (one: RemoteResource) => { group: string; version: string; kind: string },
) {
  const below = all.filter((one) => one.name.startsWith(`${name}/`))
  if (below.length === 0) return {}
  return {
    subresources: below.map((one) => ({
      subresource: one.name.slice(name.length + 1),
      responseKind: kindOf(one),
      verbs: one.verbs,
    })),
  }
}
