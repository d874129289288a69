import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the kernel counts for one container. Bytes and nanoseconds. */
export interface ContainerUsage {
  /** Since it started. */
  cpuNanos: number
  /** All memory it holds, caches included. */
  memoryUsage: number
  /** What cannot be taken back. */
  workingSet: number
  rss: number
}

const count = (text: string, name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)

/**
 * Reads a container's cgroup; undefined when it is gone. Asking the runtime instead wakes one process per container.
 * `root`: the cgroup around all pods, as `/sampan/default`. Synchronous: 40 µs, a tenth of what waiting would cost.
 */
export function containerUsage(
  version: 'v1' | 'v2',
  root: string,
  { uid, id }: { uid: string; id: string },
): ContainerUsage | undefined {
  const path = join(root, `pod${uid}`, id)
  try {
    return version === 'v1' ? readV1(path) : readV2(path)
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

const text = (...parts: string[]) => readFileSync(join('/sys/fs/cgroup', ...parts), 'utf8')

function readV1(path: string): ContainerUsage {
  const memoryUsage = Number(text('memory', path, 'memory.usage_in_bytes'))
  const stat = text('memory', path, 'memory.stat')
  return {
    cpuNanos: Number(text('cpuacct', path, 'cpuacct.usage')),
    memoryUsage,
    workingSet: Math.max(0, memoryUsage - count(stat, 'total_inactive_file')),
    rss: count(stat, 'total_rss'),
  }
}

function readV2(path: string): ContainerUsage {
  const memoryUsage = Number(text(path, 'memory.current'))
  const stat = text(path, 'memory.stat')
  return {
    cpuNanos: count(text(path, 'cpu.stat'), 'usage_usec') * 1000,
    memoryUsage,
    workingSet: Math.max(0, memoryUsage - count(stat, 'inactive_file')),
    rss: count(stat, 'anon'),
  }
}
