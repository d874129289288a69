import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { type Live, useManyObjects } from './live.ts'
import { sourceOf } from './ours.ts'
import { type AppRef, platform } from './platform.ts'

/** Namespace where an environment of a project runs, unless it was told otherwise. */
export const namespaceOf = (project: string, environment: string) => `${project}-${environment}`

/** What the platform says of an app, read again whenever one of its objects or instances changes. */
export function useAppDetail({ project, app }: AppRef) {
  const client = useQueryClient()
  const detail = useQuery({
    queryKey: ['platform', 'app', project, app],
    queryFn: () => platform.app({ project, app }),
  })
  const places = detail.data?.environments.map(({ environment }) => environment) ?? []
  const labels = `sampan.dev/app=${app},sampan.dev/project=${project}`
  const changes = useManyObjects([
    { ...sourceOf('apps', project), fields: `metadata.name=${app}` },
    { ...sourceOf('rollouts', project), form: 'metadata' },
    { ...sourceOf('pipelines', project), form: 'metadata' },
    ...places.map((place) => ({
      path: `/api/v1/namespaces/${namespaceOf(project, place)}/pods`,
      labels,
      form: 'metadata' as const,
    })),
  ])
  useOnChange(changes, () => client.invalidateQueries({ queryKey: ['platform', 'app', project, app] }))
  return detail
}

/** Calls `act` for every change after the first list. */
export function useOnChange(live: Live<never> | Live<{ metadata: { name: string } }>, act: () => unknown) {
  const seen = useRef<readonly unknown[]>(undefined)
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (!live.isComplete) return
    if (seen.current && seen.current !== live.items) void latest.current()
    seen.current = live.items
  }, [live.items, live.isComplete])
}
