import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { waitForLock } from '@sampan/kit/lock-file'
import { baseRecipe, makeBase } from './base-image.ts'
import { type Buildah, buildahAt } from './buildah.ts'
import type { Progress } from './progress.ts'

/** The images the system itself runs, each from `images/<name>/Dockerfile`; `base` comes first, the others build on it. */
export const systemImages = ['base', 'pause', 'ingress', 'registry', 'builder'] as const
export type SystemImage = (typeof systemImages)[number]

export interface BuiltImage {
  /** Full name, as `sampan.dev/system/ingress:3f2a…`; the tag is the hash of everything that went into it. */
  name: string
  /** File on this machine: an OCI archive for `base`, Docker archives for the others. */
  archive: string
}

/** One cache for all instances of a machine: image archives and buildah's storage. */
export const imageCache = '/var/cache/sampan'

/**
 * Builds what is not in the cache yet and gives the names and archives of all system images. Work of another process on
 * the same cache is waited for, not repeated.
 */
export async function prepareImages(
  source: string,
  progress: Progress,
  cache = imageCache,
): Promise<Record<SystemImage, BuiltImage>> {
  const built = await plannedImages(source, cache)
  const missing = systemImages.filter((name) => !existsSync(built[name].archive))
  if (missing.length === 0) return built
  await mkdir(join(cache, 'images'), { recursive: true })
  const letGo = await waitForLock(join(cache, 'build.lock'))
  try {
    const buildah = buildahAt(join(cache, 'buildah'))
    if (existsSync(built.base.archive)) await buildah.load(built.base.archive, 'localhost/sampan/base')
    else {
      const done = progress.begin('base image')
      done(await makeBase(buildah, join(cache, 'tmp')))
      await save(buildah, 'localhost/sampan/base', built.base, 'oci') // the registry takes it from there
    }
    await Promise.all(
      missing.map(async (name) => {
        if (name === 'base' || existsSync(built[name].archive)) return
        const done = progress.begin(`system image ${name}`)
        await buildah.build(join(source, 'images', name), `localhost/sampan/${name}`)
        await save(buildah, `localhost/sampan/${name}`, built[name], 'docker')
        done()
      }),
    )
    // The archives are what is kept; buildah's working storage would hold everything a second time.
    await buildah.removeAll()
  } finally {
    await letGo()
  }
  return built
}

/** Names and archive paths of all system images; nothing is built. */
export async function plannedImages(source: string, cache = imageCache): Promise<Record<SystemImage, BuiltImage>> {
  const base = hashOf([baseRecipe()])
  const entries = await Promise.all(
    systemImages.map(async (name) => {
      const hash = name === 'base' ? base : hashOf([base, ...(await contentsOf(join(source, 'images', name)))])
      const built: BuiltImage = {
        name: `sampan.dev/system/${name}:${hash}`,
        archive: join(cache, 'images', `${name}-${hash}.tar`),
      }
      return [name, built] as const
    }),
  )
  return Object.fromEntries(entries) as Record<SystemImage, BuiltImage>
}

/** An archive appears under its name only when it is whole. */
async function save(buildah: Buildah, image: string, { name, archive }: BuiltImage, format: 'oci' | 'docker') {
  const unfinished = `${archive}.part`
  await rm(unfinished, { force: true })
  await buildah.save(image, unfinished, name, format)
  await rename(unfinished, archive)
}

const hashOf = (parts: readonly string[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 16)
}

async function contentsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Promise.all(files.map(async (file) => `${file.slice(folder.length)}\n${await readFile(file, 'latin1')}`))
}
