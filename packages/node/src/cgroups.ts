import { existsSync } from 'node:fs'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { handDown } from './cgroup-controllers.ts'
import { type CgroupLimits, period } from './pod/resources.ts'

/** The cgroups of pods: one each, around those of their containers, under one root of the instance's own. */
export interface Cgroups {
  /** As CRI wants it: the path below the hierarchy's root. */
  parentOf(podUid: string): string
  /** Makes it, or sets its limits anew. */
  apply(podUid: string, limits: CgroupLimits & { pids: number }): Promise<void>
  remove(podUid: string): Promise<void>
  /** The cap for all pods together: what the node may give away. */
  applyRoot(limits: { memory: number; cpuShares: number }): Promise<void>
  /** uids that have a cgroup. */
  list(): Promise<string[]>
}

const mountPoint = '/sys/fs/cgroup'
const prefix = 'pod'
/** What pods are limited by. */
const controllers = ['cpu', 'memory', 'pids'] as const

/** `root`: absolute path below the hierarchy, as `/sampan/default`. */
export function cgroups(version: 'v1' | 'v2', root: string): Cgroups {
  const parentOf = (uid: string) => join(root, `${prefix}${uid}`)
  return {
    parentOf,
    async apply(uid, limits) {
      const path = parentOf(uid)
      if (version === 'v2') await prepareV2(root)
      const byController = Map.groupBy(
        version === 'v2' ? valuesV2(limits) : valuesV1(limits),
        ({ controller }) => controller,
      )
      await Promise.all(
        [...byController].map(async ([controller, values]) => {
          const folder = join(mountPoint, controller, path)
          await mkdir(folder, { recursive: true })
          for (const { file, value } of values) await writeFile(join(folder, file), value)
        }),
      )
    },
    async remove(uid) {
      for (const folder of await everywhere(version, parentOf(uid))) await removeTree(folder)
    },
    async applyRoot({ memory, cpuShares }) {
      if (version === 'v2') {
        await prepareV2(root)
        await writeFile(join(mountPoint, root, 'memory.max'), String(memory))
        await writeFile(join(mountPoint, root, 'cpu.weight'), String(weightOf(cpuShares)))
        return
      }
      await mkdir(join(mountPoint, 'memory', root), { recursive: true })
      await writeFile(join(mountPoint, 'memory', root, 'memory.limit_in_bytes'), String(memory))
      await mkdir(join(mountPoint, 'cpu', root), { recursive: true })
      await writeFile(join(mountPoint, 'cpu', root, 'cpu.shares'), String(cpuShares))
    },
    async list() {
      const uids = new Set<string>()
      for (const folder of await everywhere(version, root))
        for (const name of await readdir(folder)) if (name.startsWith(prefix)) uids.add(name.slice(prefix.length))
      return [...uids]
    },
  }
}

interface Value {
  controller: string
  file: string
  value: string
}

export function valuesV1({ cpuShares, cpuQuota, memory, pids }: CgroupLimits & { pids: number }): Value[] {
  return [
    { controller: 'cpu', file: 'cpu.shares', value: String(cpuShares) },
    { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(period) },
    { controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(cpuQuota ?? -1) },
    { controller: 'memory', file: 'memory.limit_in_bytes', value: String(memory ?? -1) },
    { controller: 'pids', file: 'pids.max', value: String(pids) },
  ]
}

export function valuesV2({ cpuShares, cpuQuota, memory, pids }: CgroupLimits & { pids: number }): Value[] {
  return [
    { controller: '', file: 'cpu.weight', value: String(weightOf(cpuShares)) },
    { controller: '', file: 'cpu.max', value: `${cpuQuota ?? 'max'} ${period}` },
    { controller: '', file: 'memory.max', value: String(memory ?? 'max') },
    { controller: '', file: 'pids.max', value: String(pids) },
  ]
}

/** 2…262144 shares to 1…10000 weight, as runc and every node agent do. */
export const weightOf = (shares: number) => Math.floor(1 + ((Math.min(262_144, shares) - 2) * 9999) / 262_142)

/** Controllers must be handed down level by level. */
async function prepareV2(root: string): Promise<void> {
  let folder = mountPoint
  for (const part of ['', ...root.split('/').filter(Boolean)]) {
    folder = join(folder, part)
    await mkdir(folder, { recursive: true })
    await handDown(folder, controllers)
  }
}

/** The folder in every hierarchy that has it: runc makes it in more than we set. */
async function everywhere(version: 'v1' | 'v2', path: string): Promise<string[]> {
  if (version === 'v2') return existsSync(join(mountPoint, path)) ? [join(mountPoint, path)] : []
  return (await readdir(mountPoint))
    .map((hierarchy) => join(mountPoint, hierarchy, path))
    .filter((folder) => existsSync(folder))
}

async function removeTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeTree(join(folder, entry.name))
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
