import { lstat, mkdir, open, stat } from 'node:fs/promises'
import { MountError } from './payload.ts'

/** Checks or makes what a hostPath volume points at. Throws MountError when it is something else. */
export async function checkHostPath(path: string, type: string): Promise<void> {
  if (type === 'DirectoryOrCreate' || type === 'FileOrCreate') await createIfMissing(path, type)
  const wanted = type.replace('OrCreate', '')
  if (wanted === '') return
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const is = {
    Directory: found?.isDirectory(),
    File: found?.isFile(),
    Socket: found?.isSocket(),
    CharDevice: found?.isCharacterDevice(),
    BlockDevice: found?.isBlockDevice(),
  }[wanted]
  if (!is) throw new MountError(`hostPath type check failed: ${path} is not a ${words[wanted] ?? wanted}`)
}

const words: Record<string, string> = {
  Directory: 'directory',
  File: 'file',
  Socket: 'socket file',
  CharDevice: 'character device',
  BlockDevice: 'block device',
}

async function createIfMissing(path: string, type: string): Promise<void> {
  const exists = await lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
  if (exists) return
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 })
  else await (await open(path, 'a', 0o644)).close()
}
