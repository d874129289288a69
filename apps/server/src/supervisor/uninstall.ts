import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '@sampan/kit/lock-file'
import { run } from '@sampan/kit/run'
import { removeNetwork } from '@sampan/network/network'
import { connectCri } from '@sampan/node/cri/client'
import { runtimeSocket } from '@sampan/node/runtime-files'
import { type Config, cgroupOf, networkConfig, pathsOf, savedConfig, stateOf } from '../config.ts'
import { imageCache } from '../setup/images.ts'
import type { Progress } from '../setup/progress.ts'
import { containerdPid, ensureContainerd, stopContainerd } from './containerd.ts'
import { stopProcess } from './processes.ts'
import { stopSupervisor } from './supervise.ts'

/** Stops the control plane; containerd and the pods stay. False when nothing ran. */
export async function down(home: string): Promise<boolean> {
  const was = await stopSupervisor(home)
  await stopProcess(home, 'platform')
  await stopProcess(home, 'engine')
  return was
}

/** Stops every pod and containerd itself. What is on disk stays. */
export async function stopPods(config: Config): Promise<void> {
  if (containerdPid(config) === undefined) {
    if (!existsSync(pathsOf(config.home).containerdConfig)) return
    await ensureContainerd(config, config.images.pause)
  }
  const cri = connectCri(runtimeSocket(stateOf(config)))
  try {
    const { items = [] } = await cri.call('ListPodSandbox', {})
    await Promise.all(
      items.map(async ({ id = '' }) => {
        await cri.call('StopPodSandbox', { podSandboxId: id })
        await cri.call('RemovePodSandbox', { podSandboxId: id })
      }),
    )
  } finally {
    cri.close()
  }
  await stopContainerd(config)
}

/** Takes an instance off the machine: processes, pods, mounts, interfaces, nftables, cgroups, files. */
export async function uninstall(home: string, progress: Progress, { keepImages = false } = {}): Promise<void> {
  await down(home)
  const config = savedConfig(home)
  if (config) {
    const done = progress.begin('stopping pods')
    await stopPods(config).catch((error: Error) =>
      progress.say(`containerd could not stop the pods (${error.message}): ending their processes instead`),
    )
    await stopContainerd(config)
    await endLeftovers(config)
    done()
    await removeNetwork(networkConfig(config))
    await removeCniResults(config.network.bridge)
    await unmountBelow([home, stateOf(config)])
    await removeCgroups(config.name)
    await rm(stateOf(config), { recursive: true, force: true })
    await removeIfEmpty(dirname(stateOf(config)))
  }
  await unmountBelow([home])
  await rm(home, { recursive: true, force: true })
  if (!keepImages && !(await otherInstances(home))) await rm(imageCache, { recursive: true, force: true })
}

/** Shims and container processes that outlived containerd: they belong to this instance's state folder. */
async function endLeftovers(config: Config) {
  const mine = processes().filter((pid) => belongs(pid, config))
  for (const pid of mine) process.kill(pid, 'SIGKILL')
  for (let i = 0; i < 100 && mine.some(isAlive); i++) await sleep(20)
}

const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

function belongs(pid: number, config: Config): boolean {
  if (pid === process.pid) return false
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (words.includes(`${stateOf(config)}/`) || words.includes(`${config.home}/containerd`)) return true
    return readlinkSync(`/proc/${pid}/root`).startsWith(`${stateOf(config)}/`)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return false
    throw error
  }
}

/** What CNI wrote down about each pod: `<network>-<sandbox>-<interface>`, and the same for its loopback. */
async function removeCniResults(network: string) {
  const folder = '/var/lib/cni/results'
  const names = existsSync(folder) ? await readdir(folder) : []
  const pods = names
    .filter((name) => name.startsWith(`${network}-`))
    .map((name) => name.slice(network.length).split('-')[1]!)
  for (const name of names) if (pods.some((id) => name.includes(id))) await rm(join(folder, name), { force: true })
  await removeIfEmpty(folder)
  await removeIfEmpty(dirname(folder))
}

/** Deepest first; a mount under another is listed after it. */
async function unmountBelow(folders: readonly string[]) {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
  const mine = mounts.filter((path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)))
  for (const path of mine.toReversed()) await run('umount', ['--lazy', path])
}

/** A cgroup folder goes by rmdir, children first. */
async function removeCgroups(name: string) {
  const roots = ['/sys/fs/cgroup', ...(await readdir('/sys/fs/cgroup')).map((one) => join('/sys/fs/cgroup', one))]
  for (const root of roots) {
    const top = join(root, cgroupOf(name))
    if (existsSync(join(top, 'cgroup.procs'))) await removeTree(top)
  }
}

async function removeTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name))
  }
  await rmdir(folder).catch(busyOrGone)
}

function busyOrGone(error: NodeJS.ErrnoException) {
  if (error.code !== 'EBUSY' && error.code !== 'ENOENT') throw error
}

const removeIfEmpty = (folder: string) =>
  rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
  })

async function otherInstances(home: string): Promise<boolean> {
  const folders = (await readdir('/var/lib')).filter((name) => name === 'sampan' || name.startsWith('sampan-'))
  const state = existsSync('/run/sampan') ? await readdir('/run/sampan') : []
  return folders.some((name) => join('/var/lib', name) !== home) || state.length > 0
}
