import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, Refused } from './api.ts'
import { useObjects } from './live.ts'
import type { NodeLike } from './node.ts'

/** How full the volume behind a claim is, in bytes. */
export interface Fill {
  used: number
  all: number
}

/** What a node says about its pods' volumes (`/stats/summary`). */
export interface Summary {
  pods?: {
    volume?: { pvcRef?: { name: string; namespace?: string }; usedBytes?: number; capacityBytes?: number }[]
  }[]
}

export const claimKey = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`

/** By claim: `namespace/name`. Volumes that no running pod has are not measured. */
export const fillsFrom = (summaries: readonly Summary[]): ReadonlyMap<string, Fill> =>
  new Map(
    summaries.flatMap(({ pods = [] }) =>
      pods.flatMap(({ volume = [] }) =>
        volume.flatMap(({ pvcRef, usedBytes, capacityBytes }) =>
          pvcRef && usedBytes !== undefined && capacityBytes
            ? [[claimKey(pvcRef.namespace, pvcRef.name), { used: usedBytes, all: capacityBytes }] as const]
            : [],
        ),
      ),
    ),
  )

const none: ReadonlyMap<string, Fill> = new Map()

/** How full volumes are; read again when a node reports itself. Nothing for who may not ask the nodes. */
export function useFills(isWanted = true): ReadonlyMap<string, Fill> {
  const nodes = useObjects<NodeLike>(isWanted ? { path: '/api/v1/nodes' } : undefined)
  const found = useQuery({
    queryKey: ['fills', nodes.items.map(({ metadata }) => metadata.resourceVersion).join()],
    enabled: nodes.items.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      fillsFrom(
        await Promise.all(
          nodes.items.map(async ({ metadata: { name } }): Promise<Summary> => {
            try {
              return await api(`/kube/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary`, { signal })
            } catch (error) {
              if (error instanceof Refused) return {} // not the user's to see, or the node does not answer
              throw error
            }
          }),
        ),
      ),
  })
  return found.data ?? none
}
