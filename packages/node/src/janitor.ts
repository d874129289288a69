import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { evicted, type Shortage, victim } from './eviction.ts'
import { removable } from './image-gc.ts'
import { limitsStorage, storageExcess } from './local-storage.ts'
import { defaultRotation, rotateLog } from './logs/rotate.ts'
import type { Ending } from './pod/memory.ts'
import { podFolder, podLogFolder } from './pod-folders.ts'
import type { PodWorker } from './pod-worker.ts'
import { diskFloor, leastMemory, type Pressure, pressureOf, type Readings, readings, type Sources } from './pressure.ts'
import { teller } from './start-container.ts'

/** Keeps the machine usable: logs are rotated, unused images go when the disk fills, pods are evicted when nothing else helps. */
export interface Janitor {
  readonly pressure: Pressure
  /** Looks at everything once. */
  clean(): Promise<void>
  /** Looks at pods that say how much disk they may use. */
  holdToStorage(): Promise<void>
}

export interface JanitorOptions {
  context: NodeContext
  workers: ReadonlyMap<string, PodWorker>
  sources: Sources
  /** Images that are never removed, by the start of their names. */
  keptImages: readonly string[]
}

/** Share of the disk in use from which images go, and down to which. */
const highShare = 0.85
const lowShare = 0.8

export function janitor({ context, workers, sources, keptImages }: JanitorOptions): Janitor {
  const { cri, containerd, view, clock, log, settings } = context
  const lastUsed = new Map<string, number>()
  let pressure: Pressure = { memory: false, disk: false, pids: false }

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

  async function removeImages(bytes: number): Promise<void> {
    const [{ images }, { containers }] = await Promise.all([cri.call('ListImages', {}), cri.call('ListContainers', {})])
    const now = clock.now().getTime()
    const inUse = new Set(containers.flatMap(({ image, imageRef }) => [image?.image ?? '', imageRef]))
    for (const { id } of images) if (inUse.has(id) || !lastUsed.has(id)) lastUsed.set(id, now)
    for (const id of lastUsed.keys()) if (!images.some((one) => one.id === id)) lastUsed.delete(id)
    for (const { id, repoTags, size } of removable(images, bytes, { inUse, lastUsed, kept: keptImages, now })) {
      await cri.call('RemoveImage', { image: { image: id } })
      log.info('removed an unused image', { image: repoTags[0] ?? id, bytes: size })
    }
  }

  async function evict(resource: 'memory' | 'ephemeral-storage', { least, available }: Shortage) {
    const usage = resource === 'memory' ? await memoryUse() : await diskUse()
    const running = [...workers.values()].filter(({ pod }) => view.of(pod.metadata.uid ?? '')?.sandboxes[0]?.isReady)
    const chosen = victim(
      running.map(({ pod }) => ({ pod, usage: usage.get(pod.metadata.uid ?? '') ?? 0 })),
      resource,
    )
    if (!chosen) return
    evictPod(chosen.pod, evicted(resource, { least, available }))
  }

  function evictPod(pod: Pod, ending: Ending) {
    teller(context, pod)('Warning', ending.reason, ending.message)
    workers.get(pod.metadata.uid ?? '')?.end(ending)
  }

  async function memoryUse(): Promise<Map<string, number>> {
    const { stats } = await cri.call('ListContainerStats', {})
    const use = new Map<string, number>()
    for (const { attributes, memory } of stats) {
      const uid = view.uidOf(attributes?.id ?? '')
      if (uid) use.set(uid, (use.get(uid) ?? 0) + (memory?.workingSetBytes?.value ?? 0))
    }
    return use
  }

  async function diskUse(): Promise<Map<string, number>> {
    const { stats } = await cri.call('ListContainerStats', {})
    const use = new Map<string, number>()
    for (const { attributes, writableLayer } of stats) {
      const uid = view.uidOf(attributes?.id ?? '')
      if (uid) use.set(uid, (use.get(uid) ?? 0) + (writableLayer?.usedBytes?.value ?? 0))
    }
    for (const { pod } of workers.values()) {
      const uid = pod.metadata.uid ?? ''
      use.set(uid, (use.get(uid) ?? 0) + (await ownFiles(pod)))
    }
    return use
  }

  const ownFiles = async (pod: Pod) =>
    (await sizeOf(join(podFolder(settings, pod.metadata), 'volumes'))) +
    (await sizeOf(podLogFolder(settings, pod.metadata)))

  /** Pods that say how much disk they may use are held to it. */
  async function enforceStorage() {
    const limited = [...workers.values()].filter(({ pod }) => limitsStorage(pod) && !isTerminal(pod))
    if (limited.length === 0) return
    for (const worker of limited) {
      const { pod } = worker
      const containers = new Map<string, number>()
      for (const { id, name, state } of view.of(pod.metadata.uid ?? '')?.containers ?? []) {
        if (state !== 'running') continue
        const logs = await sizeOf(join(podLogFolder(settings, pod.metadata), name))
        containers.set(name, ((await containerd.written(id)) ?? 0) + logs)
      }
      const emptyDirs = new Map<string, number>()
      for (const { name, emptyDir } of pod.spec.volumes ?? [])
        if (emptyDir && emptyDir.medium !== 'Memory')
          emptyDirs.set(name, await sizeOf(join(podFolder(settings, pod.metadata), 'volumes', name)))
      const ending = storageExcess(pod, { emptyDirs, containers })
      if (ending) evictPod(pod, ending)
    }
  }

  const isFilling = ({ diskTotal, diskAvailable }: Readings) =>
    diskAvailable < diskTotal * (1 - highShare) && diskAvailable < 4 * diskFloor(diskTotal)

  return {
    get pressure() {
      return pressure
    },
    holdToStorage: enforceStorage,
    async clean() {
      await rotate()
      let now = await readings(sources)
      if (isFilling(now)) {
        await removeImages(now.diskTotal * (1 - lowShare) - now.diskAvailable)
        now = await readings(sources)
      }
      pressure = pressureOf(now)
      if (pressure.memory) await evict('memory', { least: leastMemory, available: now.memoryAvailable })
      else if (pressure.disk)
        await evict('ephemeral-storage', { least: diskFloor(now.diskTotal), available: now.diskAvailable })
    },
  }
}

/** Bytes of all files below a folder; 0 when there is none. What vanishes meanwhile does not count. */
export async function sizeOf(folder: string): Promise<number> {
  const missing = (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(missing)
  let sum = 0
  for (const entry of entries ?? []) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name)).catch(missing)
    sum += (found?.blocks ?? 0) * 512
  }
  return sum
}
