import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pod } from '@sampan/resources/core/pod'
import type { ContainerProcesses } from './container-processes.ts'
import type { NodeContext } from './context.ts'
import type { Candidate } from './eviction.ts'
import { podFolder, podLogFolder } from './pod-folders.ts'
import type { Resource } from './pressure.ts'

/** What pods hold of what is short, for choosing who has to go. */
export async function useOf(
  { cri, view, settings }: NodeContext,
  pods: readonly Pod[],
  resource: Resource,
  processes: ContainerProcesses,
): Promise<Candidate[]> {
  if (resource === 'pids') return pods.map((pod) => ({ pod, usage: processes.ofPod(pod.metadata.uid!) }))
  const { stats } = await cri.call('ListContainerStats', {})
  const containers = new Map<string, Map<string, number>>()
  for (const { attributes, memory, writableLayer } of stats) {
    const uid = view.uidOf(attributes?.id ?? '')
    if (!uid) continue
    const amount = {
      memory: memory?.workingSetBytes?.value,
      'ephemeral-storage': writableLayer?.usedBytes?.value,
      inodes: writableLayer?.inodesUsed?.value,
    }[resource]
    const own = containers.get(uid) ?? new Map<string, number>()
    containers.set(uid, own.set(attributes?.metadata?.name ?? '', amount ?? 0))
  }
  return Promise.all(
    pods.map(async (pod) => {
      const own = containers.get(pod.metadata.uid!) ?? new Map<string, number>()
      const files = resource === 'memory' ? 0 : await ownFiles(pod, resource)
      return { pod, usage: [...own.values()].reduce((sum, one) => sum + one, files), containers: own }
    }),
  )

  async function ownFiles(pod: Pod, kind: 'ephemeral-storage' | 'inodes'): Promise<number> {
    const folders = [...ownVolumes(pod, podFolder(settings, pod.metadata)), podLogFolder(settings, pod.metadata)]
    const measured = await Promise.all(folders.map(measure))
    return measured.reduce((sum, { bytes, inodes }) => sum + (kind === 'inodes' ? inodes : bytes), 0)
  }
}

/** Folders of a pod's volumes whose files are on the node's disk: what is mounted there from elsewhere is not its own use. */
export const ownVolumes = ({ spec }: Pod, folder: string): string[] =>
  (spec.volumes ?? [])
    .filter(({ emptyDir, configMap, downwardAPI }) =>
      emptyDir ? emptyDir.medium !== 'Memory' : configMap || downwardAPI,
    )
    .map(({ name }) => join(folder, 'volumes', name))

/** Bytes on disk and number of all files below a folder; none when there is none. What vanishes meanwhile does not count. */
export async function measure(folder: string): Promise<{ bytes: number; inodes: number }> {
  const missing = (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(missing)) ?? []
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name)).catch(missing)
    bytes += (found?.blocks ?? 0) * 512
  }
  return { bytes, inodes: entries.length }
}
