import { formatQuantity, parseQuantity, unitsOf } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import type { Ending } from './pod/memory.ts'

/** Bytes of disk a pod holds. */
export interface StorageUse {
  /** By volume name; only those on disk. */
  emptyDirs: ReadonlyMap<string, number>
  /** Written over its image and logged, by container name. */
  containers: ReadonlyMap<string, number>
}

const resource = 'ephemeral-storage'
const shown = (quantity: string) => formatQuantity(parseQuantity(quantity))

/** Whether a pod says how much disk it may use: only then is it measured. */
export const limitsStorage = ({ spec }: Pod) =>
  (spec.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit && emptyDir.medium !== 'Memory') ||
  spec.containers.some(({ resources }) => resources?.limits?.[resource])

/** Why a pod has to go: it uses more disk than it said it would. */
export function storageExcess({ spec }: Pod, { emptyDirs, containers }: StorageUse): Ending | undefined {
  for (const { name, emptyDir } of spec.volumes ?? []) {
    const limit = emptyDir?.medium === 'Memory' ? undefined : emptyDir?.sizeLimit
    if (limit && (emptyDirs.get(name) ?? 0) > unitsOf(limit))
      return evicted(`Usage of EmptyDir volume "${name}" exceeds the limit "${shown(limit)}". `)
  }
  for (const { name, resources } of spec.containers) {
    const limit = resources?.limits?.[resource]
    if (limit && (containers.get(name) ?? 0) > unitsOf(limit))
      return evicted(`Container ${name} exceeded its local ephemeral storage limit "${shown(limit)}". `)
  }
  const limits = spec.containers.map(({ resources }) => resources?.limits?.[resource])
  if (!limits.every((limit) => limit !== undefined)) return undefined
  const most = limits.reduce((sum, limit) => sum + unitsOf(limit), 0)
  const all = [...emptyDirs.values(), ...containers.values()].reduce((sum, bytes) => sum + bytes, 0)
  if (all <= most) return undefined
  return evicted(`Pod ephemeral local storage usage exceeds the total limit of containers ${most}. `)
}

/** Its programs get no time to write on. */
const evicted = (message: string): Ending => ({ reason: 'Evicted', message, graceSeconds: 1, isDisruption: true })
