import type { DiskUse, FsUse, PodUse, PodVolumesUse, VolumeUse } from '@sampan/resources/node-usage'
import type { Meter, Sample } from './meter.ts'

/** `/stats/summary` of a kubelet (stats/v1alpha1), as far as it is measured here. */
export async function statsSummary(meter: Meter, nodeName: string, disk: DiskUse) {
  const { host, pods, time } = await meter.latest()
  const hostRate = meter.hostRate()
  return {
    node: {
      nodeName,
      cpu: { time, usageNanoCores: hostRate && Math.round(hostRate.cpu * 1e9), usageCoreNanoSeconds: host.cpuNanos },
      memory: { time, workingSetBytes: host.memoryBytes, availableBytes: host.memoryTotal - host.memoryBytes },
      fs: fsStats(disk.node),
    },
    pods: pods.map((pod) => ({
      podRef: { name: pod.name, namespace: pod.namespace, uid: pod.uid },
      containers: pod.containers.map((one) => {
        const rate = meter.rateOf(pod, one)
        return {
          name: one.name,
          startTime: one.startedAt,
          cpu: {
            time: one.time,
            usageNanoCores: rate && Math.round(rate.cpu * 1e9),
            usageCoreNanoSeconds: one.cpuNanos,
          },
          memory: {
            time: one.time,
            workingSetBytes: one.memoryBytes,
            usageBytes: one.memoryUsageBytes,
            rssBytes: one.rssBytes,
          },
          rootfs: { time: one.time, usedBytes: one.diskBytes },
        }
      }),
      cpu: { time, usageCoreNanoSeconds: sum(pod, 'cpuNanos') },
      memory: {
        time,
        workingSetBytes: sum(pod, 'memoryBytes'),
        usageBytes: sum(pod, 'memoryUsageBytes'),
        rssBytes: sum(pod, 'rssBytes'),
      },
      ...volumesOf(pod, disk),
    })),
  }
}

const fsStats = ({ time, availableBytes, capacityBytes, usedBytes, inodesFree, inodes, inodesUsed }: FsUse) => ({
  time,
  availableBytes,
  capacityBytes,
  usedBytes,
  inodesFree,
  inodes,
  inodesUsed,
})

function volumesOf({ uid, namespace }: PodUse, { volumes }: DiskUse) {
  const found = volumes.find((one) => one.uid === uid)?.volumes ?? []
  if (found.length === 0) return {}
  return {
    volume: found.map((one) => ({
      ...fsStats(one),
      name: one.name,
      ...(one.claim !== undefined && { pvcRef: { name: one.claim, namespace } }),
    })),
  }
}

/** `/metrics` of a kubelet, as far as dashboards and alerts ask there: how full claims are. */
export function volumeMetricsText(volumes: readonly PodVolumesUse[]): string {
  const seen = new Set<string>()
  const claims = volumes.flatMap(({ namespace, volumes: own }) =>
    own.flatMap((one) => {
      const key = `${namespace}/${one.claim}`
      if (one.claim === undefined || seen.has(key)) return []
      seen.add(key)
      return [{ one, labels: { namespace, persistentvolumeclaim: one.claim } }]
    }),
  )
  const figures: [name: string, help: string, value: (one: VolumeUse) => number][] = [
    ['capacity_bytes', 'Capacity in bytes of the volume', (one) => one.capacityBytes],
    ['available_bytes', 'Number of available bytes in the volume', (one) => one.availableBytes],
    ['used_bytes', 'Number of used bytes in the volume', (one) => one.usedBytes],
    ['inodes', 'Maximum number of inodes in the volume', (one) => one.inodes],
    ['inodes_free', 'Number of free inodes in the volume', (one) => one.inodesFree],
    ['inodes_used', 'Number of used inodes in the volume', (one) => one.inodesUsed],
  ]
  return text(
    figures.map(([name, help, value]) =>
      family(
        `kubelet_volume_stats_${name}`,
        'gauge',
        help,
        claims.map(({ one, labels }) => [labels, value(one)]),
      ),
    ),
  )
}

type Labels = Record<string, string>
interface Family {
  name: string
  type: 'counter' | 'gauge'
  help: string
  samples: [labels: Labels, value: number, time?: Date][]
}

