import { existsSync, globSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runOrThrow } from '@sampan/kit/run'
import { hashOfFiles } from './hash-of-files.ts'
import type { Progress } from './progress.ts'

/**
 * Engine and platform as one file each plus what they share (docs/adr/0003-bundle.md): they start several times faster and
 * need a third less memory than from hundreds of sources. Made again whenever a source changes. Gives the file to run.
 */
export async function prepareServer(source: string, progress: Progress): Promise<string> {
  const folder = join(source, folderOfPrograms, await serverHash(source))
  const main = join(folder, 'main.js')
  if (existsSync(main)) return main
  const done = progress.begin('server program')
  const unfinished = `${folder}.${process.pid}`
  // In a process of its own: the bundler's memory is gone with it.
  await runOrThrow(process.execPath, [import.meta.filename, source, unfinished])
  // Whoever was first with the same sources made the same files.
  await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    return rm(unfinished, { recursive: true })
  })
  done()
  return main
}

const folderOfPrograms = '.cache/server'

/** Names the program that these sources make. */
export const serverHash = (source: string): Promise<string> =>
  hashOfFiles(source, { folders: ['packages', 'apps/server/src'], files: ['package-lock.json'], ignored })

/** The hash in the command line of an engine or platform; undefined for any other program. */
export const hashIn = (commandLine: string): string | undefined =>
  commandLine
    .split('\0')
    .map((word) => new RegExp(`/${RegExp.escape(folderOfPrograms)}/([^/]+)/main\\.js$`).exec(word)?.[1])
    .find((hash) => hash !== undefined)

const ignored = /(^|\/)node_modules\/|\.test\.ts$|\/generated\//

async function bundle(source: string, folder: string) {
  const { rolldown } = await import('rolldown')
  const workers = globSync('packages/*/src/**/*-worker.ts', { cwd: source })
  const made = await rolldown({
    input: {
      main: join(source, 'apps/server/src/main.ts'),
      ...Object.fromEntries(workers.map((file) => [basename(file, '.ts'), join(source, file)])),
    },
    platform: 'node',
    external: /^rolldown$/,
    logLevel: 'silent',
    plugins: [
      {
        name: 'own-place',
        transform: (code, id) =>
          id.startsWith(source) && !id.includes('/node_modules/') ? withOwnPlace(code, id) : null,
        renderChunk: (code) => ({ code: narrow(code) }),
      },
    ],
  })
  await made.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', comments: false })
  await made.close()
}

/**
 * A module finds the files beside it where its source is, also from within the bundle; its workers are bundled too and lie
 * beside the bundle.
 */
export function withOwnPlace(code: string, file: string): string {
  return code
    .replace(/new URL\('\.\/([a-z-]+-worker)\.ts', import\.meta\.url\)/g, "new URL('./$1.js', import.meta.URL)")
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(file)))
    .replaceAll('import.meta.filename', JSON.stringify(file))
    .replaceAll('import.meta.URL', 'import.meta.url')
}

/**
 * The same program without a character beyond Latin 1: one such character anywhere, and V8 keeps all of the file's text in
 * two bytes a character for as long as the process lives.
 */
export const narrow = (code: string): string =>
  code.replace(/(\\*)([\u0100-\uffff])/g, (_, slashes: string, wide: string) => {
    // Behind a backslash the character means itself.
    const before = slashes.length % 2 === 1 ? slashes.slice(1) : slashes
    return `${before}\\u${wide.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

if (import.meta.main) await bundle(process.argv[2]!, process.argv[3]!)
