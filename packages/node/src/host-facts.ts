import { access, readFile, statfs } from 'node:fs/promises'

/** What this machine can and cannot do; read once at start. */
export interface HostFacts {
  cgroup: 'v1' | 'v2'
  hasSysResource: boolean
  snapshotter: 'overlayfs' | 'native'
  cniBinDir: string
}

const sysResource = 24n

/** `CapEff:` of `/proc/<pid>/status` has CAP_SYS_RESOURCE. */
export function hasSysResource(procStatus: string): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(procStatus)?.[1]
  return mask !== undefined && (BigInt(`0x${mask}`) & (1n << sysResource)) !== 0n
}

const cgroup2Magic = 0x63677270
const overlayMagic = 0x794c7630

/** overlay cannot lie on overlay; every other file system a server has can hold it. */
export const snapshotterOn = (fsType: number) => (fsType === overlayMagic ? 'native' : 'overlayfs')

/** Debian's packages put CNI plugins in the first, everybody else in the second. */
const cniBinDirs = ['/usr/lib/cni', '/opt/cni/bin']

/** `root` is an existing folder on the file system where images go. Throws when no CNI bridge plugin is installed. */
export async function hostFacts(root: string): Promise<HostFacts> {
  const [procStatus, cgroupFs, rootFs] = await Promise.all([
    readFile('/proc/self/status', 'utf8'),
    statfs('/sys/fs/cgroup'),
    statfs(root),
  ])
  return {
    cgroup: cgroupFs.type === cgroup2Magic ? 'v2' : 'v1',
    hasSysResource: hasSysResource(procStatus),
    snapshotter: snapshotterOn(rootFs.type),
    cniBinDir: await firstWith('bridge', cniBinDirs),
  }
}

async function firstWith(file: string, folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const found = await access(`${folder}/${file}`).then(
      () => true,
      () => false,
    )
    if (found) return folder
  }
  throw new Error(`no CNI plugins in ${folders.join(' or ')}: install the package containernetworking-plugins`)
}
