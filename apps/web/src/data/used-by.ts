import type { KubeObject } from '@sampan/resources/meta'
import { useMemo } from 'react'
import { useObjects } from './live.ts'
import { type References, referencesOf } from './references.ts'

export interface User {
  apiVersion: string
  kind: string
  object: KubeObject
  how: readonly string[]
}

/** Kinds whose objects refer to others of their namespace by name; pods of workloads are left out for their owners. */
const sources = [
  { apiVersion: 'v1', kind: 'Pod', root: '/api/v1', plural: 'pods' },
  { apiVersion: 'apps/v1', kind: 'Deployment', root: '/apis/apps/v1', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', root: '/apis/apps/v1', plural: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', root: '/apis/apps/v1', plural: 'daemonsets' },
  { apiVersion: 'batch/v1', kind: 'CronJob', root: '/apis/batch/v1', plural: 'cronjobs' },
  { apiVersion: 'v1', kind: 'ServiceAccount', root: '/api/v1', plural: 'serviceaccounts' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', root: '/apis/networking.k8s.io/v1', plural: 'ingresses' },
] as const

/** Who in a namespace refers to what, kept current: plural and name → users. */
export function useUsers(namespace: string | undefined): ReadonlyMap<string, readonly User[]> {
  const of = (root: string, plural: string) =>
    namespace ? { path: `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}` } : undefined
  // biome-ignore lint/correctness/useHookAtTopLevel: one per kind of the list above, which never changes
  const lists = sources.map(({ root, plural }) => useObjects(of(root, plural)).items)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lists are always as many
  return useMemo(() => usersIn(lists.map((items, i) => ({ ...sources[i]!, items }))), lists)
}

interface Listed {
  apiVersion: string
  kind: string
  items: readonly KubeObject[]
}

/** The same from lists that are at hand. */
export function usersIn(lists: readonly Listed[]): ReadonlyMap<string, readonly User[]> {
  const users = new Map<string, User[]>()
  for (const { apiVersion, kind, items } of lists) {
    for (const object of items) {
      if (kind === 'Pod' && object.metadata.ownerReferences?.some(({ controller }) => controller)) continue
      const found: References = referencesOf(object)
      for (const [key, how] of found) {
        const all = users.get(key) ?? []
        all.push({ apiVersion, kind, object, how: [...how] })
        users.set(key, all)
      }
    }
  }
  return users
}
