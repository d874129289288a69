import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run, runOrThrow } from '@sampan/kit/run'

/** Image building on this machine, with storage of its own that nothing else uses. */
export interface Buildah {
  has(image: string): Promise<boolean>
  /** Makes an image of one layer from a tar of a root file system. */
  fromTar(tar: string, image: string, config: readonly string[]): Promise<void>
  /** Pulls by name; false when no registry answers within the time. */
  pull(name: string, image: string, timeoutMs: number): Promise<boolean>
  /** Brings back what `save` wrote as an OCI archive. */
  load(archive: string, image: string): Promise<void>
  /** Builds the Dockerfile in `folder`. Throws with the last lines of its output. */
  build(folder: string, image: string): Promise<void>
  /** Writes an archive whose image is called `name`. OCI archives are compressed; Docker's are not, and quicker to write. */
  save(image: string, archive: string, name: string, format: 'oci' | 'docker'): Promise<void>
  removeAll(): Promise<void>
}

export function buildahAt(folder: string): Buildah {
  const root = join(folder, 'storage')
  const runRoot = join(folder, 'run')
  const common = ['--root', root, '--runroot', runRoot, '--storage-driver', 'overlay']
  const buildah = (...args: string[]) => runOrThrow('buildah', [...common, ...args])
  return {
    has: async (image) => (await run('buildah', [...common, 'inspect', '--type', 'image', image])).code === 0,
    async fromTar(tar, image, config) {
      await mkdir(root, { recursive: true })
      const container = (await buildah('from', 'scratch')).trim()
      await buildah('add', '--quiet', container, tar, '/')
      await buildah('config', ...config, container)
      await buildah('commit', '--quiet', '--rm', container, image)
    },
    async pull(name, image, timeoutMs) {
      await mkdir(root, { recursive: true })
      const pulled = await run('buildah', [...common, 'pull', '--quiet', name], { timeoutMs })
      if (pulled.code !== 0) return false
      await buildah('tag', name, image)
      return true
    },
    async load(archive, image) {
      const id = (await buildah('pull', '--quiet', `oci-archive:${archive}`)).trim()
      await buildah('tag', id, image)
    },
    async build(folder, image) {
      await buildah(
        'build',
        '--isolation',
        'chroot',
        '--network',
        'host',
        '--pull-never',
        '--quiet',
        '--tag',
        image,
        folder,
      )
    },
    save: async (image, archive, name, format) => {
      await buildah('push', '--quiet', image, `${format}-archive:${archive}:${name}`)
    },
    async removeAll() {
      await run('buildah', [...common, 'rm', '--all'])
      await run('buildah', [...common, 'rmi', '--all', '--force'])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
