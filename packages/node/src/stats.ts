import type { ContainerUse, PodUse } from '@sampan/resources/node-usage'
import type { ContainerUsage } from './container-usage.ts'
import type { NodeContext } from './context.ts'

/** What pods of this node use now. */
export type Stats = () => Promise<PodUse[]>

/** The runtime measures what containers wrote, which wakes a process for each of them: asked no more often than this. */
const diskMs = 60_000

/** `usage` reads one container's counters; undefined when it is gone. */
export function podStats(
  { cri, view }: Pick<NodeContext, 'cri' | 'view'>,
  usage: (at: { uid: string; id: string }) => ContainerUsage | undefined,
  now: () => Date,
): Stats {
  /** Bytes written over the image, by container id. */
  let written = new Map<string, number>()
  let measuredAt = Number.NEGATIVE_INFINITY

  async function measure() {
    const at = now().getTime()
    if (at - measuredAt < diskMs && at >= measuredAt) return
    measuredAt = at
    const { stats } = await cri.call('ListContainerStats', {})
    written = new Map(
      stats.map(({ attributes, writableLayer }) => [attributes?.id ?? '', writableLayer?.usedBytes?.value ?? 0]),
    )
  }

  return async () => {
    await measure()
    const time = now()
    return view.all().flatMap(({ uid, name, namespace, containers }) => {
      const used = containers.flatMap(({ id, name, state, startedAt }): ContainerUse[] => {
        const found = state === 'running' && usage({ uid, id })
        if (!found) return []
        return [
          {
            name,
            time,
            cpuNanos: found.cpuNanos,
            memoryBytes: found.workingSet,
            memoryUsageBytes: found.memoryUsage,
            rssBytes: found.rss,
            diskBytes: written.get(id) ?? 0,
            startedAt: new Date(startedAt),
          },
        ]
      })
      return used.length > 0 ? [{ uid, name, namespace, containers: used }] : []
    })
  }
}
