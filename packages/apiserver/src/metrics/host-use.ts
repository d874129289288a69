import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** What the whole machine uses. */
export interface HostUse {
  time: Date
  /** Nanoseconds of CPU since the machine started. */
  cpuNanos: number
  /** Bytes that cannot be taken back. */
  memoryBytes: number
  /** Bytes there are. */
  memoryTotal: number
}

export function hostUse(now: Date): HostUse {
  const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
  const facts = readFileSync('/proc/meminfo', 'utf8')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(facts)?.[1] ?? 0) * 1024
  const memoryTotal = bytes('MemTotal')
  return { time: now, cpuNanos: busy * 1e6, memoryBytes: memoryTotal - bytes('MemAvailable'), memoryTotal }
}
