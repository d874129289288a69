import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runOrThrow } from '@sampan/kit/run'
import type { Buildah } from './buildah.ts'

/** The Debian release all system images and stacks are built on. */
export const baseSuite = 'bookworm'

const upstream = `docker.io/library/debian:${baseSuite}-slim`

/** As in the official slim images: no documentation, manual pages or translations, but every licence. */
const slim = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
]

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Filtering while unpacking takes four times as long as deleting afterwards; dpkg is told for what is installed later.
 * mmdebstrap runs these with the new root as `$1`.
 */
const hooks = [
  'rm -rf "$1"/usr/share/man/* "$1"/usr/share/info/* "$1"/usr/share/locale/*',
  'find "$1"/usr/share/doc -mindepth 2 ! -name copyright ! -type d -delete',
]

/** Everything that decides what the base image is; part of the hash of every system image. */
export const baseRecipe = () => JSON.stringify({ baseSuite, upstream, slim, hooks, version: 2 })

/** Makes `localhost/sampan/base`: pulled where a registry answers, else from Debian packages. Gives how it was made. */
export async function makeBase(buildah: Buildah, scratch: string): Promise<string> {
  if (await buildah.pull(upstream, 'localhost/sampan/base', 20_000)) return 'pulled'
  await mkdir(scratch, { recursive: true })
  const tar = join(scratch, 'base.tar')
  const dpkgConfig = join(scratch, 'dpkg-slim')
  await writeFile(dpkgConfig, `${slim.join('\n')}\n`)
  await runOrThrow('mmdebstrap', [
    '--variant=apt',
    '--include=ca-certificates',
    '--format=tar',
    '--aptopt=Acquire::Languages "none"',
    '--dpkgopt=force-unsafe-io',
    `--customize-hook=upload ${dpkgConfig} /etc/dpkg/dpkg.cfg.d/slim`,
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    ...(existsSync(keyring) ? [`--keyring=${keyring}`] : []),
    baseSuite,
    tar,
    await mirror(),
  ])
  await buildah.fromTar(tar, 'localhost/sampan/base', [
    '--cmd',
    '/bin/bash',
    '--env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ])
  await rm(scratch, { recursive: true, force: true })
  return 'built from Debian packages'
}

/** The Debian mirror this machine uses, so that a machine with only a local mirror works; else the public one. */
async function mirror(): Promise<string> {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    if (!existsSync(file)) continue
    const found = /^(?:URIs:|deb(?: \[[^\]]*\])?) *(https?:\/\/\S+\/debian\/?)(?: |$)/m.exec(
      await readFile(file, 'utf8'),
    )
    if (found) return found[1]!
  }
  return 'http://deb.debian.org/debian'
}
