import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** For load: the client and the server behind what is measured. */
export const firstProcessor = 0
/** For what is measured and its floor. */
export const lastProcessor = cpus().length - 1

/**
 * Gives processes, with all their threads, one processor each. Where four programs pass requests to each other over two
 * processors, who sits where decides more than what they do: without this, the same program was measured at 0.8 and at 1.2.
 */
export function place(pids: readonly number[], processor: number): void {
  for (const pid of pids) execFileSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)])
}

const ticksPerSecond = 100

/** These processes and all their children. */
export function treeOf(...roots: readonly number[]): number[] {
  const children = Map.groupBy(
    readdirSync('/proc').filter((name) => /^\d+$/.test(name)),
    (name) => Number(statOf(name)?.[1]),
  )
  const found: number[] = []
  for (const waiting = [...roots]; waiting.length > 0; ) {
    const pid = waiting.pop()!
    found.push(pid)
    waiting.push(...(children.get(pid) ?? []).map(Number))
  }
  return found
}

/** Microseconds that processes and all their children have had. */
export const cpuOf = (roots: readonly number[]): number => ownCpuOf(treeOf(...roots))

/** Microseconds that these processes themselves have had. */
export const ownCpuOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = statOf(String(pid))
    return sum + (fields ? ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond : 0)
  }, 0)

/** State, parent and what follows; undefined for a process that ended. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
