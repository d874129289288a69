import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** One hash over the files below `folders` and of `files`, by name and content; `ignored` matches paths that do not count. */
export async function hashOfFiles(
  root: string,
  { folders, files = [], ignored }: { folders: readonly string[]; files?: readonly string[]; ignored?: RegExp },
): Promise<string> {
  const listed = await Promise.all(
    folders.map((folder) => readdir(join(root, folder), { recursive: true, withFileTypes: true })),
  )
  const paths = listed
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !ignored?.test(path))
    .sort()
  const hash = createHash('sha256')
  for (const path of [...paths, ...files])
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}
