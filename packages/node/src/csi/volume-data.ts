import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a mounted volume was, kept beside it: whoever takes it away may not know the pod any more. */
export interface VolumeData {
  driverName: string
  volumeHandle: string
  /** Where it was prepared for the node; absent where the driver does not do that. */
  stagingPath?: string
  /** Where it is shown as a block device; absent for one with files, which is beside this file. */
  devicePath?: string
  /** Beside what was prepared: when the machine was started that did it. A mount does not outlive that. */
  boot?: string
}

/** Where a volume without files is, as drivers know it from every node. `root` has the folder `plugins`. */
export function blockPlaces(root: string, name: string, uid: string) {
  const folder = join(root, 'plugins', 'kubernetes.io', 'csi', 'volumeDevices')
  return {
    staging: join(folder, 'staging', name),
    /** Where what was prepared is written down. */
    data: join(folder, name, 'data'),
    target: join(folder, 'publish', name, uid),
  }
}

/** Another one after every start of the machine. */
export const bootId = async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()

const dataFile = 'vol_data.json'

/** Volumes of a pod lie where drivers expect them: `<pod>/volumes/kubernetes.io~csi/<name>/mount`. */
export const csiFolder = (pods: string, uid: string) => join(pods, uid, 'volumes', 'kubernetes.io~csi')

export const stagingFolder = (root: string, driver: string, handle: string) =>
  join(root, 'plugins', 'kubernetes.io', 'csi', driver, createHash('sha256').update(handle).digest('hex'))

export async function writeData(folder: string, data: VolumeData): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o750 })
  await writeFile(join(folder, dataFile), JSON.stringify(data), { mode: 0o600 })
}

export async function readData(folder: string): Promise<VolumeData | undefined> {
  const text = await readFile(join(folder, dataFile), 'utf8').catch(ifMissing(undefined))
  return text === undefined ? undefined : (JSON.parse(text) as VolumeData)
}

export const removeData = (folder: string) => rm(join(folder, dataFile), { force: true })

/** Folders of all volumes of one pod, or of every pod. */
export async function volumeFolders(pods: string, uid?: string): Promise<string[]> {
  const uids = uid === undefined ? await readdir(pods).catch(ifMissing([])) : [uid]
  const lists = await Promise.all(
    uids.map(async (one) => {
      const folder = csiFolder(pods, one)
      return (await readdir(folder).catch(ifMissing([]))).map((name) => join(folder, name))
    }),
  )
  return lists.flat()
}

const ifMissing =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value
    throw error
  }
