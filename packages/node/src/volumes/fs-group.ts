import { chmod, lchown, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives a volume to the pod's group: every entry gets the group, read and write for it, and folders hand the group on.
 * `onlyOnMismatch` leaves a volume alone whose root is right already.
 */
export async function giveToGroup(path: string, gid: number, onlyOnMismatch = false): Promise<void> {
  const root = await lstat(path)
  if (onlyOnMismatch && root.gid === gid && (root.mode & 0o2070) === 0o2070) return
  await giveOne(path, gid)
  if (!root.isDirectory()) return
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    await giveOne(join(entry.parentPath, entry.name), gid)
}

async function giveOne(path: string, gid: number): Promise<void> {
  const found = await lstat(path)
  if (found.isSymbolicLink()) return
  await lchown(path, found.uid, gid)
  await chmod(path, (found.mode & 0o7777) | (found.isDirectory() ? 0o2070 : 0o060))
}
