import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run, runOrThrow } from '@sampan/kit/run'
import { type Cri, connectCri } from './cri/client.ts'
import { criNamespace } from './cri/events.ts'
import { type HostFacts, hostFacts } from './host-facts.ts'
import { runtimeSocket, writeRuntimeFiles } from './runtime-files.ts'
import { busyboxArchive, pauseCommand } from './test-image.ts'

/** A real containerd for tests: its own home, bridge and addresses, and two images. */
export interface TestContainerd {
  name: string
  home: string
  socket: string
  cri: Cri
  facts: HostFacts
  bridge: string
  podCIDR: string
  cgroupRoot: string
  /** Holds the usual applets; its command is `sh`. */
  busybox: string
  /** Brings in another image, of nothing but busybox, unlike all others. */
  load(name: string): Promise<void>
  stop(): Promise<void>
  /** As a crash of the runtime would: containers go on. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Everything that runs is killed and what a reboot wipes is wiped; then the runtime starts again. */
  reboot(): Promise<void>
}

/** Why a test with a real runtime cannot run here; undefined when it can. */
export function whyNoContainerd(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const program of ['/usr/bin/containerd', '/bin/busybox', '/usr/bin/ctr'])
    if (!existsSync(program)) return `needs ${program}`
  return undefined
}

const pauseImage = 'sampan.dev/test/pause:1'
const busyboxImage = 'sampan.dev/test/busybox:1'

/** `name`: at most 9 letters, unlike every other's on this machine; `subnet` (0–255) as well. */
export async function startContainerd(name: string, subnet: number): Promise<TestContainerd> {
  const home = await mkdtemp(join(tmpdir(), `sampan-${name}-`))
  const state = `/run/sampan/test-${name}`
  const bridge = `sp-t${name}`
  const podCIDR = `10.129.${subnet}.0/24`
  const cgroupRoot = `/sampan-test-${name}`
  const facts = await hostFacts(home)
  const configFile = join(home, 'containerd.toml')
  await cleanLeftovers(state, bridge, cgroupRoot)
  await writeRuntimeFiles({
    root: join(home, 'containerd'),
    state,
    configFile,
    sandboxImage: pauseImage,
    bridge,
    podCIDR,
    registries: [],
    cniBinDir: facts.cniBinDir,
    snapshotter: facts.snapshotter,
    restrictOomScore: !facts.hasSysResource,
  })
  const socket = runtimeSocket(state)
  await mkdir(state, { recursive: true })
  let child: ChildProcess | undefined
  let cri: Cri | undefined

  async function start() {
    const log = await open(join(home, 'containerd.log'), 'a')
    child = spawn('containerd', ['--config', configFile], { stdio: ['ignore', log.fd, log.fd], detached: true })
    await log.close()
    for (let tries = 0; ; tries++) {
      cri ??= connectCri(socket)
      const isUp = await cri.call('Version', {}, { timeoutMs: 1000 }).then(
        () => true,
        (error: unknown) => {
          if (tries > 100) throw error
          return false
        },
      )
      if (isUp) return
      await sleep(50)
    }
  }

  async function kill() {
    if (!child) return
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    child = undefined
  }

  async function stop() {
    if (cri && child) {
      const { items } = await cri.call('ListPodSandbox', {})
      for (const { id } of items) {
        await cri.call('StopPodSandbox', { podSandboxId: id })
        await cri.call('RemovePodSandbox', { podSandboxId: id })
      }
    }
    cri?.close()
    await kill()
    await cleanLeftovers(state, bridge, cgroupRoot)
    await rm(home, { recursive: true, force: true })
  }

  async function reboot() {
    await kill()
    await cleanLeftovers(state, bridge, cgroupRoot)
    await mkdir(state, { recursive: true })
    await start()
  }

  await start().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const loadImage = async (image: string, config: Parameters<typeof busyboxArchive>[2]) => {
    const folder = await mkdtemp(join(home, 'image-'))
    const archive = await busyboxArchive(folder, image, config)
    await runOrThrow('ctr', ['--address', socket, '-n', criNamespace, 'images', 'import', '--no-unpack', archive])
    await rm(folder, { recursive: true })
  }
  await loadImage(pauseImage, { Entrypoint: pauseCommand })
  await loadImage(busyboxImage, { Cmd: ['sh'] })
  return {
    name,
    home,
    socket,
    cri: cri!,
    facts,
    bridge,
    podCIDR,
    cgroupRoot,
    busybox: busyboxImage,
    load: (image) => loadImage(image, { Env: [`IMAGE=${image}`] }),
    stop,
    kill,
    start,
    reboot,
  }
}

/** Whatever a run (this one or one that was killed) left on the machine: shims, mounts, the bridge, cgroups. */
async function cleanLeftovers(state: string, bridge: string, cgroupRoot: string): Promise<void> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const isShim = command.startsWith('/usr/bin/containerd-shim') && command.includes(`${state}/`)
    const isDaemon = command.startsWith('containerd') && command.includes(`/sampan-${bridge.slice(4)}-`)
    if (isShim || isDaemon) process.kill(Number(pid), 'SIGKILL')
  }
  await killAllIn(cgroupRoot)
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${state}/`) || path.includes(`/sampan-${bridge.slice(4)}-`))
  for (const path of mounts.toReversed()) await run('umount', ['-l', path])
  await run('ip', ['link', 'delete', bridge])
  await rm(state, { recursive: true, force: true })
  await removeCgroups(cgroupRoot)
  const results = '/var/lib/cni/results'
  for (const name of existsSync(results) ? await readdir(results) : [])
    if (name.startsWith(`${bridge}-`)) await rm(join(results, name), { force: true })
}

async function cgroupFolders(cgroupRoot: string): Promise<string[]> {
  const hierarchies = [
    '/sys/fs/cgroup',
    ...(await readdir('/sys/fs/cgroup')).map((controller) => `/sys/fs/cgroup/${controller}`),
  ]
  return hierarchies.map((hierarchy) => join(hierarchy, cgroupRoot)).filter((folder) => existsSync(folder))
}

async function killAllIn(cgroupRoot: string): Promise<void> {
  for (const folder of await cgroupFolders(cgroupRoot)) {
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('cgroup.procs')) continue
      for (const pid of (await readFile(join(folder, file), 'utf8')).split('\n').filter(Boolean)) {
        try {
          process.kill(Number(pid), 'SIGKILL')
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
        }
      }
    }
  }
}

async function removeCgroups(cgroupRoot: string): Promise<void> {
  for (const folder of await cgroupFolders(cgroupRoot))
    await run('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
}