/** `/metrics/resource` of a kubelet. */
export const resourceMetricsText = ({ host, pods }: Sample) =>
  text([
    family('node_cpu_usage_seconds_total', 'counter', 'CPU of the node', [[{}, host.cpuNanos / 1e9, host.time]]),
    family('node_memory_working_set_bytes', 'gauge', 'Memory of the node', [[{}, host.memoryBytes, host.time]]),
    perContainer(
      'container_cpu_usage_seconds_total',
      'counter',
      'CPU of a container',
      pods,
      (one) => one.cpuNanos / 1e9,
    ),
    perContainer(
      'container_memory_working_set_bytes',
      'gauge',
      'Memory of a container',
      pods,
      (one) => one.memoryBytes,
    ),
    perContainer(
      'container_start_time_seconds',
      'gauge',
      'When a container started',
      pods,
      (one) => one.startedAt.getTime() / 1000,
    ),
    perPod('pod_cpu_usage_seconds_total', 'counter', 'CPU of a pod', pods, (pod) => sum(pod, 'cpuNanos') / 1e9),
    perPod('pod_memory_working_set_bytes', 'gauge', 'Memory of a pod', pods, (pod) => sum(pod, 'memoryBytes')),
  ])

/** `/metrics/cadvisor` of a kubelet, by the names dashboards know. */
export const cadvisorText = ({ host, pods }: Sample, cpuCount: number) =>
  text([
    family('machine_cpu_cores', 'gauge', 'Cores of the machine', [[{}, cpuCount]]),
    family('machine_memory_bytes', 'gauge', 'Memory of the machine', [[{}, host.memoryTotal]]),
    perContainer(
      'container_cpu_usage_seconds_total',
      'counter',
      'CPU of a container',
      pods,
      (one) => one.cpuNanos / 1e9,
    ),
    perContainer(
      'container_memory_working_set_bytes',
      'gauge',
      'Memory that cannot be taken back',
      pods,
      (one) => one.memoryBytes,
    ),
    perContainer('container_memory_usage_bytes', 'gauge', 'Memory with caches', pods, (one) => one.memoryUsageBytes),
    perContainer('container_memory_rss', 'gauge', 'Resident memory', pods, (one) => one.rssBytes),
    perContainer('container_fs_usage_bytes', 'gauge', 'Bytes written over the image', pods, (one) => one.diskBytes),
    perContainer(
      'container_start_time_seconds',
      'gauge',
      'When a container started',
      pods,
      (one) => one.startedAt.getTime() / 1000,
    ),
  ])

const family = (name: string, type: Family['type'], help: string, samples: Family['samples']): Family => ({
  name,
  type,
  help,
  samples,
})

const perContainer = (
  name: string,
  type: Family['type'],
  help: string,
  pods: readonly PodUse[],
  value: (one: PodUse['containers'][number]) => number,
) =>
  family(
    name,
    type,
    help,
    pods.flatMap((pod) =>
      pod.containers.map((one): Family['samples'][number] => [
        { container: one.name, namespace: pod.namespace, pod: pod.name },
        value(one),
        one.time,
      ]),
    ),
  )

const perPod = (
  name: string,
  type: Family['type'],
  help: string,
  pods: readonly PodUse[],
  value: (pod: PodUse) => number,
) =>
  family(
    name,
    type,
    help,
    pods
      .filter((pod) => pod.containers.length > 0)
      .map((pod) => [{ namespace: pod.namespace, pod: pod.name }, value(pod), pod.containers[0]!.time]),
  )

/** The exposition format of Prometheus. */
function text(families: readonly Family[]): string {
  return families
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(
        ([labels, value, time]) => `${name}${labelText(labels)} ${value}${time ? ` ${time.getTime()}` : ''}`,
      ),
    ])
    .join('\n')
    .concat('\n')
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/["\\\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))}"`,
  )
  return parts.length > 0 ? `{${parts.join(',')}}` : ''
}

const sum = (pod: PodUse, what: 'cpuNanos' | 'memoryBytes' | 'memoryUsageBytes' | 'rssBytes') =>
  pod.containers.reduce((total, one) => total + one[what], 0)
