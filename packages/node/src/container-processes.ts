import { readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Processes of pods as the kernel counts them. Reads are small and never wait, and happen every second for every pod:
 * they are synchronous because that costs a tenth.
 */
export interface ContainerProcesses {
  /** Processes and threads of all pods right now. */
  ofAll(): number
  /** The same of one pod; 0 when it has no cgroup. */
  ofPod(uid: string): number
  /** How many forks were refused so far, by container id. */
  refusals(uid: string, containerIds: readonly string[]): Map<string, number>
  /** Ends everything in a container without starting a process for it. Resolves when nothing is left, or after 5 s. */
  end(uid: string, containerId: string): Promise<void>
}

const killRounds = 100
const roundMs = 50

/** `root`: the cgroup around all pods, as `/sampan/default`. */
export function containerProcesses(version: 'v1' | 'v2', root: string): ContainerProcesses {
  const top = join('/sys/fs/cgroup', version === 'v1' ? 'pids' : '', root)
  const podFolder = (uid: string) => join(top, `pod${uid}`)
  const countIn = (folder: string) => Number(textOf(join(folder, 'pids.current')) || 0)
  const refusedIn = (folder: string) => Number(/^max (\d+)$/m.exec(textOf(join(folder, 'pids.events')))?.[1] ?? 0)
  return {
    ofAll: () => countIn(top),
    ofPod: (uid) => countIn(podFolder(uid)),
    refusals(uid, ids) {
      const counts = new Map(ids.map((id) => [id, refusedIn(join(podFolder(uid), id))]))
      // Newer kernels with cgroup v2 count at the limit that was met, not where the fork was tried: the pod's.
      const shared = refusedIn(podFolder(uid))
      const largest = ids.toSorted((a, b) => countIn(join(podFolder(uid), b)) - countIn(join(podFolder(uid), a)))[0]
      if (shared > 0 && largest !== undefined) counts.set(largest, counts.get(largest)! + shared)
      return counts
    },
    async end(uid, id) {
      const folder = join(podFolder(uid), id)
      // From here on it cannot outrun us.
      await unlessGone(writeFile(join(folder, 'pids.max'), '0'))
      for (let round = 0; round < killRounds; round++) {
        const pids = (await everyProcess(folder)).filter((pid) => pid !== process.pid)
        if (pids.length === 0) return
        for (const pid of pids) kill(pid)
        await sleep(roundMs)
      }
    },
  }
}

async function everyProcess(folder: string): Promise<number[]> {
  const folders = [folder, ...below(folder)]
  const lists = await Promise.all(folders.map((one) => unlessGone(readFile(join(one, 'cgroup.procs'), 'utf8'))))
  return lists.flatMap((text) => text?.split('\n').filter(Boolean).map(Number) ?? [])
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** '' when the cgroup is gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isGone(error)) return ''
    throw error
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

const isGone = (error: unknown) => ['ENOENT', 'ENODEV', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')

const unlessGone = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (isGone(error)) return undefined
    throw error
  })
