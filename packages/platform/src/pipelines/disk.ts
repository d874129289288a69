import { statfs } from 'node:fs/promises'

export interface Disk {
  freeBytes: number
  totalBytes: number
}

export async function diskOf(folder: string): Promise<Disk> {
  const { bsize, bavail, blocks } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

/** Every look at a run asks: a disk does not fill in a moment. */
export function diskReader(folder: string, forMs = 1000): () => Promise<Disk> {
  let known: { at: number; disk: Promise<Disk> } | undefined
  return () => {
    const now = performance.now()
    if (!known || now - known.at > forMs) {
      const disk = diskOf(folder)
      known = { at: now, disk }
      disk.catch(() => {
        known = undefined
      })
    }
    return known.disk
  }
}

/** Why a build must not start (or go on) on this disk, in one sentence; undefined when it may. */
export function diskRefusal({ freeBytes, totalBytes }: Disk, wantedBytes: number, folder: string): string | undefined {
  if (freeBytes >= wantedBytes) return undefined
  return `the disk under ${folder} has ${sizeText(freeBytes)} free of ${sizeText(totalBytes)}, and a build needs ${sizeText(wantedBytes)}: free some space or remove old releases`
}

/** `1.5 GiB`, `512 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const unit = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** unit
  return `${value < 10 && unit > 0 ? Number(value.toFixed(1)) : Math.round(value)} ${units[unit]}`
}
