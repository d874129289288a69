import { join } from 'node:path'
import { isTerminal } from '@sampan/resources/core/pod'
import type { ContainerProcesses } from './container-processes.ts'
import type { NodeContext } from './context.ts'
import { evictor } from './evictor.ts'
import { imageCleaner } from './image-cleaner.ts'
import { limitsStorage, storageExcess } from './local-storage.ts'
import { defaultRotation, rotateLog } from './logs/rotate.ts'
import { nodeTeller } from './node-events.ts'
import { podFolder, podLogFolder } from './pod-folders.ts'
import { measure } from './pod-use.ts'
import type { PodWorker } from './pod-worker.ts'
import { type Pressure, pressureOver, type Reading, readings, type Sources, shortagesOf } from './pressure.ts'
import { sweep } from './sweep.ts'

/** Keeps the machine usable: logs are rotated, unused images go when the disk fills, pods are evicted when nothing else helps. */
export interface Janitor {
  readonly pressure: Pressure
  /** Looks at everything once; to be called every few seconds. */
  clean(): Promise<void>
  /** Looks at pods that say how much disk they may use. */
  holdToStorage(): Promise<void>
}

export interface JanitorOptions {
  context: NodeContext
  workers: ReadonlyMap<string, PodWorker>
  processes: ContainerProcesses
  sources: Sources
  /** Images that are never removed, by the start of their names. */
  keptImages: readonly string[]
}

/** Share of the disk in use from which images go, and down to which. */
const highShare = 0.85
const lowShare = 0.8
/** Large disks are left in peace while they have so many times what they must. */
const plenty = 4
const leastDisk = 5 * 1024 ** 3
/** Between looks at what images there are, and for what pods left behind. */
const slowMs = 5 * 60_000

export function janitor({ context, workers, processes, sources, keptImages }: JanitorOptions): Janitor {
  const { cri, containerd, view, clock, log, settings } = context
  const images = imageCleaner(context, workers, keptImages)
  const { relieve, evict } = evictor(context, workers, { images, processes })
  const tell = nodeTeller(context)
  const pressureNow = pressureOver()
  let pressure: Pressure = { memory: false, disk: false, pids: false }
  let slowAt = 0
  let toldAt = Number.NEGATIVE_INFINITY

  async function rotate() {
    for (const pod of view.all())
      for (const { id, state, logPath } of pod.containers) {
        if (state !== 'running') continue
        const reopen = async () => void (await cri.call('ReopenContainerLog', { containerId: id }))
        await rotateLog(logPath, defaultRotation, reopen, clock.now()).catch((error: unknown) =>
          log.warn('a container log could not be rotated', { path: logPath, error }),
        )
      }
  }

  /** Whether images were removed because the disk they are on is filling. */
  async function makeRoom(now: readonly Reading[]): Promise<boolean> {
    const disk = now.find(({ signal }) => signal === 'imagefs.available') ?? now.find(isNodefs)
    if (!disk || !isFilling(disk)) return false
    const wanted = Math.ceil(disk.capacity * (1 - lowShare) - disk.available)
    const freed = await images.free(wanted)
    const at = clock.now().getTime()
    if (freed < wanted && at - toldAt >= slowMs) {
      toldAt = at
      tell(
        'Warning',
        'FreeDiskSpaceFailed',
        `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`,
      )
    }
    return freed > 0
  }

  /** What is rarely needed, now and then. */
  async function lookAround() {
    const at = clock.now().getTime()
    if (at - slowAt < slowMs && at >= slowAt) return
    slowAt = at
    await images.look()
    await sweep(context, (uid) => workers.has(uid) || view.of(uid) !== undefined)
  }

  /** Pods that say how much disk they may use are held to it. */
  async function enforceStorage() {
    const limited = [...workers.values()].filter(({ pod }) => limitsStorage(pod) && !isTerminal(pod))
    for (const worker of limited) {
      const { pod } = worker
      const containers = new Map<string, number>()
      for (const { id, name, state } of view.of(pod.metadata.uid ?? '')?.containers ?? []) {
        if (state !== 'running') continue
        const logs = await measure(join(podLogFolder(settings, pod.metadata), name))
        containers.set(name, ((await containerd.written(id)) ?? 0) + logs.bytes)
      }
      const emptyDirs = new Map<string, number>()
      for (const { name, emptyDir } of pod.spec.volumes ?? [])
        if (emptyDir && emptyDir.medium !== 'Memory')
          emptyDirs.set(name, (await measure(join(podFolder(settings, pod.metadata), 'volumes', name))).bytes)
      const ending = storageExcess(pod, { emptyDirs, containers })
      if (ending) evict(pod, ending)
    }
  }

  return {
    get pressure() {
      return pressure
    },
    holdToStorage: enforceStorage,
    async clean() {
      await rotate()
      await lookAround()
      let now = await readings(sources)
      if (await makeRoom(now)) now = await readings(sources)
      pressure = pressureNow(shortagesOf(now), clock.now().getTime())
      await relieve(now, () => readings(sources))
    },
  }
}

const isNodefs = ({ signal }: Reading) => signal === 'nodefs.available'

const isFilling = ({ available, capacity }: Reading) =>
  available < capacity * (1 - highShare) && available < plenty * Math.min(leastDisk, capacity * 0.1)
