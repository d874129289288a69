import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runOrThrow } from '@sampan/kit/run'
import type { Progress } from './progress.ts'

/** Builds the console's pages when they are not those of the present sources. Gives the folder to serve. */
export async function prepareConsole(source: string, progress: Progress): Promise<string> {
  const folder = join(source, 'apps/web')
  const dist = join(folder, 'dist')
  const stamp = join(dist, '.source')
  const wanted = await hashOfSources(folder, join(source, 'package-lock.json'))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return dist
  const done = progress.begin('console')
  await runOrThrow(process.execPath, [join(source, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel=error'], {
    cwd: folder,
  })
  await writeFile(stamp, wanted)
  done()
  return dist
}

async function hashOfSources(folder: string, lock: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(dist|node_modules)\//.test(file.slice(folder.length)))
    .sort()
  const hash = createHash('sha256')
  for (const file of [...files, lock]) hash.update(file.slice(folder.length)).update(readFileSync(file))
  return hash.digest('hex')
}
