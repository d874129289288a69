import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeContext } from './context.ts'
import { removePodFolders } from './volumes/volumes.ts'

/** Removes files and cgroups of pods that went while nobody looked. `isKnown` says which uids are still cared for. */
export async function sweep(
  { settings, cgroups, containerd, csi, log }: NodeContext,
  isKnown: (uid: string) => boolean,
): Promise<void> {
  const { folders } = settings
  const uids = new Set([
    ...(await readdir(folders.pods)),
    ...(await readdir(folders.memory)),
    ...(await cgroups.list()),
  ])
  for (const uid of uids) {
    if (isKnown(uid)) continue
    try {
      await csi.release(uid)
    } catch (error) {
      log.warn('volumes of a pod that is gone wait for their driver', { uid, error })
      continue
    }
    await removePodFolders(uid, folders, containerd.removeSnapshot)
    await cgroups.remove(uid)
  }
  for (const name of await readdir(folders.logs)) {
    const uid = name.split('_').at(-1) ?? ''
    if (!isKnown(uid)) await rm(join(folders.logs, name), { recursive: true, force: true })
  }
}
