import { readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'

/** What the node watches, by the names node agents give it. */
export type Signal =
  | 'memory.available'
  | 'nodefs.available'
  | 'nodefs.inodesFree'
  | 'imagefs.available'
  | 'imagefs.inodesFree'
  | 'pid.available'

/** How much is left of what all pods share, and how much there is. Bytes, except inodes and pids. */
export interface Reading {
  signal: Signal
  available: number
  capacity: number
}

export type Resource = 'memory' | 'ephemeral-storage' | 'inodes' | 'pids'

/** Less is left than there has to be. */
export interface Shortage {
  signal: Signal
  /** What pods are asked to give back. */
  resource: Resource
  least: number
  available: number
}

export interface Pressure {
  memory: boolean
  disk: boolean
  pids: boolean
}

const leastMemory = 100 * 1024 * 1024
/** A share as upstream, but on large disks no more than this. */
const leastDisk = 5 * 1024 ** 3
const leastPids = 1000

/** In the order in which they are seen to: memory cannot wait. */
const thresholds: Readonly<Record<Signal, { resource: Resource; least(capacity: number): number }>> = {
  'memory.available': { resource: 'memory', least: () => leastMemory },
  'nodefs.available': { resource: 'ephemeral-storage', least: (capacity) => Math.min(leastDisk, capacity * 0.1) },
  'nodefs.inodesFree': { resource: 'inodes', least: (capacity) => capacity * 0.05 },
  'imagefs.available': { resource: 'ephemeral-storage', least: (capacity) => Math.min(leastDisk, capacity * 0.15) },
  'imagefs.inodesFree': { resource: 'inodes', least: (capacity) => capacity * 0.05 },
  'pid.available': { resource: 'pids', least: () => leastPids },
}

/** What is short, the most urgent first. A file system that does not count inodes is never short of them. */
export function shortagesOf(readings: readonly Reading[]): Shortage[] {
  return (Object.keys(thresholds) as Signal[]).flatMap((signal) => {
    const reading = readings.find((one) => one.signal === signal)
    const { resource, least } = thresholds[signal]
    if (!reading || reading.capacity === 0) return []
    const floor = Math.floor(least(reading.capacity))
    return reading.available < floor ? [{ signal, resource, least: floor, available: reading.available }] : []
  })
}

/** Whether images lie on the file system that is short: they may have one of their own. */
export const holdsImages = (
  { signal }: Pick<Shortage, 'signal'>,
  readings: readonly Pick<Reading, 'signal'>[],
): boolean => signal.startsWith('imagefs') || !readings.some((one) => one.signal.startsWith('imagefs'))

/** Told so long after it was seen last: who looks for a node must not be sent back and forth. */
const heldMs = 5 * 60_000

/** Keeps a pressure for a while after it was seen last. `now` in ms since 1970. */
export function pressureOver(): (shortages: readonly Shortage[], now: number) => Pressure {
  const last = new Map<Resource, number>()
  return (shortages, now) => {
    for (const { resource } of shortages) last.set(resource, now)
    const holds = (resource: Resource) => now - (last.get(resource) ?? Number.NEGATIVE_INFINITY) < heldMs
    return { memory: holds('memory'), disk: holds('ephemeral-storage') || holds('inodes'), pids: holds('pids') }
  }
}

/**
 * What is read from: `cgroup` is the folder of the cgroup around all pods in the memory hierarchy, `images` where the
 * runtime keeps images and what containers write.
 */
export interface Sources {
  disk: string
  images: string
  cgroup: string
  version: 'v1' | 'v2'
}

export async function readings({ disk, images, cgroup, version }: Sources): Promise<Reading[]> {
  const [meminfo, loadavg, pidMax, pods, nodefs, isShared] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    podsMemory(cgroup, version),
    disksOf('nodefs', disk),
    isSameFileSystem(disk, images),
  ])
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0) * 1024
  const threads = Number(loadavg.split(' ')[3]?.split('/')[1] ?? 0)
  return [
    {
      signal: 'memory.available',
      available: Math.min(kilobytes('MemAvailable'), pods),
      capacity: kilobytes('MemTotal'),
    },
    ...nodefs,
    ...(isShared ? [] : await disksOf('imagefs', images)),
    { signal: 'pid.available', available: Number(pidMax) - threads, capacity: Number(pidMax) },
  ]
}

async function disksOf(name: 'nodefs' | 'imagefs', folder: string): Promise<Reading[]> {
  const { bavail, bsize, blocks, ffree, files } = await statfs(folder)
  return [
    { signal: `${name}.available`, available: bavail * bsize, capacity: blocks * bsize },
    { signal: `${name}.inodesFree`, available: ffree, capacity: files },
  ]
}

async function isSameFileSystem(a: string, b: string): Promise<boolean> {
  if (a === b) return true
  const [one, other] = await Promise.all([stat(a), stat(b)])
  return one.dev === other.dev
}

/** What pods may still take: their limit less what they hold and the kernel cannot drop. */
async function podsMemory(cgroup: string, version: 'v1' | 'v2'): Promise<number> {
  const [limit, usage] =
    version === 'v2' ? ['memory.max', 'memory.current'] : ['memory.limit_in_bytes', 'memory.usage_in_bytes']
  const [most, used, text] = await Promise.all(
    [limit, usage, 'memory.stat'].map((file) => readFile(join(cgroup, file!), 'utf8')),
  )
  if (most!.trim() === 'max') return Number.POSITIVE_INFINITY
  const droppable = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(text!)?.[1] ?? 0)
  return Number(most) - Math.max(0, Number(used) - droppable)
}
