import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '@sampan/kit/run'
import type { Instance } from './instance.ts'

/** What happens to machines, done to one instance: nothing here touches another. */

export const pidOf = (instance: Instance, name: string) =>
  Number(readFileSync(`${instance.home}/run/${name}.pid`, 'utf8'))

/** Everything of the instance that runs is killed, pods included, and what a reboot wipes is wiped. */
export async function reboot(instance: Instance): Promise<void> {
  const state = `/run/sampan/${instance.name}`
  const isOurs = (line: string) =>
    line.split('\0').some((word) => word === instance.home || word.startsWith(`${state}/`)) ||
    line.includes(`${instance.home}/containerd.toml`)
  // Twice: what was being started while the first round went by.
  for (let round = 0; round < 2; round++) {
    for (const pid of await readdir('/proc'))
      if (/^\d+$/.test(pid) && Number(pid) !== process.pid && isOurs(textOf(`/proc/${pid}/cmdline`))) kill(Number(pid))
    for (const folder of cgroupFolders(`sampan-${instance.name}`))
      for (const file of await readdir(folder, { recursive: true }).catch(() => []))
        if (file.endsWith('cgroup.procs'))
          for (const pid of textOf(join(folder, file)).split('\n').filter(Boolean)) kill(Number(pid))
    await sleep(300)
  }
  await run('nft', ['delete', 'table', 'inet', `sampan_${instance.name}`])
  await run('ip', ['link', 'delete', `sp-${instance.name}`])
  for (const folder of cgroupFolders(`sampan-${instance.name}`))
    await run('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${state}/`) || path.startsWith(`${instance.home}/pods/`))
  for (const path of mounts.toReversed()) await run('umount', ['-l', path])
  await rm(state, { recursive: true, force: true })
}

/** Folders of a cgroup in every hierarchy that has it. */
export const cgroupFolders = (name: string): string[] =>
  ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((controller) => `/sys/fs/cgroup/${controller}`)]
    .map((hierarchy) => join(hierarchy, name))
    .filter((folder) => existsSync(folder))

function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
