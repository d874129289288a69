import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, Refused } from './api.ts'
import type { NodeLike, NodeMetrics } from './node.ts'

/**
 * What nodes use now, by name. Metrics cannot be watched: they are read again when a node reports itself. Nothing where the
 * cluster has no metrics or the user may not see them.
 */
export function useNodeMetrics(nodes: readonly NodeLike[]): ReadonlyMap<string, NodeMetrics> {
  const revision = nodes.map(({ metadata }) => metadata.resourceVersion).join()
  const metrics = useQuery<NodeMetrics[]>({
    queryKey: ['metrics', 'nodes', revision],
    enabled: nodes.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      try {
        return (await api<{ items: NodeMetrics[] }>('/kube/apis/metrics.k8s.io/v1beta1/nodes', { signal })).items
      } catch (error) {
        if (error instanceof Refused && error.status >= 400) return []
        throw error
      }
    },
  })
  return new Map((metrics.data ?? []).map((one) => [one.metadata.name, one]))
}
