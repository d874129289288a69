import { randomBytes } from 'node:crypto'
import {
  chmod,
  lchown,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file to be shown; `mode` are its permission bits. */
export interface FileContent {
  data: Uint8Array
  mode: number
}

export interface FolderOwner {
  /** Group of everything, with its right to read; `fsGroup` of the pod. */
  gid?: number
  /** Owner of the files: for tokens of a pod that runs as one user. */
  uid?: number
}

const current = '..data'
/** What is shown is not written to: its owner and group may read it, as upstream has it for read-only volumes. */
const groupReads = 0o440

/**
 * Makes `folder` show exactly `files` (relative path → content), all changed in one step: readers see the old set or the
 * new one. As on any Kubernetes node: the files lie in `..<time>`, `..data` points there, and each name points through
 * `..data`. Does nothing when all is the same already.
 */
export async function writeAtomically(
  folder: string,
  files: ReadonlyMap<string, FileContent>,
  owner: FolderOwner = {},
): Promise<boolean> {
  const before = await readlink(join(folder, current)).catch(ifMissing(undefined))
  if (before !== undefined && (await isSame(join(folder, before), files))) return false
  await mkdir(folder, { recursive: true })
  await give(folder, 0o777, owner)
  const stamp = new Date().toISOString().replace(/[-:T]/g, '_').slice(0, 19)
  const next = `..${stamp}.${randomBytes(4).toString('hex')}`
  await mkdir(join(folder, next), { mode: 0o755 })
  await give(join(folder, next), 0o755, owner)
  for (const [path, { data, mode }] of files) {
    await makeFolders(join(folder, next), dirname(path), owner)
    const file = join(folder, next, path)
    await writeFile(file, data, { mode: 0o600 })
    await give(file, owner.gid === undefined ? mode : mode | groupReads, owner, false)
  }
  await symlink(next, join(folder, `${current}_tmp`))
  await rename(join(folder, `${current}_tmp`), join(folder, current))
  await showNames(folder, new Set([...files.keys()].map((path) => path.split('/')[0]!)))
  if (before !== undefined) await rm(join(folder, before), { recursive: true, force: true })
  return true
}

async function makeFolders(root: string, path: string, owner: FolderOwner): Promise<void> {
  if (path === '.') return
  let folder = root
  for (const part of path.split('/')) {
    folder = join(folder, part)
    const isNew = await mkdir(folder, { mode: 0o755 }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw error
      },
    )
    if (isNew) await give(folder, 0o755, owner)
  }
}

async function give(path: string, mode: number, { uid, gid }: FolderOwner, isFolder = true): Promise<void> {
  if (uid !== undefined || gid !== undefined) await lchown(path, uid ?? 0, gid ?? 0)
  await chmod(path, isFolder && gid !== undefined ? mode | 0o2550 : mode)
}

/** Links for new names first, then those of old ones go: no name is ever missing. */
async function showNames(folder: string, names: ReadonlySet<string>): Promise<void> {
  const shown = new Set((await readdir(folder)).filter((name) => !name.startsWith('..')))
  for (const name of names) if (!shown.has(name)) await symlink(join(current, name), join(folder, name))
  for (const name of shown) if (!names.has(name)) await rm(join(folder, name), { recursive: true, force: true })
}

async function isSame(folder: string, files: ReadonlyMap<string, FileContent>): Promise<boolean> {
  const there = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing([]))
  if (there.filter((entry) => entry.isFile()).length !== files.size) return false
  for (const [path, { data, mode }] of files) {
    const file = join(folder, path)
    const found = await readFile(file).catch(ifMissing(undefined))
    if (!found || Buffer.compare(found, data) !== 0) return false
    if (((await stat(file)).mode & 0o707) !== (mode & 0o707)) return false
  }
  return true
}

const ifMissing =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value
    throw error
  }
