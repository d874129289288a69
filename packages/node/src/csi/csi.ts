import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CriError } from '../cri/client.ts'
import { giveToGroup } from '../volumes/fs-group.ts'
import { isMounted, unmountUnder } from '../volumes/mounts.ts'
import { MountError } from '../volumes/payload.ts'
import type { CsiVolume } from './csi-volume.ts'
import type { Driver, Drivers } from './drivers.ts'
import {
  csiFolder,
  readData,
  removeData,
  stagingFolder,
  type VolumeData,
  volumeFolders,
  writeData,
} from './volume-data.ts'

/** Volumes that drivers bring. */
export interface Csi {
  /** Makes a volume of a pod; what is there already stays, unless it wants to be shown anew. Throws MountError. */
  publish(uid: string, volume: CsiVolume): Promise<string>
  /** Takes away all volumes of a pod, and from the node what no other pod uses. Throws while a driver is away. */
  release(uid: string): Promise<void>
}

/** `root` has the folder `plugins`; `pods` the folders of pods. */
export function csi(drivers: () => Drivers | undefined, { root, pods }: { root: string; pods: string }): Csi {
  /** Work on one volume of a driver happens one after the other. */
  const turns = new Map<string, Promise<void>>()

  async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(key)
    const mine = Promise.withResolvers<void>()
    turns.set(key, mine.promise)
    try {
      await before
      return await work()
    } finally {
      mine.resolve()
      if (turns.get(key) === mine.promise) turns.delete(key)
    }
  }

  function driverNamed(name: string): Driver {
    const found = drivers()?.get(name)
    if (!found) throw new MountError(`driver name ${name} not found in the list of registered CSI drivers`)
    return found
  }

  const capabilityOf = ({ fsType, mountFlags, accessMode, fsGroup }: CsiVolume, { mountsForGroup }: Driver) => ({
    mount: {
      fsType,
      mountFlags,
      ...(mountsForGroup && fsGroup !== undefined && { volumeMountGroup: String(fsGroup) }),
    },
    accessMode: { mode: accessMode },
  })

  async function stage(volume: CsiVolume, driver: Driver): Promise<string> {
    const folder = stagingFolder(root, volume.driver, volume.handle)
    const stagingTargetPath = join(folder, 'globalmount')
    if (await readData(folder)) return stagingTargetPath
    await mkdir(stagingTargetPath, { recursive: true, mode: 0o750 })
    await driver.plugin.call('csi.v1.Node/NodeStageVolume', {
      volumeId: volume.handle,
      publishContext: volume.publishContext,
      stagingTargetPath,
      volumeCapability: capabilityOf(volume, driver),
      secrets: volume.stageSecrets,
      volumeContext: volume.volumeContext,
    })
    await writeData(folder, { driverName: volume.driver, volumeHandle: volume.handle })
    return stagingTargetPath
  }

  /** Unless another pod than the one of `own` has it. */
  async function unstage({ driverName, volumeHandle, stagingPath }: VolumeData, own: string): Promise<void> {
    if (!stagingPath) return
    const folders = (await volumeFolders(pods)).filter((one) => one !== own)
    const others = await Promise.all(folders.map(readData))
    if (others.some((one) => one?.driverName === driverName && one.volumeHandle === volumeHandle)) return
    await driverNamed(driverName).plugin.call('csi.v1.Node/NodeUnstageVolume', {
      volumeId: volumeHandle,
      stagingTargetPath: stagingPath,
    })
    const folder = dirname(stagingPath)
    await unmountUnder(folder)
    await rm(folder, { recursive: true, force: true })
  }

  return {
    async publish(uid, volume) {
      const folder = join(csiFolder(pods, uid), volume.name)
      const targetPath = join(folder, 'mount')
      return inTurn(`${volume.driver} ${volume.handle}`, async () => {
        const isThere = (await readData(folder)) !== undefined && (await isMounted(targetPath))
        if (isThere && !volume.republishes) return targetPath
        try {
          const driver = driverNamed(volume.driver)
          const stagingPath = driver.stages && !volume.isEphemeral ? await stage(volume, driver) : undefined
          // Written first: what a driver began must be taken back although we were killed meanwhile.
          await writeData(folder, {
            driverName: volume.driver,
            volumeHandle: volume.handle,
            ...(stagingPath && { stagingPath }),
          })
          await driver.plugin.call('csi.v1.Node/NodePublishVolume', {
            volumeId: volume.handle,
            publishContext: volume.publishContext,
            ...(stagingPath && { stagingTargetPath: stagingPath }),
            targetPath,
            volumeCapability: capabilityOf(volume, driver),
            readonly: volume.readonly,
            secrets: volume.publishSecrets,
            volumeContext: volume.volumeContext,
          })
          if (!isThere && volume.fsGroup !== undefined && !driver.mountsForGroup)
            await giveToGroup(targetPath, volume.fsGroup, volume.onlyOnMismatch)
        } catch (error) {
          if (!(error instanceof CriError)) throw error
          throw new MountError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`, {
            cause: error,
          })
        }
        return targetPath
      })
    },
    async release(uid) {
      for (const folder of await volumeFolders(pods, uid)) {
        const data = await readData(folder)
        if (!data) continue
        await inTurn(`${data.driverName} ${data.volumeHandle}`, async () => {
          const targetPath = join(folder, 'mount')
          await driverNamed(data.driverName).plugin.call('csi.v1.Node/NodeUnpublishVolume', {
            volumeId: data.volumeHandle,
            targetPath,
          })
          await unmountUnder(targetPath)
          await unstage(data, folder)
          await removeData(folder)
        })
      }
    },
  }
}
