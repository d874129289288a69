import { existsSync } from 'node:fs'
import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, hostname, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseResolvConf, type ResolvConf } from './pod/dns-config.ts'
import { isMounted, mountAt, shareMounts } from './volumes/mounts.ts'
import type { VolumeFolders } from './volumes/volumes.ts'

/** The machine as pods and the Node object see it. */
export interface Host {
  hostname: string
  cpus: number
  memory: number
  /** Bytes of the file system images and volumes are on. */
  disk: number
  hasSwapLimit: boolean
  hasAppArmor: boolean
  resolvConf: ResolvConf
  hostsFile: string
  system: {
    machineID: string
    systemUUID: string
    bootID: string
    kernelVersion: string
    osImage: string
    architecture: 'amd64' | 'arm64'
  }
}

/**
 * Makes the machine ready for pods: packets are forwarded, and secrets get a file system that is memory only. The one
 * place where the node changes settings of the host. Run again, it changes nothing.
 */
export async function prepareHost(folders: VolumeFolders & { logs: string }): Promise<void> {
  const forward = '/proc/sys/net/ipv4/ip_forward'
  if ((await readFile(forward, 'utf8')).trim() !== '1') await writeFile(forward, '1')
  for (const folder of [folders.pods, folders.logs, folders.memory])
    await mkdir(folder, { recursive: true, mode: 0o755 })
  await shareMounts(folders.pods)
  if (!(await isMounted(folders.memory)))
    await mountAt('tmpfs', 'tmpfs', folders.memory, ['mode=0711', 'nosuid', 'nodev'])
}

export async function readHost(root: string): Promise<Host> {
  const disk = await statfs(root)
  const machineID = (await optional('/etc/machine-id')).trim()
  return {
    hostname: hostname(),
    cpus: availableParallelism(),
    memory: totalmem(),
    disk: disk.blocks * disk.bsize,
    hasSwapLimit:
      existsSync('/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes') ||
      existsSync('/sys/fs/cgroup/cgroup.controllers'),
    hasAppArmor: (await optional('/sys/module/apparmor/parameters/enabled')).trim() === 'Y',
    resolvConf: await hostResolvConf(),
    hostsFile: await optional('/etc/hosts'),
    system: {
      machineID,
      // A machine without one is known by the other, as upstream has it.
      systemUUID: (await optional('/sys/class/dmi/id/product_uuid')).trim() || machineID,
      bootID: (await optional('/proc/sys/kernel/random/boot_id')).trim(),
      kernelVersion: release(),
      osImage: osName(await optional('/etc/os-release')),
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    },
  }
}

/** A resolver on the host's loopback is no use inside a pod: its own upstreams are taken instead. */
async function hostResolvConf(): Promise<ResolvConf> {
  const main = parseResolvConf(await optional('/etc/resolv.conf'))
  if (!main.servers.some((server) => server.startsWith('127.'))) return main
  const upstream = parseResolvConf(await optional('/run/systemd/resolve/resolv.conf'))
  return upstream.servers.length > 0 ? upstream : main
}

export const osName = (osRelease: string) => /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? 'Linux'

async function optional(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EACCES') return ''
    throw error
  })
}

/** Two node objects on one machine share the runtime, but no files. */
export const hostFolders = (home: { pods: string; logs: string; state: string }, nodeName: string) => ({
  pods: home.pods,
  logs: home.logs,
  memory: join(home.state, 'secrets', nodeName),
})
