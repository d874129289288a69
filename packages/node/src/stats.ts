import type { ContainerUse, PodUse } from '@sampan/resources/node-usage'
import type { NodeContext } from './context.ts'
import { labels } from './pod/labels.ts'

/** What pods of this node use now: one call to the runtime, whatever their number. */
export async function podStats({ cri, view }: Pick<NodeContext, 'cri' | 'view'>, now: () => Date): Promise<PodUse[]> {
  const { stats } = await cri.call('ListContainerStats', {})
  const byPod = Map.groupBy(stats, ({ attributes }) => attributes?.labels[labels.podUid] ?? '')
  return view.all().flatMap(({ uid, name, namespace, containers }) => {
    const used = (byPod.get(uid) ?? []).flatMap(({ attributes, cpu, memory, writableLayer }): ContainerUse[] => {
      const one = containers.find(({ id }) => id === attributes?.id)
      if (one?.state !== 'running' || !cpu || !memory) return []
      return [
        {
          name: one.name,
          time: cpu.timestamp ? new Date(cpu.timestamp / 1e6) : now(),
          cpuNanos: cpu.usageCoreNanoSeconds?.value ?? 0,
          memoryBytes: memory.workingSetBytes?.value ?? 0,
          memoryUsageBytes: memory.usageBytes?.value ?? 0,
          rssBytes: memory.rssBytes?.value ?? 0,
          diskBytes: writableLayer?.usedBytes?.value ?? 0,
          startedAt: new Date(one.startedAt),
        },
      ]
    })
    return used.length > 0 ? [{ uid, name, namespace, containers: used }] : []
  })
}
