import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type StackName, stackNames } from './stacks/source.ts'

/** The image of a stack: what it is made from, and the tag that says so. */
export interface StackImage {
  name: StackName
  /** `stacks/python` */
  repository: string
  /** Hash of its files: another content is another tag. */
  tag: string
  files: Record<string, string>
}

export async function stackImagesIn(folder: string): Promise<Record<StackName, StackImage>> {
  const all = await Promise.all(stackNames.map(async (name) => [name, await stackImage(folder, name)] as const))
  return Object.fromEntries(all) as Record<StackName, StackImage>
}

async function stackImage(folder: string, name: StackName): Promise<StackImage> {
  const hash = createHash('sha256')
  const files: Record<string, string> = {}
  for (const file of (await readdir(join(folder, name))).toSorted()) {
    files[file] = await readFile(join(folder, name, file), 'utf8')
    hash.update(`${file}\0${files[file]}\0`)
  }
  return { name, repository: `stacks/${name}`, tag: hash.digest('hex').slice(0, 12), files }
}
