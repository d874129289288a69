import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

export interface RotationLimits {
  /** Of one file. */
  bytes: number
  /** Files per container, the current one included. */
  files: number
}

export const defaultRotation: RotationLimits = { bytes: 10 * 1024 * 1024, files: 5 }

/**
 * Renames a log that has grown too large to `<name>.<time>`, lets the runtime open a new one, packs what the rename
 * before left and drops the oldest. True when it rotated. `reopen` throws when the container is gone; the name is then
 * given back.
 */
export async function rotateLog(
  path: string,
  limits: RotationLimits,
  reopen: () => Promise<void>,
  now: Date,
): Promise<boolean> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0
      throw error
    },
  )
  if (size < limits.bytes) return false
  // Packing that was cut off by our end.
  for (const name of await rotatedLogs(path)) if (name.endsWith('.tmp')) await rm(name, { force: true })
  const older = await rotatedLogs(path)
  for (const name of older) if (!name.endsWith('.gz')) await pack(name)
  const kept = await rotatedLogs(path)
  for (const name of kept.slice(0, Math.max(0, kept.length - (limits.files - 2)))) await rm(name, { force: true })
  const stamp = now.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  const aside = `${path}.${stamp.slice(0, 8)}-${stamp.slice(8)}`
  await rename(path, aside)
  try {
    await reopen()
  } catch (error) {
    await rename(aside, path)
    throw error
  }
  return true
}

/** Oldest first. */
async function rotatedLogs(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.`
  const names = await readdir(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .map((name) => join(dirname(path), name))
}

async function pack(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.tmp`))
  await rename(`${path}.tmp`, `${path}.gz`)
  await rm(path)
}

/** A container's log with all that was rotated away. */
export async function removeLog(path: string): Promise<void> {
  if (!path) return
  for (const name of [path, ...(await rotatedLogs(path))]) await rm(name, { force: true })
}
