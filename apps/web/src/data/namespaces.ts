import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useObjects } from './live.ts'
import { useMay } from './permissions.ts'
import { platform } from './platform.ts'

export interface Namespaces {
  names: readonly string[]
  /** Whether the user may look at all of them at once. */
  hasAll: boolean
  /** Where to begin for who may not look at all: where their apps run. */
  usual?: string
  isKnown: boolean
}

/** The namespaces the user works in: all for those who may list them, else those of their projects. */
export function useNamespaces(): Namespaces {
  const may = useMay({ verb: 'list', group: '', resource: 'namespaces' })
  const all = useObjects(may ? { path: '/api/v1/namespaces', form: 'metadata' } : undefined)
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  return useMemo(() => {
    const own = (projects.data ?? []).flatMap(({ name, environments }) => [
      name,
      ...environments.map((environment) => `${name}-${environment}`),
    ])
    const first = projects.data?.find(({ environments }) => environments.length > 0)
    const usual = first ? `${first.name}-${first.environments[0]}` : own[0]
    return {
      ...(!may && usual && { usual }),
      names: (may ? all.items.map(({ metadata }) => metadata.name) : own).toSorted(),
      hasAll: may === true,
      isKnown: may === true || (may === false && projects.data !== undefined),
    }
  }, [may, all.items, projects.data])
}
