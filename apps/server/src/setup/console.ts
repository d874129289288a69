import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runOrThrow } from '@sampan/kit/run'
import { hashOfFiles } from './hash-of-files.ts'
import type { Progress } from './progress.ts'

/** Builds the console's pages when they are not those of the present sources. Gives the folder to serve. */
export async function prepareConsole(source: string, progress: Progress): Promise<string> {
  const folder = join(source, 'apps/web')
  const dist = join(folder, 'dist')
  const stamp = join(dist, '.source')
  const wanted = await hashOfFiles(source, {
    folders: ['apps/web'],
    files: ['package-lock.json'],
    ignored: /^apps\/web\/(dist|node_modules)\//,
  })
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return dist
  const done = progress.begin('console')
  await runOrThrow(process.execPath, [join(source, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel=error'], {
    cwd: folder,
  })
  await writeFile(stamp, wanted)
  done()
  return dist
}
