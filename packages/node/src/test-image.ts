import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runOrThrow } from '@sampan/kit/run'

export interface ImageConfig {
  Entrypoint?: string[]
  Cmd?: string[]
  Env?: string[]
  User?: string
  WorkingDir?: string
}

export const pauseCommand = [
  '/bin/busybox',
  'sh',
  '-c',
  "trap 'exit 0' TERM INT; /bin/busybox sleep 2147483647 & while :; do wait; done",
]

/**
 * An image archive (as `docker save` writes it) with nothing but the host's static busybox and links to its applets.
 * `folder` is for work files. Gives the archive's path.
 */
export async function busyboxArchive(folder: string, name: string, config: ImageConfig): Promise<string> {
  const root = join(folder, 'root')
  await mkdir(join(root, 'bin'), { recursive: true })
  for (const dir of ['tmp', 'etc', 'root']) await mkdir(join(root, dir), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  await copyFile('/bin/busybox', join(root, 'bin/busybox'))
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n')
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')
  const applets = (await runOrThrow('/bin/busybox', ['--list']))
    .split('\n')
    .filter((applet) => /^[a-z0-9[]+$/.test(applet))
  for (const applet of applets) if (applet !== 'busybox') await symlink('busybox', join(root, 'bin', applet))
  await runOrThrow('tar', ['-C', root, '--owner=0', '--group=0', '-cf', join(folder, 'layer.tar'), '.'])
  const digest = createHash('sha256')
    .update(await readFile(join(folder, 'layer.tar')))
    .digest('hex')
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Env: ['PATH=/bin'], ...config },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created_by: 'test' }],
    }),
  )
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]),
  )
  const archive = join(folder, 'image.tar')
  await runOrThrow('tar', ['-C', folder, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar'])
  return archive
}
