import { readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'

/** How much is left of what all pods share. Bytes, except inodes and pids. */
export interface Readings {
  memoryAvailable: number
  diskAvailable: number
  diskTotal: number
  inodesAvailable: number
  inodesTotal: number
  pidsAvailable: number
}

export interface Pressure {
  memory: boolean
  disk: boolean
  pids: boolean
}

export const leastMemory = 100 * 1024 * 1024
/** A tenth as upstream, but on large disks no more than this. */
const leastDisk = 5 * 1024 ** 3
const leastShare = 0.1
const leastInodeShare = 0.05
const leastPids = 1000

export const diskFloor = (total: number) => Math.min(leastDisk, total * leastShare)

export function pressureOf(readings: Readings): Pressure {
  return {
    memory: readings.memoryAvailable < leastMemory,
    disk:
      readings.diskAvailable < diskFloor(readings.diskTotal) ||
      (readings.inodesTotal > 0 && readings.inodesAvailable < readings.inodesTotal * leastInodeShare),
    pids: readings.pidsAvailable < leastPids,
  }
}

/** What is read from: `cgroup` is the folder of the cgroup around all pods in the memory hierarchy. */
export interface Sources {
  disk: string
  cgroup: string
  version: 'v1' | 'v2'
}

export async function readings({ disk, cgroup, version }: Sources): Promise<Readings> {
  const [meminfo, loadavg, pidMax, fs, pods] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    statfs(disk),
    podsMemory(cgroup, version),
  ])
  const host = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024
  const threads = Number(loadavg.split(' ')[3]?.split('/')[1] ?? 0)
  return {
    memoryAvailable: Math.min(host, pods),
    diskAvailable: fs.bavail * fs.bsize,
    diskTotal: fs.blocks * fs.bsize,
    inodesAvailable: fs.ffree,
    inodesTotal: fs.files,
    pidsAvailable: Number(pidMax) - threads,
  }
}

/** What pods may still take: their limit less what they hold and the kernel cannot drop. */
async function podsMemory(cgroup: string, version: 'v1' | 'v2'): Promise<number> {
  const [limit, usage] =
    version === 'v2' ? ['memory.max', 'memory.current'] : ['memory.limit_in_bytes', 'memory.usage_in_bytes']
  const [most, used, stat] = await Promise.all(
    [limit, usage, 'memory.stat'].map((file) => readFile(join(cgroup, file!), 'utf8')),
  )
  if (most!.trim() === 'max') return Number.POSITIVE_INFINITY
  const droppable = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(stat!)?.[1] ?? 0)
  return Number(most) - Math.max(0, Number(used) - droppable)
}
