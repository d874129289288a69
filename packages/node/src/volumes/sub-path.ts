import { constants } from 'node:fs'
import { chmod, type FileHandle, lstat, mkdir, open, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { bindMount, isMounted } from './mounts.ts'
import { MountError } from './payload.ts'

const { O_DIRECTORY, O_NOFOLLOW } = constants
const O_PATH = 0o10000000

/** `..` would leave the volume. Throws MountError. */
export function checkSubPath(path: string): void {
  if (path.startsWith('/')) throw new MountError(`subPath must not be an absolute path: ${path}`)
  if (path.split('/').includes('..')) throw new MountError(`subPath must not contain '..': ${path}`)
}

/**
 * Mounts one file or folder of a volume at `target` and keeps it even when the container swaps path parts for links
 * while we look: the way down is walked on open folders, never following a link, and what is open gets mounted.
 * A missing folder is made. Throws MountError when the path leads out of the volume.
 */
export async function mountSubPath(volume: string, subPath: string, target: string): Promise<void> {
  checkSubPath(subPath)
  if (await isMounted(target)) return
  const root = await realpath(volume)
  await makeMissing(root, subPath)
  const real = await realpath(join(root, subPath))
  if (real !== root && !real.startsWith(`${root}/`)) throw new MountError(`subPath ${subPath} leads out of its volume`)
  const handle = await openBelow(root, real.slice(root.length).split('/').filter(Boolean))
  try {
    const opened = await handle.stat()
    await rm(target, { recursive: true, force: true })
    await mkdir(dirname(target), { recursive: true, mode: 0o750 })
    if (opened.isDirectory()) await mkdir(target)
    else await writeFile(target, '')
    await bindMount(`/proc/${process.pid}/fd/${handle.fd}`, target)
  } finally {
    await handle.close()
  }
}

/**
 * Makes folders up to the last existing one; what exists is followed only while it stays inside. New ones get the rights
 * of the volume itself, whatever our umask: who may write to the volume may write to them.
 */
async function makeMissing(root: string, subPath: string): Promise<void> {
  let at = root
  const mode = (await lstat(root)).mode & 0o7777
  for (const part of subPath.split('/').filter(Boolean)) {
    const next = join(at, part)
    const found = await lstat(next).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!found) {
      await mkdir(next, { mode: 0o700 })
      await chmod(next, mode)
    }
    at = await realpath(next)
    if (at !== root && !at.startsWith(`${resolve(root)}/`))
      throw new MountError(`subPath ${subPath} leads out of its volume`)
  }
}

/**
 * Text of one file of a volume, however the container changes what is there meanwhile; undefined when it is not there.
 * Throws MountError for links, for anything but a file, and for more than `most` bytes.
 */
export async function readBelow(volume: string, path: string, most: number): Promise<string | undefined> {
  checkSubPath(path)
  const root = await realpath(volume)
  if (!(await isThere(join(root, path)))) return undefined
  const handle = await openBelow(root, path.split('/').filter(Boolean))
  try {
    const { size, isFile } = await handle.stat().then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile) throw new MountError(`${path} is not a file`)
    if (size > most) throw new MountError(`${path} is larger than ${most} bytes`)
    return await readFile(`/proc/self/fd/${handle.fd}`, 'utf8')
  } finally {
    await handle.close()
  }
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )

async function openBelow(root: string, parts: readonly string[]): Promise<FileHandle> {
  let handle = await open(root, O_PATH | O_DIRECTORY | O_NOFOLLOW)
  for (const part of parts) {
    try {
      const next = await open(`/proc/self/fd/${handle.fd}/${part}`, O_PATH | O_NOFOLLOW)
      await handle.close()
      handle = next
    } catch (error) {
      await handle.close()
      throw new MountError(`cannot open ${part} of a subPath`, { cause: error })
    }
  }
  return handle
}
