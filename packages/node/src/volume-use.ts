import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FsUse, PodVolumesUse, VolumeUse } from '@sampan/resources/node-usage'
import { diskFigures, type Figures, fileFigures } from './disk-figures.ts'
import type { VolumePlace } from './volume-places.ts'

/** How full volumes are, by pod; the newest that is known. Asked for again, it is measured anew when it got old. */
export type VolumeFigures = () => Promise<PodVolumesUse[]>

export interface PodPlaces {
  uid: string
  name: string
  namespace: string
  places: VolumePlace[]
}

export interface VolumeFigureSources {
  /** Volumes there are now. */
  pods(): PodPlaces[]
  /** What a driver says of its volume; undefined when it says nothing. */
  driver(place: VolumePlace): Promise<Partial<Figures> | undefined>
  now(): Date
}

/** As upstream: volumes are measured once a minute at most. */
const freshMs = 60_000
/** Large volumes are measured more rarely: no more than a twentieth of the time. */
const restTimes = 20
/** Who asks first waits so long for the first figures. */
const firstMs = 3000

/** Nobody asks, nothing is measured. */
export function volumeFigures(sources: VolumeFigureSources): VolumeFigures {
  let known: PodVolumesUse[] = []
  let dueAt = Number.NEGATIVE_INFINITY
  let measuring: Promise<void> | undefined

  async function measure() {
    const began = sources.now().getTime()
    try {
      known = await measured(sources)
    } finally {
      const took = Math.max(0, sources.now().getTime() - began)
      dueAt = began + Math.max(freshMs, took * restTimes)
      measuring = undefined
    }
  }

  return async () => {
    const isFirst = dueAt === Number.NEGATIVE_INFINITY
    if (!measuring && sources.now().getTime() >= dueAt) {
      measuring = measure()
      measuring.catch(() => undefined) // told to who waits; others get what is known
    }
    if (isFirst && measuring) await soon(measuring)
    return known
  }
}

async function soon(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, firstMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function measured({ pods, driver, now }: VolumeFigureSources): Promise<PodVolumesUse[]> {
  const all = pods()
  const places = all.flatMap((pod) => pod.places)
  const own = new Map(
    await Promise.all(places.map(async ({ path, as }) => [path, as === 'files' && (await ownsDisk(path))] as const)),
  )
  const files = await fileFigures([
    ...new Set(places.filter(({ path, as }) => as === 'files' && !own.get(path)).map(({ path }) => path)),
  ])
  const disks = new Map<string, Promise<Figures | undefined>>()
  /** The same file system is asked once. */
  const diskAt = (path: string) => {
    const asked = disks.get(path) ?? diskFigures(path)
    disks.set(path, asked)
    return asked
  }

  async function figuresOf(place: VolumePlace): Promise<Figures | undefined> {
    const told = place.csi && (await driver(place))
    if (told?.capacityBytes !== undefined || place.as === 'device') return told && { ...none, ...told }
    const disk = await diskAt(place.path)
    if (!disk || place.as === 'disk' || own.get(place.path)) return disk
    const found = files.get(place.path)
    return found && shareOf(disk, found, place.promised)
  }

  return Promise.all(
    all.map(async ({ places: those, ...pod }) => {
      const volumes = await Promise.all(
        those.map(async (place): Promise<VolumeUse[]> => {
          const figures = await figuresOf(place)
          const { name, claim } = place
          return figures ? [{ name, ...(claim !== undefined && { claim }), time: now(), ...figures }] : []
        }),
      )
      return { ...pod, volumes: volumes.flat() }
    }),
  )
}

const none: Figures = { usedBytes: 0, capacityBytes: 0, availableBytes: 0, inodes: 0, inodesUsed: 0, inodesFree: 0 }

/** A folder among others: it takes what its files take, of the disk's room or of what it was promised. */
export function shareOf(
  disk: Figures,
  { bytes, inodes }: { bytes: number; inodes: number },
  promised: number | undefined,
): Figures {
  const left =
    promised === undefined ? disk.availableBytes : Math.min(disk.availableBytes, Math.max(0, promised - bytes))
  return {
    usedBytes: bytes,
    capacityBytes: promised ?? disk.capacityBytes,
    availableBytes: left,
    inodes: disk.inodes,
    inodesUsed: inodes,
    inodesFree: disk.inodesFree,
  }
}

/** Whether something is mounted there: then its file system says it all. */
async function ownsDisk(path: string): Promise<boolean> {
  const missing = (error: NodeJS.ErrnoException): undefined | never => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
  const [own, above]: (Stats | undefined)[] = await Promise.all([
    stat(path).catch(missing),
    stat(dirname(path)).catch(missing),
  ])
  return own !== undefined && above !== undefined && own.dev !== above.dev
}

/** The file system pods are on. */
export async function nodeDisk(folder: string, now: Date): Promise<FsUse> {
  return { time: now, ...((await diskFigures(folder)) ?? none) }
}
