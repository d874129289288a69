import type { KubeObject } from '@sampan/resources/meta'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import type { AppRow } from '@sampan/resources/sampan/rows'
import { useMemo } from 'react'
import { type Live, useManyObjects } from './live.ts'
import type { Source } from './objects.ts'
import { isAdmin, useMe } from './session.ts'

const group = '/apis/sampan.dev/v1'

export const sourceOf = (plural: string, project?: string): Source => ({
  path: project ? `${group}/namespaces/${encodeURIComponent(project)}/${plural}` : `${group}/${plural}`,
})

/** Objects of a kind of ours: of one project, or of all the user belongs to. */
function useOurs<T extends KubeObject>(plural: string, project?: string): Live<T> {
  const me = useMe()
  const sources = useMemo(() => {
    if (project || isAdmin(me)) return [sourceOf(plural, project)]
    return me.projects.map(({ name }) => sourceOf(plural, name))
  }, [plural, project, me])
  return useManyObjects<T>(sources)
}

export const useApps = (project?: string) => useOurs<App>('apps', project)
export const usePipelines = (project?: string) => useOurs<Pipeline>('pipelines', project)
export const useRollouts = (project?: string) => useOurs<Rollout>('rollouts', project)

/** An app in one environment, as its status says; one that is nowhere yet has no environment. */
export type AppPlace = Omit<AppRow, 'environment'> & Partial<Pick<AppRow, 'environment'>>

/** A row per app and environment; an app that has none yet is there too. */
export const placesOf = (apps: readonly App[]): AppPlace[] =>
  apps.flatMap(({ metadata: { name, namespace: project = '' }, status }) => {
    const environments = status?.environments ?? []
    if (environments.length === 0) return [{ project, name, state: 'none' }]
    return environments.map(({ name: environment, state, reason, url, release, ready, replicas }) => ({
      project,
      name,
      environment,
      state,
      reason,
      url,
      release,
      ready,
      replicas,
    }))
  })

export const newestFirst = (a: KubeObject, b: KubeObject) =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
  b.metadata.name.localeCompare(a.metadata.name, 'en', { numeric: true })
