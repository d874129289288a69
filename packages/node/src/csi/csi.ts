import { mkdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CriError } from '../cri/client.ts'
import type { Figures } from '../disk-figures.ts'
import { giveToGroup } from '../volumes/fs-group.ts'
import { isMounted, unmountUnder } from '../volumes/mounts.ts'
import { MountError } from '../volumes/payload.ts'
import type { CsiVolume } from './csi-volume.ts'
import type { Driver, Drivers } from './drivers.ts'
import { usageUnits } from './messages.ts'
import {
  blockPlaces,
  bootId,
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
  /** Makes its file system as large as it has become; false when the driver needs no such step. Throws CriError. */
  grow(uid: string, volume: CsiVolume): Promise<boolean>
  /** How full the driver says a volume is; undefined when it does not say. Throws CriError. */
  use(at: { driver: string; handle: string; path: string }): Promise<Partial<Figures> | undefined>
  /** Takes away all volumes of a pod, and from the node what no other pod uses. Throws while a driver is away. */
  release(uid: string): Promise<void>
}

/** Who waits for figures does not wait for ever. */
const statsMs = 10_000

const isDevice = (path: string) =>
  stat(path).then(
    (found) => found.isBlockDevice(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )

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

  const capabilityOf = (
    { isBlock, fsType, mountFlags, accessMode, fsGroup }: CsiVolume,
    { mountsForGroup }: Driver,
  ) => ({
    ...(isBlock
      ? { block: {} }
      : {
          mount: {
            fsType,
            mountFlags,
            ...(mountsForGroup && fsGroup !== undefined && { volumeMountGroup: String(fsGroup) }),
          },
        }),
    accessMode: { mode: accessMode },
  })

  /** Where it is prepared for the node, and where that is written down. */
  function stagedAt({ isBlock, name, driver, handle }: CsiVolume): { path: string; data: string } {
    if (isBlock) {
      const { staging, data } = blockPlaces(root, name, '')
      return { path: staging, data }
    }
    const folder = stagingFolder(root, driver, handle)
    return { path: join(folder, 'globalmount'), data: folder }
  }

  async function stage(volume: CsiVolume, driver: Driver): Promise<string> {
    const { path, data } = stagedAt(volume)
    const boot = await bootId()
    if ((await readData(data))?.boot === boot) return path
    await mkdir(path, { recursive: true, mode: 0o750 })
    await driver.plugin.call('csi.v1.Node/NodeStageVolume', {
      volumeId: volume.handle,
      publishContext: volume.publishContext,
      stagingTargetPath: path,
      volumeCapability: capabilityOf(volume, driver),
      secrets: volume.stageSecrets,
      volumeContext: volume.volumeContext,
    })
    await writeData(data, { driverName: volume.driver, volumeHandle: volume.handle, boot })
    return path
  }

  /** Unless another pod than the one of `own` has it. */
  async function unstage(
    { driverName, volumeHandle, stagingPath, devicePath }: VolumeData,
    own: string,
  ): Promise<void> {
    if (!stagingPath) return
    const folders = (await volumeFolders(pods)).filter((one) => one !== own)
    const others = await Promise.all(folders.map(readData))
    if (others.some((one) => one?.driverName === driverName && one.volumeHandle === volumeHandle)) return
    await driverNamed(driverName).plugin.call('csi.v1.Node/NodeUnstageVolume', {
      volumeId: volumeHandle,
      stagingTargetPath: stagingPath,
    })
    const leftovers = devicePath
      ? [stagingPath, dirname(blockPlaces(root, basename(stagingPath), '').data), dirname(devicePath)]
      : [dirname(stagingPath)]
    for (const folder of leftovers) {
      await unmountUnder(folder)
      await rm(folder, { recursive: true, force: true })
    }
  }

  const isThereAlready = async (volume: CsiVolume, folder: string, targetPath: string) =>
    (await readData(folder)) !== undefined && (volume.isBlock ? isDevice(targetPath) : isMounted(targetPath))

  return {
    async publish(uid, volume) {
      const folder = join(csiFolder(pods, uid), volume.name)
      const targetPath = volume.isBlock ? blockPlaces(root, volume.name, uid).target : join(folder, 'mount')
      return inTurn(`${volume.driver} ${volume.handle}`, async () => {
        const isThere = await isThereAlready(volume, folder, targetPath)
        if (isThere && !volume.republishes) return targetPath
        try {
          const driver = driverNamed(volume.driver)
          const stagingPath = driver.stages && !volume.isEphemeral ? await stage(volume, driver) : undefined
          // Written first: what a driver began must be taken back although we were killed meanwhile.
          await writeData(folder, {
            driverName: volume.driver,
            volumeHandle: volume.handle,
            ...(stagingPath && { stagingPath }),
            ...(volume.isBlock && { devicePath: targetPath }),
          })
          if (volume.isBlock) await mkdir(dirname(targetPath), { recursive: true, mode: 0o750 })
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
          if (!isThere && !volume.isBlock && volume.fsGroup !== undefined && !driver.mountsForGroup)
            await giveToGroup(targetPath, volume.fsGroup, volume.onlyOnMismatch)
        } catch (error) {
          if (!(error instanceof CriError)) throw error
          const step = volume.isBlock ? 'MapVolume.MapPodDevice' : 'MountVolume.SetUp'
          throw new MountError(`${step} failed for volume "${volume.name}" : ${error.message}`, { cause: error })
        }
        return targetPath
      })
    },
    async grow(uid, volume) {
      const driver = driverNamed(volume.driver)
      if (!driver.expands || volume.growsTo === undefined) return false
      const { path } = stagedAt(volume)
      const volumePath = volume.isBlock
        ? blockPlaces(root, volume.name, uid).target
        : join(csiFolder(pods, uid), volume.name, 'mount')
      return inTurn(`${volume.driver} ${volume.handle}`, async () => {
        await driver.plugin.call('csi.v1.Node/NodeExpandVolume', {
          volumeId: volume.handle,
          volumePath,
          capacityRange: { requiredBytes: volume.growsTo },
          ...(driver.stages && { stagingTargetPath: path }),
          volumeCapability: capabilityOf(volume, driver),
          secrets: volume.expandSecrets,
        })
        return true
      })
    },
    async use({ driver: name, handle, path }) {
      const driver = drivers()?.get(name)
      if (!driver?.tellsUse) return undefined
      const { usage } = await driver.plugin.call(
        'csi.v1.Node/NodeGetVolumeStats',
        { volumeId: handle, volumePath: path },
        statsMs,
      )
      const bytes = usage.find(({ unit }) => unit === usageUnits.bytes)
      const inodes = usage.find(({ unit }) => unit === usageUnits.inodes)
      return {
        ...(bytes && { usedBytes: bytes.used, capacityBytes: bytes.total, availableBytes: bytes.available }),
        ...(inodes && { inodesUsed: inodes.used, inodes: inodes.total, inodesFree: inodes.available }),
      }
    },
    async release(uid) {
      for (const folder of await volumeFolders(pods, uid)) {
        const data = await readData(folder)
        if (!data) continue
        await inTurn(`${data.driverName} ${data.volumeHandle}`, async () => {
          const targetPath = data.devicePath ?? join(folder, 'mount')
          await driverNamed(data.driverName).plugin.call('csi.v1.Node/NodeUnpublishVolume', {
            volumeId: data.volumeHandle,
            targetPath,
          })
          await unmountUnder(targetPath)
          if (data.devicePath) await rm(targetPath, { force: true })
          await unstage(data, folder)
          await removeData(folder)
        })
      }
    },
  }
}
