import type { ContainerUse, PodUse } from '@sampan/resources/node-usage'
import type { ContainerUsage } from './container-usage.ts'
import type { NodeContext } from './context.ts'

/** What pods of this node use now. */
export type Stats = () => Promise<PodUse[]>

/** The runtime counts files to say what containers wrote: asked no more often than this. */
const diskMs = 60_000

export interface StatsSources {
  view: Pick<NodeContext['view'], 'all'>
  /** One container's counters; undefined when it is gone. */
  usage(at: { uid: string; id: string }): ContainerUsage | undefined
  /** Bytes a container wrote over its image; undefined when it is gone. */
  written(id: string): Promise<number | undefined>
  now(): Date
}

/** CRI's own statistics are not asked for: they wake a process for every container. */
export function podStats({ view, usage, written: writtenBy, now }: StatsSources): Stats {
  /** Bytes written over the image, by container id. */
  let written = new Map<string, number>()
  let measuredAt = Number.NEGATIVE_INFINITY

  async function measure() {
    const at = now().getTime()
    if (at - measuredAt < diskMs && at >= measuredAt) return
    measuredAt = at
    const next: typeof written = new Map()
    for (const { containers } of view.all())
      for (const { id, state } of containers) if (state === 'running') next.set(id, (await writtenBy(id)) ?? 0)
    written = next
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
