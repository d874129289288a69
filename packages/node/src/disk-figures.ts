import { run } from '@sampan/kit/run'
import type { FsUse } from '@sampan/resources/node-usage'

export type Figures = Omit<FsUse, 'time'>

/** A file system far away may never answer. */
const patienceMs = 10_000

/**
 * What the file system at `path` says of itself; undefined when it is gone or does not answer. Another program asks: a
 * dead server would keep one of our own few threads for ever.
 */
export async function diskFigures(path: string): Promise<Figures | undefined> {
  const asked = run('stat', ['--file-system', '--format', '%S %b %f %a %c %d', '--', path], { timeoutMs: patienceMs })
  const result = await inTime(asked)
  if (result?.code !== 0) return undefined
  const [size = 0, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = result.stdout
    .trim()
    .split(' ')
    .map(Number)
  return {
    usedBytes: (blocks - free) * size,
    capacityBytes: blocks * size,
    availableBytes: available * size,
    inodes,
    inodesUsed: inodes - inodesFree,
    inodesFree,
  }
}

/** A program waiting for a dead server cannot even be killed. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs + 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export interface FileFigures {
  bytes: number
  inodes: number
}

const longMs = 10 * 60_000

/**
 * What the files below each folder take, by folder; folders that are gone are left out. Counted by another program at the
 * lowest priority, without leaving the folder's file system.
 */
export async function fileFigures(paths: readonly string[]): Promise<Map<string, FileFigures>> {
  const found = new Map<string, FileFigures>()
  if (paths.length === 0) return found
  const count = async (flag: string) => {
    const options = ['--summarize', '--one-file-system', '--null', '--count-links', flag, '--', ...paths]
    // Files come and go while they are counted: du then ends with 1 and is right all the same.
    const { stdout } = await run('nice', ['-n', '19', 'du', ...options], { timeoutMs: longMs })
    return stdout.split('\0').flatMap((line): [string, number][] => {
      const at = line.indexOf('\t')
      return at < 0 ? [] : [[line.slice(at + 1), Number(line.slice(0, at))]]
    })
  }
  const inodes = new Map(await count('--inodes'))
  for (const [path, bytes] of await count('--block-size=1')) found.set(path, { bytes, inodes: inodes.get(path) ?? 0 })
  return found
}
